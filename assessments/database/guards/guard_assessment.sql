-- Guard an assessment's row: how it begins, which status may follow which, and what may change.
--
-- - An assessment starts on or after the referral (census rule 1103).
-- - It begins as a draft of version 1, and an episode has only one that is not completed (census
--   rule 8896).
-- - Its version grows by one with each write, which makes a stale write visible; its id, reference,
--   episode and start of recording stay.
-- - Its status changes only as the table in assessments/models/transitions.py allows. The name in
--   braces below stands for the pairs of that table; guards/__init__.py fills them in. A record
--   that was ever authorised is not cancelled.
-- - While the worker does not have it, it is locked. Only a correction, which comes with a version
--   of its own, changes codes, description and edition; authorising changes the edition.
-- - What is submitted or authorised equals its latest version, every submission has a new version,
--   and what is authorised is marked on that version by somebody who did not work on it.
-- - Every other status is the one that the last decision leads to.
--
-- Versions, decisions and answers are written before the assessment's row, which closes the step.
-- Each refusal has a name of its own, given as the constraint of the error. No assessment is
-- deleted: refuse_change.sql.

CREATE OR REPLACE FUNCTION guard_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    latest assessments_version;
    locked boolean;
    corrected boolean;
BEGIN
    IF NEW.start_date < (SELECT referral_date FROM assessments_episode WHERE id = NEW.episode_id)
    THEN
        broken := 'starts_on_or_after_the_referral';
    ELSIF TG_OP = 'INSERT' THEN
        IF loads_records() THEN
            RETURN NEW;
        END IF;
        -- Census rule 8896. Two at once wait for each other at the episode.
        PERFORM FROM assessments_episode WHERE id = NEW.episode_id FOR NO KEY UPDATE;
        IF NEW.status <> 'draft' OR NEW.version <> 1
            OR NEW.end_date IS NOT NULL OR NEW.submitted_at IS NOT NULL
        THEN
            broken := 'an_assessment_begins_as_a_draft';
        ELSIF EXISTS (
            SELECT FROM assessments_assessment AS other
            WHERE other.episode_id = NEW.episode_id
                AND other.status IN ('draft', 'returned', 'submitted')
                AND NOT EXISTS (
                    SELECT FROM assessments_version
                    WHERE assessment_id = other.id AND authorised_at IS NOT NULL
                )
        ) THEN
            broken := 'one_assessment_of_an_episode_is_not_completed';
        END IF;
    ELSE
        locked := OLD.status NOT IN ('draft', 'returned', 'reopened');
        corrected := locked AND NEW.status = 'submitted' AND (
            NEW.codes, NEW.other_description, NEW.edition
        ) IS DISTINCT FROM (OLD.codes, OLD.other_description, OLD.edition);
        IF NEW.version <> OLD.version + 1 THEN
            broken := 'version_grows_by_one';
        ELSIF NEW.id <> OLD.id OR NEW.reference <> OLD.reference
            OR NEW.episode_id <> OLD.episode_id OR NEW.started_at <> OLD.started_at
        THEN
            broken := 'an_assessment_stays_what_it_is';
        ELSIF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
            {allowed_status_changes}
        ) THEN
            broken := 'status_changes_are_legal';
        ELSIF NEW.status = 'cancelled' AND OLD.status <> 'cancelled' AND EXISTS (
            SELECT FROM assessments_version
            WHERE assessment_id = NEW.id AND authorised_at IS NOT NULL
        ) THEN
            broken := 'an_authorised_record_is_not_cancelled';
        ELSIF locked AND (
            (NEW.outcome, NEW.start_date, NEW.internal_review_date)
            IS DISTINCT FROM (OLD.outcome, OLD.start_date, OLD.internal_review_date)
            OR (NEW.codes, NEW.other_description)
            IS DISTINCT FROM (OLD.codes, OLD.other_description) AND NOT corrected
            OR NEW.edition <> OLD.edition AND NOT corrected AND NEW.status <> 'authorised'
            OR NEW.status = OLD.status AND
            (NEW.edition, NEW.end_date, NEW.cancellation_reason, NEW.submitted_at)
            IS DISTINCT FROM
            (CASE WHEN corrected THEN NEW.edition ELSE OLD.edition END,
                OLD.end_date, OLD.cancellation_reason, OLD.submitted_at)
        ) THEN
            broken := 'a_locked_assessment_does_not_change';
        ELSIF NEW.status IN ('submitted', 'authorised')
            AND (NEW.status <> OLD.status OR corrected)
        THEN
            SELECT * INTO latest FROM assessments_version
            WHERE assessment_id = NEW.id ORDER BY number DESC LIMIT 1;
            IF corrected AND latest.corrected_by_id IS NULL THEN
                broken := 'a_locked_assessment_does_not_change';
            ELSIF NOT equals_version(NEW, latest) THEN
                broken := 'what_is_locked_equals_its_latest_version';
            ELSIF NEW.status = 'submitted' AND NOT corrected AND (
                latest.corrected_by_id IS NOT NULL
                OR EXISTS (SELECT FROM assessments_review WHERE version_id = latest.id)
            ) THEN
                broken := 'each_submission_is_a_version_of_its_own';
            ELSIF NEW.status = 'authorised' AND (
                latest.authorised_at IS NULL OR latest.end_date IS DISTINCT FROM NEW.end_date
            ) THEN
                broken := 'what_is_authorised_is_marked';
            ELSIF NEW.status = 'authorised'
                AND worked_on_by(NEW.id, NEW.worker_id, latest.authorised_by_id)
            THEN
                broken := 'nobody_decides_on_their_own_work';
            END IF;
        END IF;
        IF broken IS NULL AND NEW.status <> OLD.status
            AND NEW.status NOT IN ('submitted', 'cancelled')
            AND NEW.status <> last_decision(NEW.id)
        THEN
            broken := 'a_status_follows_the_last_decision';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '%', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON assessments_assessment
    FOR EACH ROW EXECUTE FUNCTION guard_assessment();
