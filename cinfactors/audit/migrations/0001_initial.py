import django.contrib.postgres.fields
from django.db import migrations, models

from cinfactors.audit.operations import Recorded

SCHEMA = "CREATE SCHEMA IF NOT EXISTS history"

TABLES = """
CREATE TABLE history.change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    transaction_id bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    operation text NOT NULL,
    table_name text NOT NULL,
    row_key bigint NOT NULL,
    parent_key bigint,
    old jsonb,
    new jsonb,
    withheld text[] NOT NULL,
    actor_id bigint,
    address inet,
    request_id text NOT NULL,
    database_user text NOT NULL DEFAULT session_user,
    program text NOT NULL DEFAULT current_setting('application_name')
);
CREATE INDEX change_row ON history.change (row_key, table_name);
CREATE INDEX change_parent ON history.change (parent_key, table_name)
    WHERE parent_key IS NOT NULL;
CREATE INDEX change_at ON history.change USING brin (at);

CREATE TABLE history.reading (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    transaction_id bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    person_id bigint,
    child_id bigint,
    assessment_id bigint,
    page text NOT NULL,
    refused boolean NOT NULL,
    restricted boolean NOT NULL,
    out_of_team boolean NOT NULL,
    same_name boolean NOT NULL,
    address inet,
    request_id text NOT NULL,
    database_user text NOT NULL DEFAULT session_user
);
CREATE INDEX reading_at ON history.reading (at);
CREATE INDEX reading_person ON history.reading (person_id, at);
CREATE INDEX reading_child ON history.reading (child_id, at);
"""

# One function for every table. It runs as its owner, so that the application's role needs no
# right to the history. Transition tables make a statement of many rows, a COPY for instance,
# one insert here. A changed key stands as two entries: the old row alone and the new one alone.
RECORD_CHANGE = """
CREATE FUNCTION history.record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    parent CONSTANT text := TG_ARGV[0];
    hidden CONSTANT text[] := TG_ARGV[1:];
    actor CONSTANT bigint := nullif(current_setting('cinfactors.actor', true), '');
    address CONSTANT inet := nullif(current_setting('cinfactors.address', true), '');
    request CONSTANT text := coalesce(current_setting('cinfactors.request', true), '');
    op CONSTANT text := lower(TG_OP);
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO history.change (
            operation, table_name, row_key, parent_key, new, withheld,
            actor_id, address, request_id
        )
        SELECT op, TG_TABLE_NAME, n.id, (f.facts ->> parent)::bigint, f.facts - hidden, hidden,
            actor, address, request
        FROM new_rows AS n, LATERAL (SELECT to_jsonb(n) AS facts OFFSET 0) AS f;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO history.change (
            operation, table_name, row_key, parent_key, old, withheld,
            actor_id, address, request_id
        )
        SELECT op, TG_TABLE_NAME, o.id, (f.facts ->> parent)::bigint, f.facts - hidden, hidden,
            actor, address, request
        FROM old_rows AS o, LATERAL (SELECT to_jsonb(o) AS facts OFFSET 0) AS f;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO history.change (
            operation, table_name, row_key, parent_key, old, new, withheld,
            actor_id, address, request_id
        )
        SELECT op, TG_TABLE_NAME, coalesce(n.id, o.id),
            (coalesce(f.after, f.before) ->> parent)::bigint,
            f.before - hidden, f.after - hidden,
            ARRAY(
                SELECT name FROM unnest(hidden) AS name
                WHERE (f.before -> name) IS DISTINCT FROM (f.after -> name)
            ),
            actor, address, request
        FROM old_rows AS o FULL JOIN new_rows AS n ON n.id = o.id,
            LATERAL (
                SELECT
                    CASE WHEN o.id IS NOT NULL THEN to_jsonb(o) END AS before,
                    CASE WHEN n.id IS NOT NULL THEN to_jsonb(n) END AS after
                OFFSET 0
            ) AS f;
    ELSE
        EXECUTE format(
            'INSERT INTO history.change (
                operation, table_name, row_key, parent_key, old, withheld,
                actor_id, address, request_id
            )
            SELECT $1, $2, o.id, (to_jsonb(o) ->> $3)::bigint, to_jsonb(o) - $4, $4, $5, $6, $7
            FROM %I.%I AS o', TG_TABLE_SCHEMA, TG_TABLE_NAME
        ) USING op, TG_TABLE_NAME, parent, hidden, actor, address, request;
    END IF;
    RETURN NULL;
END
$$
"""

