-- Count the changes of a child's row or an episode's, so that a page that shows an earlier state of
-- the facts is noticed. A writer may count up itself, by one; it cannot count otherwise.

CREATE OR REPLACE FUNCTION count_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version NOT IN (OLD.version, OLD.version + 1) THEN
        RAISE EXCEPTION 'version_of_facts_grows_by_one'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'version_of_facts_grows_by_one';
    END IF;
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER count BEFORE UPDATE ON assessments_child
    FOR EACH ROW EXECUTE FUNCTION count_facts();

CREATE TRIGGER count BEFORE UPDATE ON assessments_episode
    FOR EACH ROW EXECUTE FUNCTION count_facts();
