"""A return may say why beside the codes alone."""

from importlib import import_module

from django.db import migrations, models
from django.db.models import Q

before = import_module("assessments.migrations.0014_a_reply_to_a_comment")

CHECK_RETURN_SAYS_WHY = """
CREATE OR REPLACE FUNCTION check_return_says_why() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM assessments_pinnedcomment WHERE review_id = NEW.id) THEN
        RAISE EXCEPTION 'every_return_says_why'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'every_return_says_why';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER says_why AFTER INSERT ON assessments_review
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.decision = 'returned' AND NEW.comment = '')
    EXECUTE FUNCTION check_return_says_why();
"""

GUARD_REPLY = """
CREATE OR REPLACE FUNCTION guard_reply() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    a assessments_assessment;
BEGIN
    IF loads_records() THEN
        RETURN NEW;
    END IF;
    SELECT assessment.* INTO a FROM assessments_assessment AS assessment
    JOIN assessments_review AS review ON review.assessment_id = assessment.id
    WHERE review.id = NEW.review_id;
    IF a.status NOT IN ('returned', 'reopened') THEN
        broken := 'a_locked_assessment_does_not_change';
    ELSIF a.worker_id <> NEW.replied_by_id THEN
        broken := 'a_reply_is_the_workers';
    ELSIF NEW.review_id <> (
        SELECT id FROM assessments_review
        WHERE assessment_id = a.id AND decision <> 'corrected'
        ORDER BY id DESC LIMIT 1
    ) THEN
        broken := 'a_reply_is_to_the_last_decision';
    ELSIF NOT EXISTS (
        SELECT FROM assessments_review
        WHERE id = NEW.review_id AND NEW.code = '' AND comment <> ''
        UNION ALL
        SELECT FROM assessments_pinnedcomment
        WHERE review_id = NEW.review_id AND code = NEW.code
    ) THEN
        broken := 'a_reply_is_to_a_comment';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END
$$;
"""

NAME = "every_decision_but_authorising_says_why"


class Migration(migrations.Migration):
    dependencies = [("assessments", "0034_census_findings_in_order")]

    operations = [
        migrations.RunSQL(
            CHECK_RETURN_SAYS_WHY,
            "DROP TRIGGER says_why ON assessments_review; DROP FUNCTION check_return_says_why()",
        ),
        migrations.RunSQL(
            GUARD_REPLY, before.GUARD_REPLY.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
        ),
        migrations.RemoveConstraint(model_name="review", name=NAME),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                name=NAME,
                condition=Q(decision__in=["authorised", "returned"]) | ~Q(comment=""),
            ),
        ),
    ]
