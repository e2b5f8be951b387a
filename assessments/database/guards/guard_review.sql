-- Guard a new decision: of the latest version, in a status in which it can be taken, once for each
-- version, never by somebody who worked on it, and by the person who is named in the version.

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
    ELSIF (CASE
        WHEN NEW.decision = 'voided' THEN a.end_date IS NULL OR a.status = 'voided'
        WHEN NEW.decision IN ('reopened', 'dates_corrected') THEN a.status <> 'authorised'
        ELSE a.status <> 'submitted'
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
$$;

CREATE TRIGGER guard BEFORE INSERT ON assessments_review
    FOR EACH ROW EXECUTE FUNCTION guard_review();
