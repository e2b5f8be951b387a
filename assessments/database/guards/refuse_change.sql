-- Refuse to change or delete a row: what was answered, decided, pinned and read stays for good.
--
-- An assessment's row changes, under guard_assessment.sql, but it is never deleted.

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this_row_does_not_change'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'this_row_does_not_change';
END
$$;

CREATE TRIGGER keep BEFORE DELETE ON assessments_assessment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_ruleanswer
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_review
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_pinnedcomment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON assessments_reviewread
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
