"""Rules of the code besides the directions of its imports, which import-linter checks."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from assessments.catalogue import loader

ROOT = Path(__file__).resolve().parent.parent
APPS = ("assessments", "cinfactors")
LONGEST = 400


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository; of the folder, where git does not know it."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split("\0")
        files = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        files = [
            path for name in (*APPS, "tests", "templates") for path in (ROOT / name).rglob("*")
        ]
    return tuple(sorted(path for path in files if path.is_file()))


def modules() -> list[Path]:
    return [p for p in tracked() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in APPS]


def name_of(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[str]:
    """Every module that is imported, and every name taken from one, as full names."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def called(*packages: str) -> list[Path]:
    return [path for path in modules() if inside(name_of(path), *packages)]


def test_there_are_modules_to_look_at():
    assert len(modules()) > 50
    assert {name_of(path) for path in called("assessments.services")} >= {
        "assessments.services",
        "assessments.services.recording",
    }


# Who writes

WRITES = {
    "save",
    "asave",
    "create",
    "acreate",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
    "delete",
    "adelete",
    "execute",
    "executemany",
}
WRITES_OF_ROWS = {"update", "add", "set", "clear", "remove", "copy"}
"""These are writes where what they are called on is a query or a relation of a row."""
ROWS = re.compile(r"\.objects\b|filter\(|exclude\(|\.all\(|_set\b|\.teams\b|cursor")
WRITERS = (
    "assessments.services",
    "cinfactors.accounts.services",
    "cinfactors.administration.services",
    "assessments.migrations",
    "cinfactors.accounts.migrations",
    "cinfactors.audit.services",
    "cinfactors.audit.migrations",
    "cinfactors.audit.operations",
    # Invented records come by COPY: a million of them, into an empty database alone.
    "assessments.demo",
)
ALLOWED = {
    # What was typed when a sign-in had ended has a store of its own, and is no record.
    "cinfactors.accounts.form_recovery": r"HeldForm\.objects\b.*\.(create|delete)",
    # The same password, hashed anew.
    "cinfactors.accounts.models": r"User\.objects\.filter\(pk=self\.pk, password=before\)\.update",
    # A lock, and nothing written.
    "cinfactors.accounts.locks": r"cursor\.execute",
    # A session is no record.
    "cinfactors.accounts.sessions": r"super\(\)\.save",
    # The databases and roles of the embedded server, before there is any record.
    "cinfactors.dev.embedded_postgres": r"(connection|cursor)\.execute",
    # Counts, and nothing of a record.
    "cinfactors.web.json_cache": r"cursor\.execute",
    "cinfactors.dev.lock": r"venv\.create",
    # Reads, compiled once for the pages that people wait for.
    "assessments.database.compiled_queries": r"cursor\.execute",
    # Tells the database that every row of a cursor is read.
    "assessments.queries.worklist": r"cursor\.execute",
    # Reads a whole return in one statement, by a server-side cursor.
    "assessments.queries.continuity": r"cursor\.execute",
    "assessments.queries.returns": r"cursor\.execute",
}
"""What looks like a write and is none of the record, by module: the whole of each call."""


def writes_in(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called_on, name = ast.unparse(node.func.value), node.func.attr
            if name in WRITES or (name in WRITES_OF_ROWS and ROWS.search(called_on)):
                yield f"{called_on}.{name}"


def test_only_services_write():
    found = {
        name_of(path): set(writes_in(path))
        for path in modules()
        if not inside(name_of(path), *WRITERS)
    }
    wrong = {
        (module, call)
        for module, calls in found.items()
        for call in calls
        if not re.fullmatch(ALLOWED.get(module, "never"), call)
    }
    assert wrong == set()
    assert {module for module in ALLOWED if not found[module]} == set()


def test_views_read_through_queries_alone():
    wrong = {
        (name_of(path), ast.unparse(node))
        for path in called(
            "assessments.components",
            "assessments.pages",
            "assessments.presenters",
            "assessments.review",
        )
        for node in ast.walk(tree_of(path))
        # A field of a form begins with `none()`, until the view gives it what there is to choose.
        if isinstance(node, ast.Attribute) and node.attr != "none"
        if isinstance(node.value, ast.Attribute) and node.value.attr == "objects"
    }
    assert wrong == set()


def test_no_signals_and_no_overridden_saves():
    signals = {
        name_of(path)
        for path in modules()
        if any(inside(name, "django.db.models.signals") for name in imports_of(path))
    }
    # What refuses to migrate back has no other place before the first step of a plan.
    assert signals == {"cinfactors.audit.apps"}
    for path in called("assessments", "cinfactors.accounts.models"):
        names = {
            f"{node.name}.{each.name}"
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.ClassDef)
            for each in node.body
            if isinstance(each, ast.FunctionDef) and each.name in {"save", "delete"}
        }
        assert names == set(), name_of(path)


# Facts are data

CODE = re.compile(r"\b(?:[1-9]|1[0-9]|2[0-9])[A-F]\b")


def every_code() -> set[str]:
    return {
        code
        for edition in loader.editions().values()
        for code in [*edition.codes, *edition.replaced]
    }


