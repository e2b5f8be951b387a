-- Whether a person is the worker of an assessment, or has ever submitted it.
--
-- Nobody decides on their own work, even after the assessment was given to a colleague.

CREATE OR REPLACE FUNCTION worked_on_by(assessment bigint, worker bigint, person bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT person = worker OR EXISTS (
        SELECT FROM assessments_version
        WHERE assessment_id = assessment AND submitted_by_id = person
    )
$$;
