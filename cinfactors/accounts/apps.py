# mypy's plugin looks at allauth's models too, which refer to `User` and have no types.
# mypy: disable-error-code="import-untyped"
from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cinfactors.accounts"
    label = "accounts"
    verbose_name = "People and teams"
    default_auto_field = "django.db.models.BigAutoField"
