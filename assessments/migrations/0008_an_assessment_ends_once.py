import sys
from importlib import import_module
from typing import Any

from django.db import migrations, models

what_follows_what = import_module("assessments.migrations.0005_what_follows_what")

# The end of an assessment is the day of its first authorisation. Reopening took it away and
# authorising again set another. The versions say when each was authorised, and stay as they are.
MOVED = """
UPDATE assessments_assessment AS a SET end_date = first.end_date, version = a.version + 1
FROM (
    SELECT DISTINCT ON (assessment_id) assessment_id, end_date FROM assessments_version
    WHERE authorised_at IS NOT NULL ORDER BY assessment_id, number
) AS first
WHERE first.assessment_id = a.id AND a.end_date IS DISTINCT FROM first.end_date
"""


def put_ends_back(apps: Any, schema_editor: Any) -> None:
    """Give each assessment the end of its first authorised version; say how many had another."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE assessments_assessment DISABLE TRIGGER guard")
        cursor.execute(MOVED)
        moved = cursor.rowcount
        # A table is not altered while checks of its rows are pending.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE assessments_assessment ENABLE TRIGGER guard")
    if moved:
        sys.stdout.write(
            f"Assessments that have the day of their first authorisation again: {moved}\n"
        )


def take_ends_away(apps: Any, schema_editor: Any) -> None:
    """Leave only authorised assessments an end, as the constraint before had it."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE assessments_assessment DISABLE TRIGGER guard")
        cursor.execute(
            "UPDATE assessments_assessment SET end_date = NULL, version = version + 1 "
            "WHERE end_date IS NOT NULL AND status <> 'authorised'"
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE assessments_assessment ENABLE TRIGGER guard")


GUARD_ASSESSMENT = """
CREATE OR REPLACE FUNCTION guard_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    latest assessments_version;
    locked boolean;
    corrected boolean;
    saved_on date := (NEW.saved_at AT TIME ZONE 'Europe/London')::date;
BEGIN
    IF NEW.start_date < (SELECT referral_date FROM assessments_episode WHERE id = NEW.episode_id)
    THEN
        broken := 'starts_on_or_after_the_referral';
    ELSIF TG_OP = 'INSERT' THEN
        IF loads_records() THEN
            RETURN NEW;
        END IF;
        IF NEW.status <> 'draft' OR NEW.version <> 1
            OR NEW.end_date IS NOT NULL OR NEW.submitted_at IS NOT NULL
        THEN
            broken := 'an_assessment_begins_as_a_draft';
        ELSIF NEW.edition IS DISTINCT FROM edition_in_force(saved_on) THEN
            broken := 'recorded_under_the_edition_in_force';
        END IF;
    ELSE
        locked := OLD.status NOT IN ('draft', 'returned', 'reopened');
        corrected := locked AND NEW.status = 'submitted' AND (
            NEW.codes, NEW.other_description
        ) IS DISTINCT FROM (OLD.codes, OLD.other_description);
        IF NEW.version <> OLD.version + 1 THEN
            broken := 'version_grows_by_one';
        ELSIF NEW.id <> OLD.id OR NEW.reference <> OLD.reference
            OR NEW.episode_id <> OLD.episode_id OR NEW.started_at <> OLD.started_at
        THEN
            broken := 'an_assessment_stays_what_it_is';
        ELSIF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
            ('draft', 'submitted'), ('draft', 'cancelled'),
            ('returned', 'submitted'), ('returned', 'cancelled'),
            ('reopened', 'submitted'),
            ('submitted', 'draft'), ('submitted', 'returned'), ('submitted', 'reopened'),
            ('submitted', 'authorised'),
            ('authorised', 'reopened')
        ) THEN
            broken := 'status_changes_are_legal';
        ELSIF NEW.status = 'cancelled' AND OLD.status <> 'cancelled' AND EXISTS (
            SELECT FROM assessments_version
            WHERE assessment_id = NEW.id AND authorised_at IS NOT NULL
        ) THEN
            broken := 'an_authorised_record_is_not_cancelled';
        ELSIF locked AND (
            (NEW.outcome, NEW.start_date, NEW.internal_review_date)
            IS DISTINCT FROM (OLD.outcome, OLD.start_date, OLD.internal_review_date)
            OR (NEW.codes, NEW.other_description)
            IS DISTINCT FROM (OLD.codes, OLD.other_description) AND NOT corrected
            OR NEW.edition <> OLD.edition AND NOT corrected AND NEW.status <> 'authorised'
            OR NEW.status = OLD.status AND
            (NEW.edition, NEW.end_date, NEW.cancellation_reason, NEW.submitted_at)
            IS DISTINCT FROM
            (CASE WHEN corrected THEN NEW.edition ELSE OLD.edition END,
                OLD.end_date, OLD.cancellation_reason, OLD.submitted_at)
        ) THEN
            broken := 'a_locked_assessment_does_not_change';
        ELSIF NEW.end_date IS DISTINCT FROM OLD.end_date AND OLD.end_date IS NOT NULL THEN
            broken := 'an_assessment_ends_once';
        ELSIF NEW.end_date IS DISTINCT FROM OLD.end_date AND NEW.status <> 'authorised' THEN
            broken := 'an_authorised_assessment_has_an_end_date';
        ELSIF NEW.end_date IS DISTINCT FROM OLD.end_date AND NEW.end_date > saved_on THEN
            broken := 'ends_by_the_day_of_its_authorisation';
        ELSIF NOT loads_records() AND (CASE
            WHEN (NEW.codes, NEW.other_description)
            IS DISTINCT FROM (OLD.codes, OLD.other_description)
            OR NEW.status <> OLD.status AND NEW.status IN ('submitted', 'authorised')
            THEN NEW.edition IS DISTINCT FROM edition_in_force(coalesce(NEW.end_date, saved_on))
            ELSE NEW.edition <> OLD.edition
        END) THEN
            broken := 'recorded_under_the_edition_in_force';
        ELSIF NEW.status IN ('submitted', 'authorised')
            AND (NEW.status <> OLD.status OR corrected)
        THEN
            SELECT * INTO latest FROM assessments_version
            WHERE assessment_id = NEW.id ORDER BY number DESC LIMIT 1;
            IF corrected AND latest.corrected_by_id IS NULL THEN
                broken := 'a_locked_assessment_does_not_change';
            ELSIF NOT equals_version(NEW, latest) THEN
                broken := 'what_is_locked_equals_its_latest_version';
            ELSIF NEW.status = 'submitted' AND NOT corrected AND (
                latest.corrected_by_id IS NOT NULL
                OR EXISTS (SELECT FROM assessments_review WHERE version_id = latest.id)
            ) THEN
                broken := 'each_submission_is_a_version_of_its_own';
            ELSIF NEW.status = 'authorised' AND (
                latest.authorised_at IS NULL OR latest.end_date IS DISTINCT FROM NEW.end_date
            ) THEN
                broken := 'what_is_authorised_is_marked';
            ELSIF NEW.status = 'authorised'
                AND worked_on_by(NEW.id, NEW.worker_id, latest.authorised_by_id)
            THEN
                broken := 'nobody_decides_on_their_own_work';
            END IF;
        END IF;
        IF broken IS NULL AND NEW.status <> OLD.status
            AND NEW.status NOT IN ('submitted', 'cancelled')
            AND NEW.status <> last_decision(NEW.id)
        THEN
            broken := 'a_status_follows_the_last_decision';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("assessments", "0007_idempotency_keys_by_their_name")]

    operations = [
        migrations.RemoveConstraint(
            model_name="assessment", name="an_authorised_assessment_has_an_end_date"
        ),
        migrations.RemoveConstraint(model_name="assessment", name="one_draft_for_each_episode"),
        migrations.AlterField(
            model_name="assessment",
            name="end_date",
            field=models.DateField(
                blank=True,
                help_text="The day on which it was first authorised, or an earlier one given then",
                null=True,
            ),
        ),
        migrations.RunPython(put_ends_back, take_ends_away),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("end_date__isnull", False), ("status__in", ["authorised", "reopened"])
                )
                | models.Q(("end_date__isnull", True), ("status__in", ["draft", "cancelled"]))
                | models.Q(("status__in", ["returned", "submitted"])),
                name="an_authorised_assessment_has_an_end_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("end_date__isnull", True),
                    models.Q(("status", "cancelled"), _negated=True),
                ),
                fields=("episode",),
                name="one_assessment_of_an_episode_is_not_completed",
                violation_error_message=(
                    "This episode has an assessment that is not completed (census rule 8896)"
                ),
            ),
        ),
        migrations.RunSQL(GUARD_ASSESSMENT, what_follows_what.GUARD_ASSESSMENT),
    ]
