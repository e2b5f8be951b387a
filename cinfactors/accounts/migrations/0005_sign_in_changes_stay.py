from django.db import migrations

KEEP = """
CREATE FUNCTION keep_sign_in_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a_sign_in_change_stays'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'a_sign_in_change_stays';
END
$$
"""
TRIGGER = """
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON accounts_signinchange
FOR EACH ROW EXECUTE FUNCTION keep_sign_in_change()
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_sessions_and_sign_in_changes")]

    operations = [
        migrations.RunSQL(KEEP, "DROP FUNCTION keep_sign_in_change()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER keep ON accounts_signinchange"),
    ]
