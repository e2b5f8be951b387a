-- Guard a new answer to a rule: the worker answers while they have the assessment. While it is
-- submitted somebody else may, since a manager who corrects it answers what the new selection asks.

CREATE OR REPLACE FUNCTION guard_answer() RETURNS trigger LANGUAGE plpgsql AS $$
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
$$;

CREATE TRIGGER guard BEFORE INSERT ON assessments_ruleanswer
    FOR EACH ROW EXECUTE FUNCTION guard_answer();
