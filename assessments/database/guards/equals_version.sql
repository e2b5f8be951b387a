-- Whether an assessment holds exactly what a version of it holds.
--
-- The row of a submitted or authorised assessment and its latest version are two copies of the
-- same facts; a manager reads the one and authorises the other.

CREATE OR REPLACE FUNCTION equals_version(a assessments_assessment, v assessments_version)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT v.id IS NOT NULL AND (
        v.codes, v.other_description, v.outcome, v.start_date, v.internal_review_date,
        v.edition, v.submitted_at
    ) IS NOT DISTINCT FROM (
        a.codes, a.other_description, a.outcome, a.start_date, a.internal_review_date,
        a.edition, a.submitted_at
    )
$$;
