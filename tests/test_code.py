"""What the product's own code never does, checked in its syntax tree."""

from __future__ import annotations

import ast
import re
import subprocess
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from tests.programs import ROOT

SERVED = [
    path
    for app in ("assessments", "cinfactors")
    for path in sorted((ROOT / app).rglob("*.py"))
    # What runs at a developer's or an administrator's terminal is never reached by a request.
    if not {"dev", "migrations"} & {*path.parts}
]
REGULAR = {"compile", "fullmatch", "match", "search", "split", "sub", "findall", "finditer"}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """File, name of what is called, and the call."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), ast.unparse(node.func), node)
        for path in SERVED
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
    )


def imported() -> set[tuple[str, str]]:
    """File and the first part of each module's name."""
    found = set()
    for path in SERVED:
        for node in ast.walk(tree_of(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {(path.relative_to(ROOT).as_posix(), name) for name in names}
    return found


def test_there_is_code_to_look_at():
    assert len(SERVED) > 60


def test_nothing_runs_text_as_code_or_as_a_command():
    called = {name for _, name, _ in calls()}
    bad = re.compile(
        r"(^|\.)(eval|exec|compile_command|__import__|system|popen|spawn\w*|from_string|Template)$"
    )
    assert {name for name in called if bad.search(name)} == set()
    bad_modules = {"pickle", "marshal", "shelve", "subprocess", "yaml", "jinja2", "code"}
    # It starts one command of ours, by itself and with words of ours alone.
    assert {each for each in imported() if each[1].partition(".")[0] in bad_modules} == {
        ("cinfactors/task_worker.py", "subprocess")
    }


def test_only_the_census_reads_xml_and_nothing_an_archive():
    """What it refuses: `tests/census/test_read.py`. Whoever adds more adds its limits with it."""
    formats = {"xml", "lxml", "defusedxml", "zipfile", "tarfile", "gzip", "zlib"}
    reading = {(path, name) for path, name in imported() if name.partition(".")[0] in formats}
    assert {name for _, name in reading} == {"lxml", "xml.parsers"}
    assert {path.rpartition("/")[0] for path, _ in reading} == {"assessments/census"}


def test_only_single_sign_on_connects_to_another_server():
    reach = ("requests", "urllib.request", "http.client", "httpx", "socket", "smtplib", "ftplib")
    connecting = {
        (path, name)
        for path, name in imported()
        if any(name == each or name.startswith(f"{each}.") for each in reach)
    }
    folder = "cinfactors/accounts/single_sign_on"
    asking, naming = f"{folder}/exchange.py", f"{folder}/views.py"
    assert {path for path, _ in connecting} == {asking, naming}
    assert {name for path, name in connecting if path == naming} == {"requests.auth"}
    fetching = {path for path, name, _ in calls() if name.endswith("get_requests_session")}
    assert fetching == set()


def test_no_sql_statement_is_built_from_text():
    """Each is a constant of its module, with places for values."""
    wrong = []
    for path, name, call in calls():
        assert not name.endswith((".raw", ".extra", "RawSQL")), path
        if name.endswith((".execute", ".executemany", ".copy")) and call.args:
            statement = call.args[0]
            if isinstance(statement, (ast.JoinedStr, ast.BinOp)) or "format" in ast.dump(statement):
                wrong.append((path, ast.unparse(call)[:80]))
    # Of migrations and of commands, with the names of our own tables.
    apart = ("assessments/demo/", "cinfactors/audit/operations.py")
    assert [each for each in wrong if not each[0].startswith(apart)] == []


def test_typed_text_is_never_used_as_a_pattern():
    """Neither by Python, where every pattern is written down, nor by the database."""
    for path, name, call in calls():
        if name.startswith("re.") and name.removeprefix("re.") in REGULAR:
            pattern = call.args[0]
            names = {node.id for node in ast.walk(pattern) if isinstance(node, ast.Name)}
            assert all(each.isupper() or each.startswith("_") for each in names), (path, name)
        for keyword in call.keywords:
            is_regex = keyword.arg and keyword.arg.endswith(("__regex", "__iregex"))
            written = isinstance(keyword.value, (ast.Constant, ast.JoinedStr)) or (
                isinstance(keyword.value, ast.Name) and keyword.value.id.isupper()
            )
            assert not is_regex or written, path


def patterns() -> Iterator[tuple[str, str]]:
    for path, name, call in calls():
        regular = name.startswith("re.") and name.removeprefix("re.") in REGULAR
        if regular and isinstance(call.args[0], ast.Constant):
            yield path, call.args[0].value


ENDLESS = [
    each * 100_000 for each in ("a", " ", "1", "0.", "-", "/", "(", "\n", ";charset=", "%(", "<b")
]


def test_no_pattern_takes_long_with_a_long_text():
    found = list(patterns())
    assert len(found) > 10
    for path, pattern in found:
        flags = re.VERBOSE if "\n" in pattern else 0
        for text in ENDLESS:
            begun = time.process_time()
            re.compile(pattern, flags).search(f"{text}!"[:100_000])
            assert time.process_time() - begun < 1, (path, pattern, text[:5])


def test_no_form_has_all_fields_of_its_model():
    for path, name, call in calls():
        assert not name.endswith(("model_to_dict", "modelform_factory")), path
        taken = [ast.unparse(each.value) for each in call.keywords if each.arg == "fields"]
        assert "'__all__'" not in taken, path
    for path in SERVED:
        assert "fields = '__all__'" not in ast.unparse(tree_of(path)), path


def test_only_maintained_libraries_encrypt_and_hash():
    crypto = {"hashlib", "hmac", "secrets", "cryptography", "Crypto", "nacl", "bcrypt", "random"}
    used = {
        (path, name)
        for path, name in imported()
        if name.partition(".")[0] in crypto and not path.startswith("assessments/demo/")
    }
    assert {name.partition(".")[0] for _, name in used} <= {"hashlib", "secrets", "cryptography"}
    weak = {name for _, name, _ in calls() if re.search(r"\b(md5|sha1|ECB|ARC4|DES)$", name)}
    assert weak == set()


def test_sessions_are_serialised_as_json():
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"
    assert settings.CACHES["default"]["BACKEND"] == "cinfactors.web.json_cache.JsonTableCache"


def templates() -> dict[str, str]:
    folder = ROOT / "templates"
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*.html"))
    }


def test_no_line_of_a_template_is_too_long_to_read():
    """Where a line may end is the formatter's work; it leaves a value and an attribute whole."""
    found = templates()
    assert len(found) > 100
    lines = [(name, line) for name, text in found.items() for line in text.splitlines()]
    assert [(name, line) for name, line in lines if len(line) > 160] == []


def test_no_template_shows_the_indentation_of_its_source():
    """It is taken out when the template is loaded."""
    assert [name for name, text in templates().items() if re.search(r"<pre\b", text)] == []


# What people typed is displayed with its line breaks; scripts and styles ask whether the others
# are empty.
TIGHT = re.compile(
    r"<(\w+)\b[^>]*(?:\b(?:app-typed-text|review-words|app-beside)\b|id=\"findings\")[^>]*>(.*?)</\1>",
    re.DOTALL,
)


def test_nothing_stands_around_a_value_where_white_space_counts():
    found = [
        (name, match[2]) for name, text in templates().items() for match in TIGHT.finditer(text)
    ]
    assert len(found) > 20
    only_a_value = re.compile(r"\{\{ [^{}]+ \}\}|\{% placeholder [^{}]+ %\}")
    assert [each for each in found if not only_a_value.fullmatch(each[1])] == []


def test_a_box_in_a_template_begins_with_the_line_break_that_browsers_drop():
    """Without it they drop the first of the text's own."""
    found = [
        (name, match[1])
        for name, text in templates().items()
        for match in re.finditer(r"<textarea\b[^>]*>(.*?)</textarea>", text, re.DOTALL)
    ]
    assert len(found) == 5
    assert [each for each in found if not re.fullmatch(r"\n\{\{ \w[\w.]* \}\}", each[1])] == []


def scripts() -> list[Path]:
    return sorted((ROOT / "frontend").rglob("*.js"))


def test_no_script_of_ours_makes_markup_or_code_from_text():
    bad = re.compile(
        r"(inner|outer)HTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write|\beval\(|new Function"
        r"|setTimeout\(\s*[\"'`]|createContextualFragment|srcdoc|setHTMLUnsafe"
    )
    assert scripts()
    assert {path.name for path in scripts() if bad.search(path.read_text())} == set()
    # Pages of our own server, which has made them safe, are read as what they are.
    parsing = {path.name for path in scripts() if "DOMParser" in path.read_text()}
    assert parsing <= {"requests.js", "reloading.js"}


def test_no_script_of_ours_keeps_anything_in_the_browser_or_sends_it_elsewhere():
    bad = re.compile(
        r"(local|session)Storage(\.setItem|\[|\.\w+\s*=)|indexedDB|document\.cookie|caches\."
        r"|https?://"
    )
    assert {path.name for path in scripts() if bad.search(path.read_text())} == set()


SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[0-9A-Za-z]{36}"
    r"|\bglpat-[\w-]{20}|\bxox[abp]-[\w-]{10,}|\beyJ[\w-]{20,}\.eyJ[\w-]{20,}"
)


def test_no_commit_holds_a_key():
    """In the whole log, where there is a repository."""
    log = subprocess.run(
        ["git", "log", "-p", "-G", "PRIVATE KEY|AKIA|gh[pousr]_|glpat-|xox[abp]-"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
    )
    added = [line for line in log.stdout.splitlines() if line.startswith("+")]
    assert [line[:60] for line in added if SECRET.search(line)] == []


@pytest.mark.parametrize("name", ["SECRET_KEY", "PASSWORD", "CLIENT_SECRET"])
def test_no_setting_has_a_secret_written_beside_it(name: str):
    text = (ROOT / "cinfactors" / "settings.py").read_text()
    assert not re.search(rf"^\s*\"?{name}\"?\s*[=:]\s*[\"'][^\"']", text, re.MULTILINE)
