from importlib import import_module

import django.contrib.postgres.fields
from django.db import migrations, models

first = import_module("cinfactors.audit.migrations.0001_initial")
OR_REPLACE = "CREATE OR REPLACE FUNCTION"

# A page shows one child (`child_id`, with the three booleans), or lists some (`children`, with the
# arrays of those for whom it is unusual), or both: the factor page shows brothers and sisters.
COLUMNS = """
ALTER TABLE history.reading
    ADD COLUMN children bigint[],
    ADD COLUMN restricted_children bigint[],
    ADD COLUMN out_of_team_children bigint[],
    ADD COLUMN same_name_children bigint[],
    ADD COLUMN counted bigint[],
    ADD COLUMN reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 500);
CREATE INDEX reading_children ON history.reading USING gin (children);
CREATE INDEX reading_counted ON history.reading (person_id, at) WHERE counted IS NOT NULL;
"""

NO_COLUMNS = """
ALTER TABLE history.reading
    DROP COLUMN children, DROP COLUMN restricted_children, DROP COLUMN out_of_team_children,
    DROP COLUMN same_name_children, DROP COLUMN counted, DROP COLUMN reason
"""

# Returns how many children outside their own caseload the person was shown within an hour, this
# page among them; 0 for a page that adds none. The own caseload: the children of assessments
# whose worker the person is; for a manager, those of their teams'. A child counts once in an
# hour, so `counted` has those of this page who were not counted in the hour before. The pages of
# this log count for nobody, since whoever watches over it would be stopped by it. Planned once, since planning anew takes twice as long as the work for one child.
RECORD_PAGE = """
CREATE FUNCTION history.record_page(
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
BEGIN
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
                ON m.user_id = person AND m.team_id = a.team_id
            WHERE e.child_id = shown.id
        ) AS work
    ) AS s;
    IF outside IS NOT NULL AND NOT refused AND page <> 'reading' THEN
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

# As before for whoever calls it: `record_refusal`, and the version before, while it is replaced.
RECORD_READING = """
CREATE OR REPLACE FUNCTION history.record_reading(
    person bigint, child bigint, assessment bigint, page text, refused boolean,
    address inet, request text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM history.record_page(person, child, '{}', assessment, page, refused, '',
        address, request);
END
$$
"""

RECORD_READING_BEFORE = """
CREATE OR REPLACE FUNCTION history.record_reading(
    person bigint, child bigint, assessment bigint, page text, refused boolean,
    address inet, request text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO history.reading (
        person_id, child_id, assessment_id, page, refused, restricted, out_of_team, same_name,
        address, request_id
    ) VALUES (
        person, child, assessment, page, refused,
        coalesce((SELECT c.restricted FROM public.assessments_child AS c WHERE c.id = child), false),
        child IS NOT NULL AND NOT EXISTS (
            SELECT FROM public.assessments_assessment AS a
            JOIN public.assessments_episode AS e ON e.id = a.episode_id
            WHERE e.child_id = child AND (assessment IS NULL OR a.id = assessment) AND (
                a.worker_id = person OR EXISTS (
                    SELECT FROM public.accounts_membership AS m
                    WHERE m.user_id = person AND m.team_id = a.team_id
                )
            )
        ),
        EXISTS (
            SELECT FROM public.assessments_child AS c, public.accounts_user AS u
            WHERE c.id = child AND u.id = person
                AND lower(c.family_name) = lower(substring(u.name FROM '[^ ]+ *$'))
        ),
        address, request
    );
END
$$
"""

# As in the first migration, but for a joined record the one is refused to which it was joined: that
# one says whether the child is restricted.
RECORD_REFUSAL = """
CREATE OR REPLACE FUNCTION history.record_refusal(
    person bigint, reference uuid, la_child_id text, page text, address inet, request text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM history.record_reading(person, found.child, found.assessment, page, true,
        address, request)
    FROM (
        SELECT e.child_id AS child, a.id AS assessment
        FROM public.assessments_assessment AS a
        JOIN public.assessments_episode AS e ON e.id = a.episode_id
        WHERE a.reference = record_refusal.reference
        UNION ALL
        SELECT e.child_id, NULL FROM public.assessments_episode AS e
        WHERE e.reference = record_refusal.reference
        UNION ALL
        SELECT coalesce(c.joined_to_id, c.id), NULL FROM public.assessments_child AS c
        WHERE c.reference = record_refusal.reference
            OR upper(c.la_child_id) = upper(record_refusal.la_child_id)
    ) AS found;
END
$$
"""

# To whoever may read the table of people, as in the first migration.
GRANTS = """
REVOKE ALL ON FUNCTION history.record_page FROM PUBLIC;
DO $$
DECLARE
    reader regrole;
BEGIN
    FOR reader IN
        SELECT DISTINCT acl.grantee::regrole
        FROM pg_class, aclexplode(relacl) AS acl
        WHERE pg_class.oid = 'accounts_user'::regclass AND acl.privilege_type = 'SELECT'
            AND acl.grantee NOT IN (0, relowner)
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION history.record_page TO %s', reader);
    END LOOP;
END
$$
"""


def children_of(**options):
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.BigIntegerField(), null=True, size=None, **options
    )


class Migration(migrations.Migration):
    dependencies = [
        ("history", "0002_ways_to_sign_in"),
        ("assessments", "0016_two_records_of_a_child"),
    ]

    operations = [
        migrations.RunSQL(
            COLUMNS,
            NO_COLUMNS,
            state_operations=[
                migrations.AddField("reading", "children", children_of()),
                migrations.AddField("reading", "restricted_children", children_of()),
                migrations.AddField("reading", "out_of_team_children", children_of()),
                migrations.AddField("reading", "same_name_children", children_of()),
                migrations.AddField("reading", "counted", children_of()),
                migrations.AddField("reading", "reason", models.TextField(default="")),
            ],
        ),
        migrations.RunSQL(RECORD_PAGE, "DROP FUNCTION history.record_page"),
        migrations.RunSQL(RECORD_READING, RECORD_READING_BEFORE),
        migrations.RunSQL(
            RECORD_REFUSAL, first.RECORD_REFUSAL.replace("CREATE FUNCTION", OR_REPLACE)
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
