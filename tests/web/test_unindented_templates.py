"""Templates lose the indentation of their source, and nothing of what they print."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.template import Engine
from django.template.loader import get_template

TYPED = "  First line\n\n    second line  \n\tthird\n"


@pytest.fixture
def render(tmp_path: Path):
    """Return a function that renders a source as a template of the product's."""
    engine = Engine(
        dirs=[tmp_path], loaders=settings.TEMPLATES[0]["OPTIONS"]["loaders"], autoescape=True
    )

    def rendered(source: str, file: str = "page.html", **context: object) -> str:
        (tmp_path / file).write_text(source)
        engine.template_loaders[0].reset()
        return engine.render_to_string(file, context)

    return rendered


def test_lines_lose_their_indentation_and_stay_lines(render):
    source = "<ul>\n  {% if yes %}\n    <li>One,\t\n      two</li>\n  {% endif %}\n</ul>\n"
    assert render(source, yes=True) == "<ul>\n\n<li>One,\ntwo</li>\n\n</ul>"


def test_spaces_within_a_line_stay(render):
    source = '  <b class="a  b">{{ name }}</b>  and <i> more </i>\n'
    assert render(source, name="Ada") == '<b class="a  b">Ada</b>  and <i> more </i>'


def test_what_is_included_brings_no_space_with_it(render, tmp_path):
    (tmp_path / "name.html").write_text("\n  <b>{{ name }}</b>\n")
    assert render('Ask {% include "name.html" %}.', name="Ada") == "Ask <b>Ada</b>."


@pytest.mark.parametrize(
    "source",
    ["<p>{{ text }}</p>", "<div>\n  <p>{{ text }}</p>\n</div>", "  {{ text }}"],
)
def test_a_value_keeps_its_white_space(render, source):
    assert TYPED in render(source, text=TYPED)


@pytest.mark.parametrize("text", [TYPED, f"\n{TYPED}", ""])
def test_a_box_keeps_the_line_break_that_it_begins_with(render, text):
    """The browser drops that one, and so shows a text that begins with another as it is."""
    source = "  <textarea\n    rows='2'\n  >\n{{ text }}</textarea>\n"
    assert render(source, text=text) == f"<textarea\nrows='2'\n>\n{text}</textarea>"


def test_a_template_in_plain_text_stays_as_it_is(render):
    source = "Dear {{ name }},\n\n    indented\n"
    assert render(source, "letter.txt", name="Ada") == "Dear Ada,\n\n    indented\n"


def test_templates_of_libraries_stay_as_they_are():
    template = get_template("admin/edit_inline/tabular.html").template
    assert template.source == Path(template.origin.name).read_text()
    ours = get_template("base.html").template
    assert ours.source != Path(ours.origin.name).read_text()


def test_templates_are_loaded_once():
    assert get_template("base.html").template is get_template("base.html").template
