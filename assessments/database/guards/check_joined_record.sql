-- Check, when the transaction ends, a child's record that was joined to another of the same child:
-- it stays joined, to one that is not joined itself, and has left its episodes to that one.

CREATE OR REPLACE FUNCTION check_joined_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept bigint := (SELECT joined_to_id FROM assessments_child WHERE id = NEW.id);
BEGIN
    IF OLD.joined_to_id IS NOT NULL AND kept IS DISTINCT FROM OLD.joined_to_id AND NOT EXISTS (
        -- Unless the record that it was joined to was joined to another one since.
        SELECT FROM assessments_child WHERE id = OLD.joined_to_id AND joined_to_id = kept
    )
        OR EXISTS (SELECT FROM assessments_child WHERE id = kept AND joined_to_id IS NOT NULL)
        OR kept IS NOT NULL AND EXISTS (SELECT FROM assessments_episode WHERE child_id = NEW.id)
        OR kept IS NOT NULL AND EXISTS (SELECT FROM assessments_child WHERE joined_to_id = NEW.id)
    THEN
        RAISE EXCEPTION 'a_joined_record_stays_joined'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'a_joined_record_stays_joined';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER joined AFTER UPDATE OF joined_to_id ON assessments_child
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_joined_record();

CREATE CONSTRAINT TRIGGER joined_new AFTER INSERT ON assessments_child
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.joined_to_id IS NOT NULL)
    EXECUTE FUNCTION check_joined_record();
