from importlib import import_module

from django.conf import settings
from django.db import migrations, models

guards = import_module("assessments.migrations.0002_guards")
what_follows_what = import_module("assessments.migrations.0005_what_follows_what")
ends_once = import_module("assessments.migrations.0008_an_assessment_ends_once")

LAST_DECISION = """
CREATE OR REPLACE FUNCTION last_decision(assessment bigint) RETURNS varchar
LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT decision FROM assessments_review
        WHERE assessment_id = assessment AND decision NOT IN ('corrected', 'dates_corrected')
        ORDER BY id DESC LIMIT 1
    ), 'draft')
$$
"""

GUARD_REVIEW = """
CREATE OR REPLACE FUNCTION guard_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    a assessments_assessment;
    decided assessments_version;
BEGIN
    IF loads_records() THEN
        RETURN NEW;
    END IF;
    SELECT * INTO a FROM assessments_assessment WHERE id = NEW.assessment_id;
    SELECT * INTO decided FROM assessments_version WHERE id = NEW.version_id;
    IF decided.assessment_id <> a.id OR EXISTS (
        SELECT FROM assessments_version
        WHERE assessment_id = a.id AND number > decided.number
    ) THEN
        broken := 'a_review_is_of_the_latest_version';
    ELSIF a.status <> (CASE
        WHEN NEW.decision IN ('reopened', 'dates_corrected') THEN 'authorised' ELSE 'submitted'
    END) THEN
        broken := 'a_review_is_of_what_waits_for_it';
    ELSIF NEW.decision IN ('authorised', 'returned', 'dates_corrected') AND EXISTS (
        SELECT FROM assessments_review
        WHERE version_id = NEW.version_id
            AND decision IN ('authorised', 'returned', 'dates_corrected')
    ) THEN
        broken := 'each_version_is_decided_on_once';
    ELSIF worked_on_by(a.id, a.worker_id, NEW.decided_by_id) THEN
        broken := 'nobody_decides_on_their_own_work';
    ELSIF NEW.decision IN ('corrected', 'dates_corrected')
        AND decided.corrected_by_id IS DISTINCT FROM NEW.decided_by_id
    THEN
        broken := 'a_correction_is_of_the_version_it_made';
    ELSIF NEW.decision IN ('authorised', 'dates_corrected')
        AND decided.authorised_by_id IS DISTINCT FROM NEW.decided_by_id
    THEN
        broken := 'what_is_authorised_is_marked';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END
$$
"""

GUARD_VERSION = """
CREATE OR REPLACE FUNCTION guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    a assessments_assessment;
    before assessments_version;
    mark text[] := ARRAY['authorised_by_id', 'authorised_at', 'end_date', 'edition'];
    of_its_own text[] := mark || ARRAY['id', 'number', 'corrected_by_id', 'start_date', 'answers'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        broken := 'a_version_does_not_change';
    ELSIF TG_OP = 'INSERT' AND loads_records() THEN
        RETURN NEW;
    ELSE
        SELECT * INTO a FROM assessments_assessment WHERE id = NEW.assessment_id;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.authorised_at IS NOT NULL OR (to_jsonb(NEW) - mark) <> (to_jsonb(OLD) - mark)
            OR NEW.authorised_at IS NULL
        THEN
            broken := 'a_version_does_not_change';
        ELSIF a.status <> 'submitted' OR EXISTS (
            SELECT FROM assessments_version
            WHERE assessment_id = NEW.assessment_id AND number > NEW.number
        ) THEN
            broken := 'what_is_marked_waits_for_a_decision';
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT * INTO before FROM assessments_version
        WHERE assessment_id = NEW.assessment_id ORDER BY number DESC LIMIT 1;
        IF NEW.number <> coalesce(before.number, 0) + 1 THEN
            broken := 'version_numbers_are_consecutive';
        ELSIF a.status = 'authorised' AND NEW.corrected_by_id IS NOT NULL THEN
            IF NEW.authorised_by_id IS DISTINCT FROM NEW.corrected_by_id
                OR (to_jsonb(NEW) - of_its_own) <> (to_jsonb(before) - of_its_own)
            THEN
                broken := 'a_correction_of_the_dates_changes_nothing_else';
            ELSIF worked_on_by(a.id, a.worker_id, NEW.corrected_by_id) THEN
                broken := 'nobody_decides_on_their_own_work';
            END IF;
        ELSIF NEW.authorised_at IS NOT NULL THEN
            broken := 'a_version_begins_without_a_mark';
        ELSIF NEW.corrected_by_id IS NULL THEN
            IF a.status NOT IN ('draft', 'returned', 'reopened') THEN
                broken := 'a_locked_assessment_does_not_change';
            END IF;
        ELSIF a.status <> 'submitted' OR (
            NEW.submitted_by_id, NEW.submitted_at, NEW.outcome, NEW.start_date,
            NEW.internal_review_date
        ) IS DISTINCT FROM (
            before.submitted_by_id, before.submitted_at, before.outcome, before.start_date,
            before.internal_review_date
        ) THEN
            broken := 'a_correction_is_of_the_submission_before_it';
        ELSIF worked_on_by(a.id, a.worker_id, NEW.corrected_by_id) THEN
            broken := 'nobody_decides_on_their_own_work';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END
$$
"""

