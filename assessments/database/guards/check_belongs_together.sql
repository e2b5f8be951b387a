-- Check, when the transaction ends, that an assessment, its versions and its decisions agree.
--
-- Versions and decisions are written before the row of the assessment, so a half-written step can
-- only be seen at the end:
--
-- - what is submitted or authorised equals its latest version, and what is authorised ends with it,
-- - the status is the one that the last decision leads to,
-- - a version that is marked as authorised has the decision, by which it was authorised or its dates
--   were corrected,
-- - a correction has the decision with its reason.

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
$$;

CREATE CONSTRAINT TRIGGER belongs_together AFTER INSERT OR UPDATE ON assessments_version
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NOT loads_records())
    EXECUTE FUNCTION check_belongs_together();

CREATE CONSTRAINT TRIGGER belongs_together AFTER INSERT ON assessments_review
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NOT loads_records())
    EXECUTE FUNCTION check_belongs_together();
