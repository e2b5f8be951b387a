"""Children are found by the words of their names and by their id."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

# Marks over and under letters of Latin, Greek, Cyrillic, Hebrew and Arabic, signs like an
# apostrophe, and what is not seen. Other scripts have vowels among their marks: those stay.
LEFT_OUT = (
    r"''’‘`‛′\u02B9-\u02FF\u0300-\u036F\u0483-\u0489\u0591-\u05BD\u05BF-\u05C7\u0610-\u061A"
    r"\u0640\u064B-\u065F\u0670\u00AD\u200B-\u200F\u2060-\u2064\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF"
)

# Letters of Latin that Unicode does not take apart, and those that people type for them.
LETTERS = (
    "øđħłŧƀɓƃƈɗƌƒɠɨƙƚɲƞɵƥƫƭʈʋƴƶǥȡȥȴȵȶⱥȼⱦȿɀɇɉɋɍɏỿıðŋə",
    "odhltbbbcddfgiklnnoptttvyzgdzlntactszejqryyidne",
)

SEARCH_WORDS = f"""
CREATE FUNCTION search_words(content text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_remove(
    regexp_split_to_array(
        replace(replace(replace(
            translate(
                regexp_replace(
                    casefold(
                        normalize(replace(normalize(content, NFC), '´', '’'), NFKD)
                        COLLATE pg_unicode_fast
                    ),
                    '[{LEFT_OUT}]', '', 'g'
                ),
                '{LETTERS[0]}', '{LETTERS[1]}'
            ),
            'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
        '[[:space:][:punct:]]+'
    ),
    ''
)
"""

# No word has a quotation mark: it is left out.
SEARCH_QUERY = """
CREATE FUNCTION search_query(content text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT string_agg('''' || word || ''':*', ' & ') FROM unnest(search_words(content)) AS word
)::tsquery
"""

CHILD_WORDS = """
CREATE FUNCTION child_words(given_name text, family_name text, la_child_id text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_to_tsvector(search_words(given_name || ' ' || family_name || ' ' || la_child_id))
"""


class Migration(migrations.Migration):
    dependencies = [("assessments", "0010_text_that_says_something")]

    operations = [
        migrations.RunSQL(SEARCH_WORDS, "DROP FUNCTION search_words(text)"),
        migrations.RunSQL(SEARCH_QUERY, "DROP FUNCTION search_query(text)"),
        migrations.RunSQL(CHILD_WORDS, "DROP FUNCTION child_words(text, text, text)"),
        migrations.RemoveIndex(model_name="child", name="child_family_name"),
        migrations.RemoveIndex(model_name="child", name="child_given_name"),
        migrations.AddIndex(
            model_name="child",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    "given_name",
                    "family_name",
                    "la_child_id",
                    function="child_words",
                    output_field=django.contrib.postgres.search.SearchVectorField(),
                ),
                name="child_words",
            ),
        ),
    ]
