"""Scripts take every address from the page: `urls.py` is the only place that spells one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.programs import ROOT

SCRIPTS = sorted((ROOT / "frontend").rglob("*.js"))
# In the order in which a reader of JavaScript meets them: a comment or a regular expression holds
# no string, and a quotation mark in either begins none.
TOKEN = re.compile(
    r"""
    //[^\n]* | /\*.*?\*/                                       # a comment
    | \b(?:from|import)\s*(?:"\.[^"\n]*"|'\.[^'\n]*')           # another file's path
    | (?<=[(,=:!&|?{};\n]) \s* /(?![*/])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\n])+/[a-z]*  # a regex
    | (?P<string>
        "(?:\\.|[^"\\\n])*"
      | '(?:\\.|[^'\\\n])*'
      | `(?:\\.|[^`\\])*`
    )
    """,
    re.VERBOSE | re.DOTALL,
)
# A "/" alone is a key of the keyboard or a character of base64.
ADDRESS = re.compile(r"(\.\.)?/.|.*/(assessments|account)/", re.DOTALL)


def strings(script: str) -> list[str]:
    """Every string literal of a script, without its quotation marks."""
    return [found["string"][1:-1] for found in TOKEN.finditer(script) if found["string"]]


def is_address(text: str) -> bool:
    return ADDRESS.match(text) is not None


def test_there_are_scripts_to_look_at():
    assert len(SCRIPTS) >= 10


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_script_holds_an_address_of_the_product(script: Path):
    assert [text for text in strings(script.read_text()) if is_address(text)] == []


@pytest.mark.parametrize(
    "script",
    [
        'post("/assessments/find/", {})',
        "new URL('../autosave/', location.href)",
        "href = `/account/sign-in/?next=${next}`",
        "fetch(origin + `${base}/account/session/`)",
        'const quote = /"/; fetch("/reading/")',
        'import("../find/")',
        '// a "comment"\nfetch("/reading/")',
    ],
)
def test_an_address_in_a_script_is_found(script):
    assert any(map(is_address, strings(script)))


@pytest.mark.parametrize(
    "script",
    [
        'import "./pages/factors/find.js";',
        'import { isPlainClick } from "../../site/plain_click.js";',
        'const keys = { "/": open };',
        'title.replace(/^Error: /, "")',
        "// see /assessments/find/ and '../autosave/'\nload();",
        "/* `/account/` */ load();",
        "fetch(form.dataset.findUrl)",
    ],
)
def test_what_is_no_address_is_not_taken_for_one(script):
    assert not any(map(is_address, strings(script)))
