"""The words of a child's row are made without a call of a function, where its letters are plain.

A search by one letter makes them of every row that a manager may see. Words are what they were:
the index of them stays.
"""

from django.db import migrations

# No function here but the last is STRICT: with array_remove in it, it would be called for each
# row then, and not be made a part of the query. Of NULL they return NULL all the same.
SEARCH_WORDS = """
CREATE FUNCTION search_words(content text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN content COLLATE "C" ~ '^[A-Za-z0-9 ''-]*$' THEN array_remove(
        string_to_array(lower(replace(replace(content, '''', ''), '-', ' ') COLLATE "C"), ' '),
        ''
    )
    ELSE search_words_of_any_script(content)
END
"""

CHILD_WORDS = """
CREATE OR REPLACE FUNCTION child_words(given_name text, family_name text, la_child_id text)
RETURNS tsvector
LANGUAGE sql IMMUTABLE {strict} PARALLEL SAFE
RETURN array_to_tsvector(
    {search_words}(given_name || ' ' || family_name || ' ' || la_child_id)
)
"""

SEARCH_QUERY = """
CREATE OR REPLACE FUNCTION search_query(content text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT string_agg('''' || word || ''':*', ' & ')
    FROM unnest({search_words}(content)) AS word
)::tsquery
"""

# So that sessions that are open read anew what the index is of.
TOUCH_INDEX = "ALTER INDEX child_words RESET (fastupdate)"


def _both(search_words: str, strict: str = "") -> str:
    """Return the statements that let the two other functions take their words from one."""
    made = [
        each.format(search_words=search_words, strict=strict)
        for each in (CHILD_WORDS, SEARCH_QUERY)
    ]
    return ";".join([*made, TOUCH_INDEX])


class Migration(migrations.Migration):
    dependencies = [("assessments", "0032_census_notes_on_a_year")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION search_words(text) RENAME TO search_words_of_any_script",
            "ALTER FUNCTION search_words_of_any_script(text) RENAME TO search_words",
        ),
        migrations.RunSQL(SEARCH_WORDS, "DROP FUNCTION search_words(text)"),
        migrations.RunSQL(_both("search_words"), _both("search_words_of_any_script", "STRICT")),
    ]
