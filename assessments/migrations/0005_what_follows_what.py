from importlib import import_module

from django.db import migrations, models

guards = import_module("assessments.migrations.0002_guards")

# Invented records are loaded whole, by the role that owns the tables; whoever else writes makes a
# record step by step. The application has another role.
LOADS_RECORDS = """
CREATE FUNCTION loads_records() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(current_user, relowner, 'MEMBER')
    FROM pg_class WHERE oid = 'assessments_assessment'::regclass
$$
"""

# What a manager last decided, corrections apart: the status that it left the assessment in.
LAST_DECISION = """
CREATE FUNCTION last_decision(assessment bigint) RETURNS varchar LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT decision FROM assessments_review
        WHERE assessment_id = assessment AND decision <> 'corrected'
        ORDER BY id DESC LIMIT 1
    ), 'draft')
$$
"""

WORKED_ON_BY = """
CREATE FUNCTION worked_on_by(assessment bigint, worker bigint, person bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT person = worker OR EXISTS (
        SELECT FROM assessments_version
        WHERE assessment_id = assessment AND submitted_by_id = person
    )
$$
"""

EQUALS_VERSION = """
CREATE FUNCTION equals_version(a assessments_assessment, v assessments_version) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT v.id IS NOT NULL AND (
        v.codes, v.other_description, v.outcome, v.start_date, v.internal_review_date,
        v.edition, v.submitted_at
    ) IS NOT DISTINCT FROM (
        a.codes, a.other_description, a.outcome, a.start_date, a.internal_review_date,
        a.edition, a.submitted_at
    )
$$
"""

GUARD_ASSESSMENT = """
CREATE OR REPLACE FUNCTION guard_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    latest assessments_version;
    locked boolean;
    corrected boolean;
BEGIN
    IF NEW.start_date < (SELECT referral_date FROM assessments_episode WHERE id = NEW.episode_id)
    THEN
        broken := 'starts_on_or_after_the_referral';
    ELSIF TG_OP = 'INSERT' THEN
        IF loads_records() THEN
            RETURN NEW;
        END IF;
        -- Census rule 8896. Two at once wait for each other at the episode.
        PERFORM FROM assessments_episode WHERE id = NEW.episode_id FOR NO KEY UPDATE;
        IF NEW.status <> 'draft' OR NEW.version <> 1
            OR NEW.end_date IS NOT NULL OR NEW.submitted_at IS NOT NULL
        THEN
            broken := 'an_assessment_begins_as_a_draft';
        ELSIF EXISTS (
            SELECT FROM assessments_assessment AS other
            WHERE other.episode_id = NEW.episode_id
                AND other.status IN ('draft', 'returned', 'submitted')
                AND NOT EXISTS (
                    SELECT FROM assessments_version
                    WHERE assessment_id = other.id AND authorised_at IS NOT NULL
                )
        ) THEN
            broken := 'one_assessment_of_an_episode_is_not_completed';
        END IF;
    ELSE
        locked := OLD.status NOT IN ('draft', 'returned', 'reopened');
        corrected := locked AND NEW.status = 'submitted' AND (
            NEW.codes, NEW.other_description, NEW.edition
        ) IS DISTINCT FROM (OLD.codes, OLD.other_description, OLD.edition);
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

# The mark of authorisation is the one thing that is added to a version, once, with the edition of
# the day: that under which the assessment ends.
GUARD_VERSION = """
CREATE OR REPLACE FUNCTION guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    a assessments_assessment;
    before assessments_version;
    mark text[] := ARRAY['authorised_by_id', 'authorised_at', 'end_date', 'edition'];
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

GUARD_REVIEW = """
CREATE FUNCTION guard_review() RETURNS trigger LANGUAGE plpgsql AS $$
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
    ELSIF (NEW.decision = 'reopened' AND a.status <> 'authorised')
        OR (NEW.decision <> 'reopened' AND a.status <> 'submitted')
    THEN
        broken := 'a_review_is_of_what_waits_for_it';
    ELSIF NEW.decision IN ('authorised', 'returned') AND EXISTS (
        SELECT FROM assessments_review
        WHERE version_id = NEW.version_id AND decision IN ('authorised', 'returned')
    ) THEN
        broken := 'each_version_is_decided_on_once';
    ELSIF worked_on_by(a.id, a.worker_id, NEW.decided_by_id) THEN
        broken := 'nobody_decides_on_their_own_work';
    ELSIF NEW.decision = 'corrected'
        AND decided.corrected_by_id IS DISTINCT FROM NEW.decided_by_id
    THEN
        broken := 'a_correction_is_of_the_version_it_made';
    ELSIF NEW.decision = 'authorised'
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

# The status is changed last, so that what belongs to a decision can only be added in taking it.
GUARD_PINNED_COMMENT = """
CREATE FUNCTION guard_pinned_comment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT loads_records() AND NOT EXISTS (
        SELECT FROM assessments_review AS review
        JOIN assessments_assessment AS a ON a.id = review.assessment_id
        WHERE review.id = NEW.review_id
            AND review.decision = 'returned' AND a.status = 'submitted'
            AND NOT EXISTS (
                SELECT FROM assessments_version AS later
                WHERE later.assessment_id = a.id AND later.id > review.version_id
            )
    ) THEN
        RAISE EXCEPTION 'comments_are_pinned_in_returning'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'comments_are_pinned_in_returning';
    END IF;
    RETURN NEW;
