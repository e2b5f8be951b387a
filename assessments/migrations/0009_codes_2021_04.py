from django.db import migrations

# Written by `manage.py makeeditionmigration` from the editions 2016-04, 2020-04, 2021-04.
STATEMENTS = [
    """CREATE OR REPLACE FUNCTION edition_in_force(day date) RETURNS varchar
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN day BETWEEN '2016-04-01' AND '2020-03-31' THEN '2016-04'
        WHEN day BETWEEN '2020-04-01' AND '2021-03-31' THEN '2020-04'
        WHEN day BETWEEN '2021-04-01' AND 'infinity' THEN '2021-04'
    END
$$""",
    """ALTER TABLE assessments_assessment DROP CONSTRAINT IF EXISTS codes_are_of_the_edition""",
    """ALTER TABLE assessments_assessment ADD CONSTRAINT codes_are_of_the_edition CHECK (
    (edition = '2016-04' AND codes <@ ARRAY['1A', '1B', '1C', '2A', '2B', '2C', '3A', '3B', '3C', '4A', '4B', '4C', '5A', '5B', '5C', '6A', '6B', '6C', '7A', '8B', '8C', '8D', '8E', '8F', '9A', '10A', '11A', '12A', '13A', '14A', '15A', '16A', '17A', '18A', '19A', '20', '21', '22A', '23A']::varchar[])
    OR (edition = '2020-04' AND codes <@ ARRAY['1A', '1B', '1C', '2A', '2B', '2C', '3A', '3B', '3C', '4A', '4B', '4C', '5A', '5B', '5C', '6A', '6B', '6C', '7A', '8B', '8C', '8D', '8E', '8F', '9A', '10A', '11A', '12A', '13A', '14A', '15A', '16A', '17A', '18B', '18C', '19B', '19C', '20', '21', '22A', '23A']::varchar[])
    OR (edition = '2021-04' AND codes <@ ARRAY['1A', '1B', '1C', '2A', '2B', '2C', '3A', '3B', '3C', '4A', '4B', '4C', '5A', '5B', '5C', '6A', '6B', '6C', '7A', '8B', '8C', '8D', '8E', '8F', '9A', '10A', '11A', '12A', '13A', '14A', '15A', '16A', '17A', '18B', '18C', '19B', '19C', '20', '21', '22A', '23A', '24A']::varchar[])
)""",
    """ALTER TABLE assessments_assessment DROP CONSTRAINT IF EXISTS codes_are_sorted_and_each_once""",
    """ALTER TABLE assessments_assessment ADD CONSTRAINT codes_are_sorted_and_each_once CHECK (
    codes = sorted_codes(codes)
)""",
    """ALTER TABLE assessments_assessment DROP CONSTRAINT IF EXISTS no_factors_identified_stands_alone""",
    """ALTER TABLE assessments_assessment ADD CONSTRAINT no_factors_identified_stands_alone CHECK (
    (edition <> '2016-04' OR NOT codes && ARRAY['21']::varchar[] OR cardinality(codes) = 1)
    AND (edition <> '2020-04' OR NOT codes && ARRAY['21']::varchar[] OR cardinality(codes) = 1)
    AND (edition <> '2021-04' OR NOT codes && ARRAY['21']::varchar[] OR cardinality(codes) = 1)
)""",
    """ALTER TABLE assessments_version DROP CONSTRAINT IF EXISTS codes_are_of_the_edition""",
    """ALTER TABLE assessments_version ADD CONSTRAINT codes_are_of_the_edition CHECK (
    (edition = '2016-04' AND codes <@ ARRAY['1A', '1B', '1C', '2A', '2B', '2C', '3A', '3B', '3C', '4A', '4B', '4C', '5A', '5B', '5C', '6A', '6B', '6C', '7A', '8B', '8C', '8D', '8E', '8F', '9A', '10A', '11A', '12A', '13A', '14A', '15A', '16A', '17A', '18A', '19A', '20', '21', '22A', '23A']::varchar[])
    OR (edition = '2020-04' AND codes <@ ARRAY['1A', '1B', '1C', '2A', '2B', '2C', '3A', '3B', '3C', '4A', '4B', '4C', '5A', '5B', '5C', '6A', '6B', '6C', '7A', '8B', '8C', '8D', '8E', '8F', '9A', '10A', '11A', '12A', '13A', '14A', '15A', '16A', '17A', '18B', '18C', '19B', '19C', '20', '21', '22A', '23A']::varchar[])
    OR (edition = '2021-04' AND codes <@ ARRAY['1A', '1B', '1C', '2A', '2B', '2C', '3A', '3B', '3C', '4A', '4B', '4C', '5A', '5B', '5C', '6A', '6B', '6C', '7A', '8B', '8C', '8D', '8E', '8F', '9A', '10A', '11A', '12A', '13A', '14A', '15A', '16A', '17A', '18B', '18C', '19B', '19C', '20', '21', '22A', '23A', '24A']::varchar[])
)""",
    """ALTER TABLE assessments_version DROP CONSTRAINT IF EXISTS codes_are_sorted_and_each_once""",
    """ALTER TABLE assessments_version ADD CONSTRAINT codes_are_sorted_and_each_once CHECK (
    codes = sorted_codes(codes)
)""",
    """ALTER TABLE assessments_version DROP CONSTRAINT IF EXISTS no_factors_identified_stands_alone""",
    """ALTER TABLE assessments_version ADD CONSTRAINT no_factors_identified_stands_alone CHECK (
    (edition <> '2016-04' OR NOT codes && ARRAY['21']::varchar[] OR cardinality(codes) = 1)
    AND (edition <> '2020-04' OR NOT codes && ARRAY['21']::varchar[] OR cardinality(codes) = 1)
    AND (edition <> '2021-04' OR NOT codes && ARRAY['21']::varchar[] OR cardinality(codes) = 1)
)""",
]


class Migration(migrations.Migration):
    dependencies = [("assessments", "0008_an_assessment_ends_once")]

    operations = [migrations.RunSQL(STATEMENTS, reverse_sql=migrations.RunSQL.noop)]
