-- Check, when the transaction ends, that a return without a comment of its own has one on a code.
--
-- Comments on codes are written after the return that they are part of.

CREATE OR REPLACE FUNCTION check_return_says_why() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM assessments_pinnedcomment WHERE review_id = NEW.id) THEN
        RAISE EXCEPTION 'every_return_says_why'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'every_return_says_why';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER says_why AFTER INSERT ON assessments_review
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.decision = 'returned' AND NEW.comment = '')
    EXECUTE FUNCTION check_return_says_why();