GUARD_ASSESSMENT = """
CREATE OR REPLACE FUNCTION guard_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    latest assessments_version;
    locked boolean;
    corrected boolean;
    moved boolean;
    redated boolean := false;
    of_episode assessments_episode;
    saved_on date := (NEW.saved_at AT TIME ZONE 'Europe/London')::date;
BEGIN
    IF TG_OP = 'INSERT' OR (NEW.start_date, NEW.end_date)
        IS DISTINCT FROM (OLD.start_date, OLD.end_date)
    THEN
        -- Who changes the episode at the same time waits, and then sees these dates.
        PERFORM FROM assessments_episode WHERE id = NEW.episode_id FOR SHARE;
    END IF;
    SELECT * INTO of_episode FROM assessments_episode WHERE id = NEW.episode_id;
    IF NEW.start_date < of_episode.referral_date THEN
        broken := 'starts_on_or_after_the_referral';
    ELSIF NEW.status <> 'cancelled' AND of_episode.no_further_action AND TG_OP = 'INSERT' THEN
        broken := 'no_further_action_means_no_assessment';
    ELSIF NEW.status <> 'cancelled'
        AND greatest(NEW.start_date, NEW.end_date) > of_episode.closure_date
        AND (TG_OP = 'INSERT' OR (NEW.start_date, NEW.end_date)
            IS DISTINCT FROM (OLD.start_date, OLD.end_date))
    THEN
        broken := 'closed_on_or_after_the_assessments';
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
        moved := OLD.end_date IS NOT NULL AND (NEW.start_date, NEW.end_date)
            IS DISTINCT FROM (OLD.start_date, OLD.end_date);
        IF moved THEN
            SELECT * INTO latest FROM assessments_version
            WHERE assessment_id = NEW.id ORDER BY number DESC LIMIT 1;
            redated := OLD.status = 'authorised' AND NEW.status = 'authorised'
                AND equals_version(NEW, latest)
                AND latest.end_date IS NOT DISTINCT FROM NEW.end_date
                AND EXISTS (
                    SELECT FROM assessments_review
                    WHERE version_id = latest.id AND decision = 'dates_corrected'
                );
        END IF;
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
            (NEW.outcome, NEW.internal_review_date)
            IS DISTINCT FROM (OLD.outcome, OLD.internal_review_date)
            OR NEW.start_date <> OLD.start_date AND NOT redated
            OR (NEW.codes, NEW.other_description)
            IS DISTINCT FROM (OLD.codes, OLD.other_description) AND NOT corrected
            OR NEW.edition <> OLD.edition AND NOT corrected AND NEW.status <> 'authorised'
            OR NEW.status = OLD.status AND
            (NEW.edition, NEW.end_date, NEW.cancellation_reason, NEW.submitted_at)
            IS DISTINCT FROM
            (CASE WHEN corrected OR redated THEN NEW.edition ELSE OLD.edition END,
                CASE WHEN redated THEN NEW.end_date ELSE OLD.end_date END,
                OLD.cancellation_reason, OLD.submitted_at)
        ) THEN
            broken := 'a_locked_assessment_does_not_change';
        ELSIF moved AND NOT redated THEN
            broken := CASE WHEN NEW.end_date IS DISTINCT FROM OLD.end_date
                THEN 'an_assessment_ends_once' ELSE 'a_completed_assessment_keeps_its_start'
            END;
        ELSIF NEW.end_date IS DISTINCT FROM OLD.end_date AND NEW.status <> 'authorised' THEN
            broken := 'an_authorised_assessment_has_an_end_date';
        ELSIF NEW.end_date IS DISTINCT FROM OLD.end_date AND NEW.end_date > saved_on THEN
            broken := 'ends_by_the_day_of_its_authorisation';
        ELSIF NOT loads_records() AND (CASE
            WHEN (NEW.codes, NEW.other_description)
            IS DISTINCT FROM (OLD.codes, OLD.other_description) OR redated
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

CHECK_BELONGS_TOGETHER = """
CREATE OR REPLACE FUNCTION check_belongs_together() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    a assessments_assessment;
    latest assessments_version;
    decision varchar;
