-- Guard a child's record that was joined to another: no episode is added or moved to it.

CREATE OR REPLACE FUNCTION guard_joined_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM assessments_child WHERE id = NEW.child_id AND joined_to_id IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'a_joined_record_gets_no_episode'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'a_joined_record_gets_no_episode';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER guard_joined BEFORE INSERT OR UPDATE OF child_id ON assessments_episode
    FOR EACH ROW EXECUTE FUNCTION guard_joined_record();
