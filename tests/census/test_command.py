"""`python -m assessments.census check FILE`, in its own process, with nothing of Django."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

from assessments.census.command import main
from tests.census.cases import FACTORS, OPEN_ASSESSMENT
from tests.census.returns import Edit, children, return_of, tag
from tests.programs import ROOT, python


@pytest.fixture
def file(tmp_path: Path):
    """Return a function that writes a return, edited, and gives its path."""

    def write(edits: list[Edit] | str = (), name: str = "return.xml") -> str:
        path = tmp_path / name
        path.write_text(edits if isinstance(edits, str) else return_of(edits=edits))
        return str(path)

    return write


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]):
    """Return a function that runs the command in this process."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            status = main(["check", *arguments])
        except SystemExit as ended:  # argparse
            status = ended.code
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, status, said.out, said.err)

    return run


TWICE: list[Edit] = [(FACTORS, FACTORS * 2)]


def test_a_clean_return_ends_with_0(file, check):
    done = check(file())
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing was found.\n", "")
    done = check(file(), "--format", "json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_findings_are_a_table_for_people_and_end_with_1(file, check):
    done = check(file(TWICE))
    assert done.returncode == 1
    heading, row, number = done.stdout.splitlines()
    columns = "Child Episode Assessment Child id Rule Severity What is wrong, and how to mend it"
    assert " ".join(heading.split()) == columns
    assert " ".join(row.split()) == (
        "1 1 1 CHILD1 8898 error The factor 3B stands twice in one assessment."
        " Take the second one out."
    )
    assert number == "1 finding"


def test_findings_are_one_object_to_a_line(file, check):
    done = check(file(TWICE), "--format", "json")
    assert done.returncode == 1
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {
            "rule": "8898",
            "severity": "error",
            "child": 1,
            "episode": 1,
            "assessment": 1,
            "message": "The factor 3B stands twice in one assessment.",
            "mend": "Take the second one out.",
        }
    ]


def test_what_is_said_of_the_file_has_no_child(file, check):
    done = check(file([("{Z}-03-31", "{Z}-03-30")]), "--format", "json")
    found = json.loads(done.stdout)
    assert (found["rule"], found["child"], found["episode"], found["assessment"]) == (
        "100",
        None,
        None,
        None,
    )


def test_all_findings_are_printed(file, check):
    done = check(file(children(400).replace(FACTORS, FACTORS * 2)), "--format", "json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["child"] for each in found if each["rule"] == "8898"] == [*range(1, 401)]


@pytest.mark.parametrize("content", ["", "no XML", "<Message>", return_of()[:-20]])
def test_a_file_that_cannot_be_read_ends_with_3_and_prints_nothing_of_it(file, check, content: str):
    for form in ("table", "json"):
        done = check(file(content), "--format", form)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.startswith("Refused, and nothing of it judged: ")
        assert ": line " in done.stderr


def test_a_file_that_breaks_after_its_findings_prints_none_of_them(file, check):
    text = children(400).replace(FACTORS, FACTORS * 2)
    done = check(file(text[: len(text) - 40]))
    assert (done.returncode, done.stdout) == (3, "")


@pytest.mark.parametrize("path", ["/no/such/file.xml", "/"])
def test_a_file_that_cannot_be_opened_ends_with_3(check, path: str):
    done = check(path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "Traceback" not in done.stderr


def test_a_year_without_rules_is_refused_and_another_can_be_named(file, check):
    path = file([("<Year>{Z}</Year>", "<Year>2040</Year>")])
    done = check(path)
    assert done.returncode == 3
    assert "2039-40" in done.stderr
    assert check(path, "--year", "2025-26").returncode == 0


@pytest.mark.parametrize("year", ["", "26", "twenty", "２０２６"])
def test_a_return_that_does_not_say_its_year_is_refused(file, check, year: str):
    done = check(file([("<Year>{Z}</Year>", f"<Year>{year}</Year>")]))
    assert (done.returncode, done.stdout) == (3, "")
    assert "name the census year" in done.stderr


def test_the_year_that_is_named_is_judged_by(file, check):
    done = check(file(), "--year", "2024-25", "--format", "json")
    assert "100" in {json.loads(line)["rule"] for line in done.stdout.splitlines()}


def test_a_day_within_the_year_can_be_named(file, check):
    path = file(OPEN_ASSESSMENT)
    done = check(path, "--as-at", "2025-06-01", "--format", "json")
    assert json.loads(done.stdout)["message"].startswith(
        "Would be refused if still open on 31 March"
    )
    for day in ("2025-03-31", "1 June", "2025-06-31"):
        done = check(path, "--as-at", day)
        assert (done.returncode, done.stdout) == (2, "")
        assert "--as-at" in done.stderr


def test_the_last_return_can_be_compared(file, check):
    now, last = file(children(100)), file(children(200), "last.xml")
    done = check(now, "--compare", last, "--format", "json")
    rules = {json.loads(line)["rule"] for line in done.stdout.splitlines()}
    assert "changed-children" in rules
    done = check(now, "--compare", file("broken", "last.xml"))
    assert (done.returncode, done.stdout) == (3, "")
    assert "the last return: " in done.stderr


def test_characters_that_would_steer_a_terminal_are_not_printed(file, check):
    path = file([("CHILD1", "CH\x9bILD\u202e1"), (FACTORS, tag("AssessmentFactors", "\x9b3B"))])
    done = check(path)
    assert done.returncode == 1
    assert "\x9b" not in done.stdout
    assert "\u202e" not in done.stdout


def test_two_libraries_are_all_that_it_needs(file):
    """The README has a data officer install these, and nothing of Django."""
    code = (
        "import sys; from assessments.census.command import main; main(sys.argv[1:]);"
        "print(sorted({name.partition('.')[0] for name, module in sys.modules.items()"
        " if 'site-packages' in (getattr(module, '__file__', None) or '')}))"
    )
    done = python("-c", code, "check", file())
    needed = {"holidays", "lxml"}
    # What pip installs with holidays, and what it puts into every environment itself.
    beside = {"dateutil", "six", "_distutils_hack"}
    assert set(ast.literal_eval(done.stdout.splitlines()[-1])) - beside == needed
    readme = (ROOT / "README.md").read_text()
    [installed] = re.findall(r"census-venv/bin/pip install (.*)", readme)
    assert set(re.findall(r"'(\w+)[~=]=", installed)) == needed
    for pinned in re.findall(r"'(\S+)'", installed):
        assert f'"{pinned}"' in (ROOT / "pyproject.toml").read_text()


def test_it_runs_as_a_program_and_ends_with_its_status(file):
    for content, status in ((return_of(), 0), (return_of(edits=TWICE), 1), ("", 3)):
        done = python("-m", "assessments.census", "check", file(content))
        assert done.returncode == status, done.stderr


def test_a_terminal_of_another_character_set_shows_what_it_can(file):
    path = file([("CHILD1", "CHILDÉ")])
    for form, shown in (("table", "CHILD?"), ("json", '"1580"')):
        arguments = ["-m", "assessments.census", "check", path, "--format", form]
        done = python(*arguments, PYTHONIOENCODING="ascii")
        assert done.returncode == 1, done.stderr
        assert shown in done.stdout