# Of no child is the reading of this log itself.
RECORD_READING = """
CREATE FUNCTION history.record_reading(
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

# By what was asked for: the reference of an assessment, an episode or a child, or the child's id.
# Nothing for what is not there.
RECORD_REFUSAL = """
CREATE FUNCTION history.record_refusal(
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
        SELECT c.id, NULL FROM public.assessments_child AS c
        WHERE c.reference = record_refusal.reference
            OR upper(c.la_child_id) = upper(record_refusal.la_child_id)
    ) AS found;
END
$$
"""

REFUSE_CHANGE = """
CREATE FUNCTION history.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the_history_is_only_added_to'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'the_history_is_only_added_to';
END
$$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON history.change
    FOR EACH STATEMENT EXECUTE FUNCTION history.refuse_change();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON history.reading
    FOR EACH STATEMENT EXECUTE FUNCTION history.refuse_change()
"""

# To whoever may read the table of people: the application's role, whatever its name. It reads
# the history and has the two functions that add a reading; all else is the owner's alone.
GRANTS = """
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA history FROM PUBLIC;
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
        EXECUTE format('GRANT USAGE ON SCHEMA history TO %s', reader);
        EXECUTE format('GRANT SELECT ON history.change, history.reading TO %s', reader);
        EXECUTE format('GRANT EXECUTE ON FUNCTION history.record_reading, history.record_refusal'
            ' TO %s', reader);
    END LOOP;
END
$$
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_shortcuts_and_clean_names"),
        ("assessments", "0004_reviews_and_restrictions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("transaction_id", models.BigIntegerField()),
                ("operation", models.TextField()),
                ("table_name", models.TextField()),
                ("row_key", models.BigIntegerField()),
                (
                    "parent_key",
                    models.BigIntegerField(
                        help_text="The row that this one belongs to, as its table was recorded with",
                        null=True,
                    ),
                ),
                ("old", models.JSONField(null=True)),
                ("new", models.JSONField(null=True)),
                (
                    "withheld",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        help_text="Columns that changed and whose values are never kept",
                        size=None,
                    ),
                ),
                ("actor_id", models.BigIntegerField(null=True)),
                ("address", models.GenericIPAddressField(null=True)),
                ("request_id", models.TextField()),
                ("database_user", models.TextField()),
                ("program", models.TextField()),
            ],
            options={
                "db_table": '"history"."change"',
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("transaction_id", models.BigIntegerField()),
                ("person_id", models.BigIntegerField(null=True)),
                (
                    "child_id",
                    models.BigIntegerField(help_text="None for the reading of this log", null=True),
                ),
                ("assessment_id", models.BigIntegerField(null=True)),
                ("page", models.TextField(help_text="A `Page`")),
                ("refused", models.BooleanField()),
                ("restricted", models.BooleanField()),
                ("out_of_team", models.BooleanField()),
                (
                    "same_name",
                    models.BooleanField(help_text="Reader and child have the same family name"),
                ),
                ("address", models.GenericIPAddressField(null=True)),
                ("request_id", models.TextField()),
                ("database_user", models.TextField()),
            ],
            options={
                "db_table": '"history"."reading"',
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(SCHEMA, "DROP SCHEMA history"),
        migrations.RunSQL(TABLES, "DROP TABLE history.change, history.reading"),
        migrations.RunSQL(RECORD_CHANGE, "DROP FUNCTION history.record_change"),
        migrations.RunSQL(RECORD_READING, "DROP FUNCTION history.record_reading"),
        migrations.RunSQL(RECORD_REFUSAL, "DROP FUNCTION history.record_refusal"),
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION history.refuse_change CASCADE"),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        Recorded("accounts_user", withheld=["password"]),
        Recorded("accounts_user_groups", parent="user_id"),
        Recorded("accounts_user_user_permissions", parent="user_id"),
        Recorded("accounts_team"),
        Recorded("accounts_membership", parent="user_id"),
        Recorded("assessments_child"),
        Recorded("assessments_namedperson", parent="child_id"),
        Recorded("assessments_episode", parent="child_id"),
        Recorded("assessments_assessment", parent="episode_id"),
        Recorded("assessments_version", parent="assessment_id"),
        Recorded("assessments_ruleanswer", parent="assessment_id"),
        Recorded("assessments_review", parent="assessment_id"),
        Recorded("assessments_pinnedcomment", parent="review_id"),
        Recorded("assessments_reviewread", parent="review_id"),
    ]
