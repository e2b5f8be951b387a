"""What is finished moves to another team when its own was closed; its worker stays."""

from importlib import import_module

from django.db import migrations

before = import_module("assessments.migrations.0018_what_is_finished_stays")

GUARD_ASSESSMENT = """
CREATE OR REPLACE FUNCTION guard_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    latest assessments_version;
    locked boolean;
    corrected boolean;
    moved boolean;
    redated boolean := false;
    given text[] := ARRAY['worker_id', 'team_id', 'version'];
    of_episode assessments_episode;
    saved_on date := (NEW.saved_at AT TIME ZONE 'Europe/London')::date;
BEGIN
    IF TG_OP = 'INSERT' OR (NEW.start_date, NEW.end_date)
        IS DISTINCT FROM (OLD.start_date, OLD.end_date)
    THEN
        -- Who changes the episode at the same time waits, and then sees these dates.
        PERFORM FROM assessments_episode WHERE id = NEW.episode_id FOR SHARE;
    END IF;
    SELECT * INTO of_episode FROM assessments_episode WHERE id = NEW.episode_id;
    IF NEW.start_date < of_episode.referral_date THEN
        broken := 'starts_on_or_after_the_referral';
    ELSIF NEW.status NOT IN ('cancelled', 'voided') AND of_episode.no_further_action AND TG_OP = 'INSERT' THEN
        broken := 'no_further_action_means_no_assessment';
    ELSIF NEW.status NOT IN ('cancelled', 'voided')
        AND greatest(NEW.start_date, NEW.end_date) > of_episode.closure_date
        AND (TG_OP = 'INSERT' OR (NEW.start_date, NEW.end_date)
            IS DISTINCT FROM (OLD.start_date, OLD.end_date))
    THEN
        broken := 'closed_on_or_after_the_assessments';
    ELSIF TG_OP = 'INSERT' THEN
        IF loads_records() THEN
            RETURN NEW;
        END IF;
        IF NEW.status <> 'draft' OR NEW.version <> 1
            OR NEW.end_date IS NOT NULL OR NEW.submitted_at IS NOT NULL
        THEN
            broken := 'an_assessment_begins_as_a_draft';
        ELSIF NEW.edition IS DISTINCT FROM edition_in_force(saved_on) THEN
            broken := 'recorded_under_the_edition_in_force';
        END IF;
    ELSE
        locked := OLD.status NOT IN ('draft', 'returned', 'reopened');
        corrected := locked AND NEW.status = 'submitted' AND (
            NEW.codes, NEW.other_description
        ) IS DISTINCT FROM (OLD.codes, OLD.other_description);
        moved := OLD.end_date IS NOT NULL AND (NEW.start_date, NEW.end_date)
            IS DISTINCT FROM (OLD.start_date, OLD.end_date);
        IF moved THEN
            SELECT * INTO latest FROM assessments_version
            WHERE assessment_id = NEW.id ORDER BY number DESC LIMIT 1;
            redated := OLD.status = 'authorised' AND NEW.status = 'authorised'
                AND equals_version(NEW, latest)
                AND latest.end_date IS NOT DISTINCT FROM NEW.end_date
                AND latest.authorised_at IS NOT DISTINCT FROM NEW.saved_at
                AND EXISTS (
                    SELECT FROM assessments_review
                    WHERE version_id = latest.id AND decision = 'dates_corrected'
                );
        END IF;
        IF NEW.version <> OLD.version + 1 THEN
            broken := 'version_grows_by_one';
        ELSIF NEW.id <> OLD.id OR NEW.reference <> OLD.reference
            OR NEW.episode_id <> OLD.episode_id OR NEW.started_at <> OLD.started_at
        THEN
            broken := 'an_assessment_stays_what_it_is';
        ELSIF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
            ('draft', 'submitted'), ('draft', 'cancelled'),
            ('returned', 'submitted'), ('returned', 'cancelled'), ('returned', 'voided'),
            ('reopened', 'submitted'), ('reopened', 'voided'),
            ('submitted', 'draft'), ('submitted', 'returned'), ('submitted', 'reopened'),
            ('submitted', 'authorised'), ('submitted', 'voided'),
            ('authorised', 'reopened'), ('authorised', 'voided')
        ) THEN
            broken := 'status_changes_are_legal';
        ELSIF (NEW.worker_id, NEW.team_id) <> (OLD.worker_id, OLD.team_id) AND (
            to_jsonb(NEW) - given <> to_jsonb(OLD) - given
            OR OLD.status IN ('authorised', 'cancelled', 'voided') AND (
                NEW.worker_id <> OLD.worker_id
                OR EXISTS (SELECT FROM accounts_team WHERE id = OLD.team_id AND active)
            )
        ) THEN
            broken := 'open_work_alone_is_reassigned';
        ELSIF NEW.submitted_at IS DISTINCT FROM (CASE
            WHEN NEW.status = OLD.status THEN OLD.submitted_at
            WHEN NEW.status = 'submitted' THEN NEW.submitted_at
            WHEN NEW.status IN ('draft', 'returned', 'reopened') THEN NULL
            ELSE OLD.submitted_at
        END) THEN
            broken := 'a_submission_keeps_its_time';
        ELSIF NEW.status = 'cancelled' AND OLD.status <> 'cancelled' AND EXISTS (
            SELECT FROM assessments_version
            WHERE assessment_id = NEW.id AND authorised_at IS NOT NULL
        ) THEN
            broken := 'an_authorised_record_is_not_cancelled';
        ELSIF locked AND (
            (NEW.outcome, NEW.internal_review_date)
            IS DISTINCT FROM (OLD.outcome, OLD.internal_review_date)
            OR NEW.start_date <> OLD.start_date AND NOT redated
            OR (NEW.codes, NEW.other_description)
            IS DISTINCT FROM (OLD.codes, OLD.other_description) AND NOT corrected
            OR NEW.edition <> OLD.edition AND NOT corrected AND NEW.status <> 'authorised'
            OR NEW.status = OLD.status AND
            (NEW.edition, NEW.end_date, NEW.cancellation_reason, NEW.saved_at)
            IS DISTINCT FROM
            (CASE WHEN corrected OR redated THEN NEW.edition ELSE OLD.edition END,
                CASE WHEN redated THEN NEW.end_date ELSE OLD.end_date END,
                OLD.cancellation_reason,
                CASE WHEN corrected OR redated THEN NEW.saved_at ELSE OLD.saved_at END)
        ) THEN
            broken := 'a_locked_assessment_does_not_change';
        ELSIF moved AND NOT redated THEN
            broken := CASE WHEN NEW.end_date IS DISTINCT FROM OLD.end_date
                THEN 'an_assessment_ends_once' ELSE 'a_completed_assessment_keeps_its_start'
            END;
        ELSIF NEW.end_date IS DISTINCT FROM OLD.end_date AND NEW.status <> 'authorised' THEN
            broken := 'an_authorised_assessment_has_an_end_date';
        ELSIF NEW.end_date IS DISTINCT FROM OLD.end_date AND NEW.end_date > saved_on THEN
            broken := 'ends_by_the_day_of_its_authorisation';
        ELSIF NOT loads_records() AND (CASE
            WHEN (NEW.codes, NEW.other_description)
            IS DISTINCT FROM (OLD.codes, OLD.other_description) OR redated
            OR NEW.status <> OLD.status AND NEW.status IN ('submitted', 'authorised')
            THEN NEW.edition IS DISTINCT FROM edition_in_force(coalesce(NEW.end_date, saved_on))
            ELSE NEW.edition <> OLD.edition
        END) THEN
            broken := 'recorded_under_the_edition_in_force';
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
                latest.authorised_at IS DISTINCT FROM NEW.saved_at
                OR latest.end_date IS DISTINCT FROM NEW.end_date
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
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0024_census_notes"),
        ("accounts", "0009_factor_page_preferences"),
    ]

    operations = [migrations.RunSQL(GUARD_ASSESSMENT, before.GUARD_ASSESSMENT)]
