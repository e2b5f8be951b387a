-- Guard the versions: a snapshot of each submission, which does not change.
--
-- - Version numbers count on from 1, and a new version has no mark of authorisation.
-- - A submission adds one while the worker has the assessment. A correction adds one while it is
--   submitted: by somebody who did not work on it, with who and when, outcome and dates unchanged.
-- - A correction of the dates adds one while it is authorised, by such a person too. It has the mark
--   of its authorisation by them from the beginning; but for start, end, edition and answers it is
--   as the version before it.
-- - The one exception is the mark of authorisation, added once to the latest version while it
--   waits for a decision: by whom, when, the assessment's end date, and the edition of that day.
-- - No version is deleted.

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
$$;

CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON assessments_version
    FOR EACH ROW EXECUTE FUNCTION guard_version();

CREATE TRIGGER guard_new BEFORE INSERT ON assessments_version
    FOR EACH ROW EXECUTE FUNCTION guard_version();
