from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in for people whom administrators make."""

    def is_open_for_signup(self, request):
        return False
