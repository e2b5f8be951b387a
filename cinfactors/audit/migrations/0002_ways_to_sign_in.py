from django.db import migrations

from cinfactors.audit.operations import Recorded


class Migration(migrations.Migration):
    dependencies = [
        ("history", "0001_initial"),
        ("accounts", "0004_sessions_and_sign_in_changes"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        Recorded("accounts_signinchange", parent="person_id"),
        Recorded("mfa_authenticator", parent="user_id", withheld=["data"]),
        Recorded("socialaccount_socialaccount", parent="user_id", withheld=["extra_data"]),
    ]
