-- Guard a new reply to a manager's comment: the worker replies while they have the assessment, to a
-- comment of the return or the reopening that gave it to them.

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

CREATE TRIGGER guard BEFORE INSERT ON assessments_reply
    FOR EACH ROW EXECUTE FUNCTION guard_reply();
