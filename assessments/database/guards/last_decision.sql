-- Return the manager's last decision on an assessment, 'draft' if there is none.
--
-- Apart from corrections, which leave an assessment submitted or authorised, the word of a decision
-- is also the status that it leads to. A submission that is withdrawn goes back to it.

CREATE OR REPLACE FUNCTION last_decision(assessment bigint) RETURNS varchar
LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT decision FROM assessments_review
        WHERE assessment_id = assessment AND decision NOT IN ('corrected', 'dates_corrected')
        ORDER BY id DESC LIMIT 1
    ), 'draft')
$$;
