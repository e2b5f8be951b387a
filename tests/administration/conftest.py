from tests.accounts.conftest import _clear_attempt_counts, ada, ben, make_person, sign_in

__all__ = ["_clear_attempt_counts", "ada", "ben", "make_person", "sign_in"]
