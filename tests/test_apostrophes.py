"""One apostrophe, ’, in all that is written for people: templates, messages, our own data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.apostrophes import straight_apostrophes

ROOT = settings.BASE_DIR
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
# What they say is shown to people; the others talk to who runs or develops the product.
SPOKEN = ("assessments", "cinfactors/accounts", "cinfactors/administration", "cinfactors/web")
SILENT = (
    "assessments/catalogue",
    "assessments/checks.py",
    "assessments/management",
    "assessments/migrations",
    "cinfactors/accounts/migrations",
    # What is logged of a provider.
    "cinfactors/accounts/single_sign_on/configuration.py",
    "cinfactors/accounts/single_sign_on/id_tokens.py",
)
CODE = [
    path
    for folder in SPOKEN
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not str(path.relative_to(ROOT)).startswith(SILENT)
]
DATA = sorted((ROOT / "assessments").rglob("*.toml"))
SCRIPTS = sorted((ROOT / "frontend").rglob("*.js"))
TAG_OR_COMMENT = re.compile(
    r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL
)
# In a script or in data: of English, such as "it's", "parents' "; not where a text begins or ends.
WITHIN_WORDS = re.compile(r"\w'\w|s' \w")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_templates_have_one_apostrophe(path: Path):
    found = straight_apostrophes(TAG_OR_COMMENT.sub("", path.read_text()))
    assert [words for words in found if WITHIN_WORDS.search(words)] == []


@pytest.mark.parametrize("path", CODE, ids=ids)
def test_messages_have_one_apostrophe(path: Path):
    assert [text for text in texts(ast.parse(path.read_text())) if WITHIN_WORDS.search(text)] == []


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text of a module but its documentation."""
    documentation = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in documentation:
            yield node.value


@pytest.mark.parametrize("path", SCRIPTS, ids=ids)
def test_scripts_have_one_apostrophe(path: Path):
    lines = [line.partition("//")[0] for line in path.read_text().splitlines()]
    assert [line for line in lines if WITHIN_WORDS.search(line)] == []


@pytest.mark.parametrize("path", DATA, ids=ids)
def test_our_own_data_has_one_apostrophe(path: Path):
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    found = [words for line in lines for words in straight_apostrophes(line)]
    assert [words for words in found if WITHIN_WORDS.search(words)] == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Enter the child’s id", []),
        ("Show the assessor's reply", ["assessor's reply"]),
        ("Enter the child's id", ["child's id"]),
        ("it isn't", ["isn't"]),
        ("Letters and @ . _ ' Role", []),
        # The guide's own, whole and cut.
        ("The child's developmental needs", []),
        ("See the child's developmental needs", []),
        ("within any other category ('Other'). Unaccompanied asylum seeker", []),
        ("for concerns about the parent's or carer's physical disability", []),
    ],
)
def test_what_is_found(said: str, found: list[str]):
    assert straight_apostrophes(said) == found