def strings_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the text constants of a module with their lines, without docstrings."""
    tree = tree_of(path)
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings:
            yield node.lineno, node.value


HOLD_CODES = {
    "assessments.models": "the census's sources of referral, 1A to 10, are codes of another set",
    "assessments.demo": "the shape of invented records",
    "assessments.migrations": "the constraints as they were written from the editions",
    "cinfactors.web.logs": "a range of characters: 0-9A-Z",
}


def test_no_code_of_the_guide_stands_in_python():
    codes = every_code()
    assert "3A" in codes
    wrong = {
        (name_of(path), line, found)
        for path in modules()
        if not inside(name_of(path), *HOLD_CODES)
        for line, text in strings_of(path)
        for found in [*CODE.findall(text), text]
        if found in codes
    }
    assert wrong == set()


def templates() -> list[Path]:
    return [
        path for path in tracked() if path.suffix in {".html", ".txt"} and "templates" in path.parts
    ]


def of_kind(*endings: str) -> list[Path]:
    """The product's own files of these kinds, of which there are some; no test's, nothing built."""
    found = [
        path
        for path in tracked()
        if path.suffix in endings and path.relative_to(ROOT).parts[0] in {"frontend", "static"}
    ]
    assert found, endings
    return found


def codes_in(text: str) -> set[str]:
    """The codes of any edition that a template, a script or a style names."""
    text = re.sub(r"#[0-9a-fA-F]{3,8}\b|U\+\w+", "", text)
    found = [*CODE.findall(text), *re.findall(r"""(?<=['"`\s])\d\d(?=['"`\s])""", text)]
    return {each for each in found if each in every_code()}


@pytest.mark.parametrize("text", ["""const CODES = ["3A","21"];""", "if (code === '21')", "`20 `"])
def test_a_code_in_a_script_is_seen(text: str):
    assert codes_in(text)


def test_no_code_of_the_guide_stands_in_a_template_or_script():
    assert len(templates()) > 20
    wrong = {
        (path.relative_to(ROOT).as_posix(), found)
        for path in [*templates(), *of_kind(".js"), *of_kind(".css"), *of_kind(".scss")]
        for found in codes_in(path.read_text())
    }
    assert wrong == set()


def test_nothing_looks_for_a_code_in_a_text():
    """1A is in 11A: whole codes, from a set or a list, and never a regular expression."""
    wrong = {
        (name_of(path), node.lineno)
        for path in called("assessments")
        if not inside(name_of(path), "assessments.migrations")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.keyword)
        and node.arg is not None
        and re.match(r"codes__(i?contains|i?regex|i?startswith)$", node.arg)
        and not (node.arg == "codes__contains" and isinstance(node.value, ast.List))
    }
    assert wrong == set()


# What goes to the browser


def test_no_template_turns_escaping_off():
    for path in templates():
        text = path.read_text()
        assert not re.search(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq", text), path.name


def test_only_prerendered_markup_is_marked_as_safe():
    marked = {
        name_of(path)
        for path in modules()
        if any(name.endswith((".mark_safe", ".SafeString")) for name in imports_of(path))
        and re.search(r"\b(mark_safe|SafeString)\(", path.read_text())
    }
    # The latter is a QR code from a library, without any text in it.
    assert marked == {
        "assessments.components.prerendered",
        "cinfactors.accounts.second_factor.adapter",
    }


def test_markup_is_built_in_templates():
    """But for the attributes that pre-rendered pages fill in, which stand in the midst of tags."""
    built = {
        name_of(path)
        for path in modules()
        if re.search(r"\bformat_html|[\"'] ?</?[a-z]+[ >]", path.read_text())
    }
    assert built == {"assessments.components.prerendered"}


def test_no_template_holds_a_script_or_a_style():
    for path in templates():
        text = path.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text), path.name


# House style


def test_no_module_is_too_long():
    long = {
        name_of(path): length
        for path in modules()
        if "migrations" not in path.parts
        if (length := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing():
    assert {
        path.stem
        for path in [*modules(), *(p for p in tracked() if "tests" in p.parts)]
        if path.stem in {"utils", "helpers", "common", "misc", "util", "helper"}
    } == set()


TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".html",
    ".js",
    ".css",
    ".scss",
    ".yml",
    ".yaml",
    ".json",
    ".sql",
    ".cfg",
    ".ini",
    "",
}
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+|private/tmp|mnt/\w+)/"
    r"|localhost:\d{4,5}/(?:simple|pypi|npm)"
)
REGISTRY = re.compile(
    r"https?://[\w.-]*(?:artifactory|nexus|jfrog|pkg\.dev|codeartifact|verdaccio|devpi)[\w.-]*"
)


def test_no_file_names_a_machines_folder_or_a_private_registry():
    wrong = set()
    for path in tracked():
        if path.suffix in TEXT and path != Path(__file__).resolve():
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            for found in [*MACHINE.findall(text), *REGISTRY.findall(text)]:
                wrong.add((path.relative_to(ROOT).as_posix(), found))
    assert wrong == set()
