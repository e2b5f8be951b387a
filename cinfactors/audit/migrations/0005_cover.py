"""Record the cover of managers; what a manager reads who covers a team is not out of their team."""

from importlib import import_module

from django.db import migrations

from cinfactors.audit.operations import Recorded

before = import_module("cinfactors.audit.migrations.0004_downloads_count_for_nobody")

# As before but for `managers`: the person, and the managers whom they cover today.
RECORD_PAGE = """
CREATE OR REPLACE FUNCTION history.record_page(
    person bigint, child bigint, listed bigint[], assessment bigint, page text, refused boolean,
    reason text, address inet, request text
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    is_restricted boolean;
    is_out_of_team boolean;
    has_same_name boolean;
    restricted_listed bigint[];
    out_of_team_listed bigint[];
    same_name_listed bigint[];
    outside bigint[];
    counted_before bigint[];
    counted_now bigint[];
    managers bigint[];
BEGIN
    SELECT array_agg(v.manager_id) || person INTO managers
    FROM public.accounts_cover AS v JOIN public.accounts_user AS u ON u.id = v.manager_id
    WHERE v.covered_by_id = person AND v.ended_at IS NULL AND u.role = 'team_manager'
        AND (now() AT TIME ZONE 'Europe/London')::date BETWEEN v.first_day AND v.last_day;
    SELECT
        coalesce(bool_or(s.restricted) FILTER (WHERE s.id = child), false),
        coalesce(bool_or(s.out_of_team) FILTER (WHERE s.id = child), false),
        coalesce(bool_or(s.same_name) FILTER (WHERE s.id = child), false),
        array_agg(s.id) FILTER (WHERE s.restricted AND s.id = ANY (listed)),
        array_agg(s.id) FILTER (WHERE s.out_of_team AND s.id = ANY (listed)),
        array_agg(s.id) FILTER (WHERE s.same_name AND s.id = ANY (listed)),
        array_agg(s.id) FILTER (WHERE NOT s.in_caseload)
    INTO is_restricted, is_out_of_team, has_same_name,
        restricted_listed, out_of_team_listed, same_name_listed, outside
    FROM (
        SELECT shown.id, c.restricted,
            NOT coalesce(work.in_team, false) AS out_of_team,
            lower(c.family_name) = lower(substring(u.name FROM '[^ ]+ *$')) AS same_name,
            coalesce(work.own OR u.role = 'team_manager' AND work.of_team, false) AS in_caseload
        FROM (
            SELECT DISTINCT each.id FROM unnest(listed || child) AS each (id)
            WHERE each.id IS NOT NULL
        ) AS shown
        LEFT JOIN public.assessments_child AS c ON c.id = shown.id
        LEFT JOIN public.accounts_user AS u ON u.id = person
        CROSS JOIN LATERAL (
            SELECT bool_or(a.worker_id = person) AS own,
                bool_or(m.id IS NOT NULL) AS of_team,
                bool_or(a.worker_id = person OR m.id IS NOT NULL)
                    FILTER (WHERE assessment IS NULL OR a.id = assessment OR shown.id <> child)
                    AS in_team
            FROM public.assessments_episode AS e
            JOIN public.assessments_assessment AS a ON a.episode_id = e.id
            LEFT JOIN public.accounts_membership AS m
                ON m.user_id = ANY (managers) AND m.team_id = a.team_id
            WHERE e.child_id = shown.id
        ) AS work
    ) AS s;
    IF outside IS NOT NULL AND NOT refused AND page NOT IN ('reading', 'download') THEN
        SELECT coalesce(array_agg(DISTINCT each.id), '{}') INTO counted_before
        FROM history.reading AS r, unnest(r.counted) AS each (id)
        WHERE r.person_id = person AND r.counted IS NOT NULL
            AND r.at > now() - interval '1 hour';
        SELECT array_agg(each.id) INTO counted_now
        FROM unnest(outside) AS each (id) WHERE each.id <> ALL (counted_before);
    END IF;
    INSERT INTO history.reading (
        person_id, child_id, assessment_id, page, refused, restricted, out_of_team, same_name,
        children, restricted_children, out_of_team_children, same_name_children, counted, reason,
        address, request_id
    ) VALUES (
        person, child, assessment, page, refused, is_restricted, is_out_of_team, has_same_name,
        nullif(listed, '{}'), restricted_listed, out_of_team_listed, same_name_listed,
        counted_now, reason, address, request
    );
    RETURN coalesce(cardinality(counted_before) + cardinality(counted_now), 0);
END
$$
"""

RECORD_PAGE_BEFORE = before.statement(before.COUNTED_NOW)


class Migration(migrations.Migration):
    dependencies = [
        ("history", "0004_downloads_count_for_nobody"),
        ("accounts", "0012_cover"),
    ]

    operations = [
        Recorded("accounts_cover", parent="manager_id"),
        migrations.RunSQL(RECORD_PAGE, RECORD_PAGE_BEFORE),
    ]
