-- Guard an episode's row: it stays the same child's, and its referral is not moved past the start
-- of an assessment (census rule 1103).

CREATE OR REPLACE FUNCTION guard_episode() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.child_id <> OLD.child_id OR NEW.reference <> OLD.reference THEN
        RAISE EXCEPTION 'an_episode_stays_the_childs'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'an_episode_stays_the_childs';
    END IF;
    IF NEW.referral_date <> OLD.referral_date AND EXISTS (
        SELECT FROM assessments_assessment
        WHERE episode_id = NEW.id AND start_date < NEW.referral_date
    ) THEN
        RAISE EXCEPTION 'starts_on_or_after_the_referral'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'starts_on_or_after_the_referral';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER guard BEFORE UPDATE ON assessments_episode
    FOR EACH ROW EXECUTE FUNCTION guard_episode();
