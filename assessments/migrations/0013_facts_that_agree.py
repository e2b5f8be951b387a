import sys
from typing import Any

from django.db import migrations, models

# The census refuses an unborn child with a known sex (rule 8750). The history has what was there.
UNKNOWN_SEX = """
UPDATE assessments_child SET sex = 'U', version = version + 1
WHERE birth_date IS NULL AND sex <> 'U'
"""

COUNT_FACTS = """
CREATE OR REPLACE FUNCTION count_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version NOT IN (OLD.version, OLD.version + 1) THEN
        RAISE EXCEPTION 'version_of_facts_grows_by_one'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'version_of_facts_grows_by_one';
    END IF;
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER count BEFORE UPDATE ON assessments_child
    FOR EACH ROW EXECUTE FUNCTION count_facts();

CREATE TRIGGER count BEFORE UPDATE ON assessments_episode
    FOR EACH ROW EXECUTE FUNCTION count_facts();
"""

DO_NOT_COUNT = """
DROP TRIGGER count ON assessments_episode;
DROP TRIGGER count ON assessments_child;
DROP FUNCTION count_facts();
"""


def forget_the_sex_of_the_unborn(apps: Any, schema_editor: Any) -> None:
    """Record the sex of each unborn child as not known; say how many had another."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(UNKNOWN_SEX)
        repaired = cursor.rowcount
        # A table is not altered while checks of its rows are pending.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    if repaired:
        sys.stdout.write(f"Unborn children whose sex is Not known now: {repaired}\n")


class Migration(migrations.Migration):
    dependencies = [("assessments", "0012_facts_can_be_corrected")]

    operations = [
        migrations.RunPython(forget_the_sex_of_the_unborn, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="child",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("birth_date__isnull", False),
                    ("expected_birth_date__isnull", True),
                    ("sex", "U"),
                    _connector="OR",
                ),
                name="an_unborn_childs_sex_is_not_known",
                violation_error_message=(
                    "Select “Not known”: the sex of an unborn child is not recorded "
                    "(census rule 8750)"
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="child",
            index=models.Index(
                condition=models.Q(("not_born", True)), fields=["id"], name="child_not_born"
            ),
        ),
        migrations.RunSQL(COUNT_FACTS, DO_NOT_COUNT),
    ]