END
$$
"""

# A manager who corrects a submission answers what the new selection asks.
GUARD_ANSWER = """
CREATE FUNCTION guard_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT loads_records() AND NOT EXISTS (
        SELECT FROM assessments_assessment
        WHERE id = NEW.assessment_id AND (
            status IN ('draft', 'returned', 'reopened')
            OR status = 'submitted' AND worker_id <> NEW.answered_by_id
        )
    ) THEN
        RAISE EXCEPTION 'a_locked_assessment_does_not_change'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'a_locked_assessment_does_not_change';
    END IF;
    RETURN NEW;
END
$$
"""

# Versions and decisions are written before the assessment that they are of; when all is written,
# they belong together.
CHECK_BELONGS_TOGETHER = """
CREATE FUNCTION check_belongs_together() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF a.status IN ('submitted', 'authorised') AND NOT equals_version(a, latest) THEN
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
            WHERE review.version_id = v.id AND review.decision = 'authorised'
        )
    ) THEN
        broken := 'what_is_marked_was_authorised';
    ELSIF latest.corrected_by_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM assessments_review AS review
        WHERE review.version_id = latest.id AND review.decision = 'corrected'
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

ADDED = {
    "loads_records()": LOADS_RECORDS,
    "last_decision(bigint)": LAST_DECISION,
    "worked_on_by(bigint, bigint, bigint)": WORKED_ON_BY,
    "equals_version(assessments_assessment, assessments_version)": EQUALS_VERSION,
    "guard_review()": GUARD_REVIEW,
    "guard_pinned_comment()": GUARD_PINNED_COMMENT,
    "guard_answer()": GUARD_ANSWER,
    "check_belongs_together()": CHECK_BELONGS_TOGETHER,
}

REPLACED = [
    (GUARD_ASSESSMENT, guards.GUARD_ASSESSMENT),
    (GUARD_VERSION, guards.GUARD_VERSION),
]

TRIGGERS = {
    ("assessments_version", "guard_new"): "BEFORE INSERT, guard_version()",
    ("assessments_review", "guard"): "BEFORE INSERT, guard_review()",
    ("assessments_pinnedcomment", "guard"): "BEFORE INSERT, guard_pinned_comment()",
    ("assessments_ruleanswer", "guard"): "BEFORE INSERT, guard_answer()",
}

BELONG_TOGETHER = {
    "assessments_version": "INSERT OR UPDATE",
    "assessments_review": "INSERT",
}


def _create(table: str, name: str, body: str) -> str:
    moment, function = body.split(", ")
    return f"CREATE TRIGGER {name} {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}"


def _check_at_the_end(table: str, moment: str) -> str:
    return (
        f"CREATE CONSTRAINT TRIGGER belongs_together AFTER {moment} ON {table} "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NOT loads_records()) "
        "EXECUTE FUNCTION check_belongs_together()"
    )


OUTCOMES = [
    ("no_further_action", "No further action"),
    ("early_help", "Early help"),
    ("child_in_need_plan", "Child in need plan"),
    ("section_47", "Strategy discussion or section 47 enquiry"),
    ("looked_after", "The child is to be looked after"),
    ("existing_plan", "Continue the existing plan"),
    ("other_service", "Another service, outside children’s social care"),
]


class Migration(migrations.Migration):
    dependencies = [("assessments", "0004_reviews_and_restrictions")]

    operations = [
        migrations.AlterField(
            "assessment", "outcome", models.CharField(blank=True, choices=OUTCOMES, max_length=20)
        ),
        migrations.AlterField(
            "version", "outcome", models.CharField(choices=OUTCOMES, max_length=20)
        ),
        migrations.AddConstraint(
            "pinnedcomment",
            models.CheckConstraint(
                condition=models.Q(("code__regex", "^[1-9][0-9]?[A-Z]?$")),
                name="a_comment_is_pinned_to_a_code",
            ),
        ),
        *(migrations.RunSQL(sql, f"DROP FUNCTION {signature}") for signature, sql in ADDED.items()),
        *(
            migrations.RunSQL(sql, before.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
            for sql, before in REPLACED
        ),
        *(
            migrations.RunSQL(_create(table, name, body), f"DROP TRIGGER {name} ON {table}")
            for (table, name), body in TRIGGERS.items()
        ),
        *(
            migrations.RunSQL(
                _check_at_the_end(table, moment), f"DROP TRIGGER belongs_together ON {table}"
            )
            for table, moment in BELONG_TOGETHER.items()
        ),
    ]