BEGIN
    SELECT * INTO a FROM assessments_assessment WHERE id = NEW.assessment_id;
    SELECT * INTO latest FROM assessments_version
    WHERE assessment_id = a.id ORDER BY number DESC LIMIT 1;
    decision := last_decision(a.id);
    IF a.status IN ('submitted', 'authorised') AND NOT equals_version(a, latest)
        OR a.status = 'authorised' AND a.end_date IS DISTINCT FROM latest.end_date
    THEN
        broken := 'what_is_locked_equals_its_latest_version';
    ELSIF a.status NOT IN ('submitted', 'cancelled') AND a.status <> decision
        OR a.status = 'cancelled' AND decision NOT IN ('draft', 'returned')
        OR a.status = 'submitted' AND EXISTS (
            SELECT FROM assessments_review AS review
            WHERE review.version_id = latest.id AND review.decision <> 'corrected'
        )
    THEN
        broken := 'a_status_follows_the_last_decision';
    ELSIF EXISTS (
        SELECT FROM assessments_version AS v
        WHERE v.assessment_id = a.id AND v.authorised_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM assessments_review AS review
            WHERE review.version_id = v.id
                AND review.decision IN ('authorised', 'dates_corrected')
        )
    ) THEN
        broken := 'what_is_marked_was_authorised';
    ELSIF latest.corrected_by_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM assessments_review AS review
        WHERE review.version_id = latest.id
            AND review.decision IN ('corrected', 'dates_corrected')
    ) THEN
        broken := 'every_correction_says_why';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NULL;
END
$$
"""

GUARD_EPISODE = """
CREATE OR REPLACE FUNCTION guard_episode() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    is_new boolean := TG_OP = 'INSERT';
    has_moved boolean := is_new;
