-- Guard an episode's row: it stays the same child's, unless the child's record was joined to another
-- one, and its dates are in order with all that the census is certain of.
--
-- - Its referral is not moved past the start of an assessment (census rule 1103).
-- - The referral is not more than 40 weeks before the child's birth or expected birth (8606).
-- - It is not closed before an assessment of it starts or ends (8565).
-- - There is no assessment where the referral ended in no further action (8831).
-- - Episodes of a child do not overlap (8820): one may begin on the day on which another was closed.
--   A referral that ended in no further action takes no time, nor does what is cancelled or voided.
--
-- Each is asked when what it is about changes, so that another fact of an old row can be put right.

CREATE OR REPLACE FUNCTION guard_episode() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    is_new boolean := TG_OP = 'INSERT';
    has_moved boolean := is_new;
BEGIN
    IF NOT is_new THEN
        has_moved := (NEW.child_id, NEW.referral_date, NEW.closure_date, NEW.no_further_action)
            IS DISTINCT FROM
            (OLD.child_id, OLD.referral_date, OLD.closure_date, OLD.no_further_action);
        IF NEW.reference <> OLD.reference OR NEW.child_id <> OLD.child_id AND NOT EXISTS (
            SELECT FROM assessments_child WHERE id = OLD.child_id AND joined_to_id = NEW.child_id
        ) THEN
            broken := 'an_episode_stays_the_childs';
        ELSIF NEW.referral_date <> OLD.referral_date AND EXISTS (
            SELECT FROM assessments_assessment
            WHERE episode_id = NEW.id AND start_date < NEW.referral_date
        ) THEN
            broken := 'starts_on_or_after_the_referral';
        ELSIF NEW.closure_date IS DISTINCT FROM OLD.closure_date
            AND NEW.closure_date >= NEW.referral_date -- else that is the refusal
            AND EXISTS (
                SELECT FROM assessments_assessment
                WHERE episode_id = NEW.id AND status NOT IN ('cancelled', 'voided')
                    AND greatest(start_date, end_date) > NEW.closure_date
            )
        THEN
            broken := 'closed_on_or_after_the_assessments';
        ELSIF NEW.no_further_action AND NOT OLD.no_further_action AND EXISTS (
            SELECT FROM assessments_assessment
            WHERE episode_id = NEW.id AND status NOT IN ('cancelled', 'voided')
        ) THEN
            broken := 'no_further_action_means_no_assessment';
        END IF;
    END IF;
    IF broken IS NULL AND (
        is_new OR (NEW.child_id, NEW.referral_date) <> (OLD.child_id, OLD.referral_date)
    ) AND EXISTS (
        SELECT FROM assessments_child
        WHERE id = NEW.child_id
            AND coalesce(birth_date, expected_birth_date) - NEW.referral_date > 280
    ) THEN
        broken := 'referred_at_most_40_weeks_before_the_birth';
    ELSIF broken IS NULL AND has_moved AND NOT NEW.no_further_action AND EXISTS (
        SELECT FROM assessments_episode AS other
        WHERE other.child_id = NEW.child_id AND other.id <> NEW.id
            AND NOT other.no_further_action
            AND other.referral_date < coalesce(NEW.closure_date, 'infinity')
            AND NEW.referral_date < coalesce(other.closure_date, 'infinity')
            -- Two that are open are refused by the index on open episodes, by its name.
            AND NOT (NEW.closure_date IS NULL AND other.closure_date IS NULL)
    ) THEN
        broken := 'episodes_of_a_child_do_not_overlap';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON assessments_episode
    FOR EACH ROW EXECUTE FUNCTION guard_episode();
