-- Guard a new comment on a single code: it is part of a return and is added while the return is
-- being written. The status changes last, so a submission that waits is one that is being returned.

CREATE OR REPLACE FUNCTION guard_pinned_comment() RETURNS trigger LANGUAGE plpgsql AS $$
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
$$;

CREATE TRIGGER guard BEFORE INSERT ON assessments_pinnedcomment
    FOR EACH ROW EXECUTE FUNCTION guard_pinned_comment();