BEGIN
    IF NOT is_new THEN
        has_moved := (NEW.referral_date, NEW.closure_date, NEW.no_further_action)
            IS DISTINCT FROM (OLD.referral_date, OLD.closure_date, OLD.no_further_action);
        IF NEW.child_id <> OLD.child_id OR NEW.reference <> OLD.reference THEN
            broken := 'an_episode_stays_the_childs';
        ELSIF NEW.referral_date <> OLD.referral_date AND EXISTS (
            SELECT FROM assessments_assessment
            WHERE episode_id = NEW.id AND start_date < NEW.referral_date
        ) THEN
            broken := 'starts_on_or_after_the_referral';
        ELSIF NEW.closure_date IS DISTINCT FROM OLD.closure_date
            AND NEW.closure_date >= NEW.referral_date -- else that is the refusal
            AND EXISTS (
                SELECT FROM assessments_assessment
                WHERE episode_id = NEW.id AND status <> 'cancelled'
                    AND greatest(start_date, end_date) > NEW.closure_date
            )
        THEN
            broken := 'closed_on_or_after_the_assessments';
        ELSIF NEW.no_further_action AND NOT OLD.no_further_action AND EXISTS (
            SELECT FROM assessments_assessment
            WHERE episode_id = NEW.id AND status <> 'cancelled'
        ) THEN
            broken := 'no_further_action_means_no_assessment';
        END IF;
    END IF;
    IF broken IS NULL AND (is_new OR NEW.referral_date <> OLD.referral_date) AND EXISTS (
        SELECT FROM assessments_child
        WHERE id = NEW.child_id
            AND coalesce(birth_date, expected_birth_date) - NEW.referral_date > 280
    ) THEN
        broken := 'referred_at_most_40_weeks_before_the_birth';
    ELSIF broken IS NULL AND has_moved AND NOT NEW.no_further_action AND EXISTS (
        SELECT FROM assessments_episode AS other
        WHERE other.child_id = NEW.child_id AND other.id <> NEW.id
            AND NOT other.no_further_action
            AND other.referral_date < coalesce(NEW.closure_date, 'infinity')
            AND NEW.referral_date < coalesce(other.closure_date, 'infinity')
            -- Two that are open are refused by the index on open episodes, by its name.
            AND NOT (NEW.closure_date IS NULL AND other.closure_date IS NULL)
    ) THEN
        broken := 'episodes_of_a_child_do_not_overlap';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END
$$
"""

REPLACED = [
    (LAST_DECISION, what_follows_what.LAST_DECISION),
    (GUARD_REVIEW, what_follows_what.GUARD_REVIEW),
    (GUARD_VERSION, what_follows_what.GUARD_VERSION),
    (GUARD_ASSESSMENT, ends_once.GUARD_ASSESSMENT),
    (CHECK_BELONGS_TOGETHER, what_follows_what.CHECK_BELONGS_TOGETHER),
    (GUARD_EPISODE, guards.GUARD_EPISODE),
]


def _guard_episodes(moment: str) -> str:
    return (
        "DROP TRIGGER guard ON assessments_episode; "
        f"CREATE TRIGGER guard BEFORE {moment} ON assessments_episode "
        "FOR EACH ROW EXECUTE FUNCTION guard_episode()"
    )


class Migration(migrations.Migration):
    dependencies = [("assessments", "0014_a_reply_to_a_comment")]

    operations = [
        migrations.RemoveConstraint(model_name="review", name="decision_is_known"),
        migrations.AlterField(
            model_name="review",
            name="decision",
            field=models.CharField(
                choices=[
                    ("authorised", "Authorised"),
                    ("returned", "Returned"),
                    ("reopened", "Reopened"),
                    ("corrected", "Corrected"),
                    ("dates_corrected", "Dates corrected"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="version",
            name="corrected_by",
            field=models.ForeignKey(
                blank=True,
                help_text="The manager who changed codes or dates of the version before it",
                null=True,
                on_delete=models.PROTECT,
                related_name="corrections",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "decision__in",
                        ["authorised", "returned", "reopened", "corrected", "dates_corrected"],
                    )
                ),
                name="decision_is_known",
            ),
        ),
        *(
            migrations.RunSQL(sql, before.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
            for sql, before in REPLACED
        ),
        migrations.RunSQL(_guard_episodes("INSERT OR UPDATE"), _guard_episodes("UPDATE")),
    ]
