-- Return the codes in the guide's order, each once: 1A, 2A, 10A, by number and then by letter.
--
-- The CHECK constraint codes_are_sorted_and_each_once compares a row's codes with this
-- (assessments/database/code_constraints.py), so that equal selections are equal arrays.

CREATE OR REPLACE FUNCTION sorted_codes(codes varchar[]) RETURNS varchar[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(
        array_agg(code ORDER BY
            substring(code FROM '^[0-9]+')::int,
            substring(code FROM '[^0-9].*$') COLLATE "C" NULLS FIRST),
        '{}'
    )
    FROM (SELECT DISTINCT unnest(codes) AS code) AS distinct_codes
$$;
