from django.db import migrations

SORTED_CODES = """
CREATE FUNCTION sorted_codes(codes varchar[]) RETURNS varchar[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(
        array_agg(code ORDER BY
            substring(code FROM '^[0-9]+')::int,
            substring(code FROM '[^0-9].*$') COLLATE "C" NULLS FIRST),
        '{}'
    )
    FROM (SELECT DISTINCT unnest(codes) AS code) AS distinct_codes
$$
"""

# What no row can say of itself alone: what may follow what. Whoever writes, by whatever way.
GUARD_ASSESSMENT = """
CREATE FUNCTION guard_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    IF NEW.start_date < (SELECT referral_date FROM assessments_episode WHERE id = NEW.episode_id)
    THEN
        broken := 'starts_on_or_after_the_referral';
    ELSIF TG_OP = 'UPDATE' THEN
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
        ELSIF OLD.status NOT IN ('draft', 'returned', 'reopened') AND (
            NEW.codes, NEW.other_description, NEW.outcome, NEW.start_date,
            NEW.internal_review_date
        ) IS DISTINCT FROM (
            OLD.codes, OLD.other_description, OLD.outcome, OLD.start_date,
            OLD.internal_review_date
        ) THEN
            broken := 'a_locked_assessment_does_not_change';
        ELSIF OLD.status NOT IN ('draft', 'returned', 'reopened') AND NEW.status = OLD.status
            AND (NEW.end_date, NEW.edition, NEW.cancellation_reason, NEW.submitted_at)
                IS DISTINCT FROM
                (OLD.end_date, OLD.edition, OLD.cancellation_reason, OLD.submitted_at)
        THEN
            broken := 'a_locked_assessment_does_not_change';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END
$$
"""

GUARD_EPISODE = """
CREATE FUNCTION guard_episode() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.child_id <> OLD.child_id OR NEW.reference <> OLD.reference THEN
        RAISE EXCEPTION 'an_episode_stays_the_childs'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'an_episode_stays_the_childs';
    END IF;
    IF NEW.referral_date <> OLD.referral_date AND EXISTS (
        SELECT FROM assessments_assessment
        WHERE episode_id = NEW.id AND start_date < NEW.referral_date
    ) THEN
        RAISE EXCEPTION 'starts_on_or_after_the_referral'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'starts_on_or_after_the_referral';
    END IF;
    RETURN NEW;
END
$$
"""

# The mark of authorisation is the one thing that is added to a version, once.
GUARD_VERSION = """
CREATE FUNCTION guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.authorised_at IS NOT NULL
        OR (to_jsonb(NEW) - ARRAY['authorised_by_id', 'authorised_at', 'end_date'])
            <> (to_jsonb(OLD) - ARRAY['authorised_by_id', 'authorised_at', 'end_date'])
    THEN
        RAISE EXCEPTION 'a_version_does_not_change'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'a_version_does_not_change';
    END IF;
    RETURN NEW;
END
$$
"""

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this_row_does_not_change'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'this_row_does_not_change';
END
$$
"""

FUNCTIONS = {
    "sorted_codes(varchar[])": SORTED_CODES,
    "guard_assessment()": GUARD_ASSESSMENT,
    "guard_episode()": GUARD_EPISODE,
    "guard_version()": GUARD_VERSION,
    "refuse_change()": REFUSE_CHANGE,
}

TRIGGERS = {
    ("assessments_assessment", "guard"): "BEFORE INSERT OR UPDATE, guard_assessment()",
    ("assessments_assessment", "keep"): "BEFORE DELETE, refuse_change()",
    ("assessments_episode", "guard"): "BEFORE UPDATE, guard_episode()",
    ("assessments_version", "guard"): "BEFORE UPDATE OR DELETE, guard_version()",
    ("assessments_ruleanswer", "keep"): "BEFORE UPDATE OR DELETE, refuse_change()",
    ("assessments_review", "keep"): "BEFORE UPDATE OR DELETE, refuse_change()",
}


def _create(table: str, name: str, body: str) -> str:
    moment, function = body.split(", ")
    return f"CREATE TRIGGER {name} {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}"


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial")]

    operations = [
        *(
            migrations.RunSQL(sql, f"DROP FUNCTION {signature}")
            for signature, sql in FUNCTIONS.items()
        ),
        *(
            migrations.RunSQL(_create(table, name, body), f"DROP TRIGGER {name} ON {table}")
            for (table, name), body in TRIGGERS.items()
        ),
    ]
