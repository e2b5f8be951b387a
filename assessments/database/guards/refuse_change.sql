-- Refuse to change or delete a row: what was answered, decided, pinned, replied, read and carried
-- out stays.
--
-- The rows of assessments, episodes and children change, under guards of their own, but they are
-- never deleted. A carried out submission is told once which assessment it started.

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this_row_does_not_change'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'this_row_does_not_change';
END
$$;

CREATE TRIGGER keep BEFORE DELETE ON assessments_assessment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE DELETE ON assessments_episode
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE DELETE ON assessments_child
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE DELETE ON assessments_idempotencykey
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep_carried_out BEFORE UPDATE ON assessments_idempotencykey
    FOR EACH ROW WHEN (
        OLD.assessment_id IS NOT NULL
        OR (OLD.key, OLD.person_id, OLD.act, OLD.at) IS DISTINCT FROM
        (NEW.key, NEW.person_id, NEW.act, NEW.at)
    ) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_ruleanswer
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_review
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_pinnedcomment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_reviewread
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_factscorrection
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_reply
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_censusnote
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_censussubmission
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_censussubmittedassessment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
