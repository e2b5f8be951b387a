"""The Makefile chooses a Python; everything else that `make` does is in Python modules."""

import ast
import importlib.util
import json
import os
import re
import subprocess
from pathlib import Path

from cinfactors.dev.__main__ import MODULES
from tests.programs import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()


def test_each_target_is_a_module():
    (targets,) = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, flags=re.MULTILINE)
    assert set(targets.split()) == MODULES.keys()
    for module, requirements in MODULES.values():
        assert importlib.util.find_spec(module)
        assert (ROOT / requirements).exists()


def test_each_target_runs_its_module_and_nothing_else():
    """What the Makefile decides is which Python: it prints no other command for any target."""
    for target in MODULES:
        done = subprocess.run(
            ["/usr/bin/env", "make", "--dry-run", target, "PYTHON=a-python"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]},  # without the variables of a `make test` around it
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stdout) == (0, f"'a-python' -m cinfactors.dev {target}\n")


def test_the_name_of_a_python_is_a_name_and_no_command(tmp_path):
    python = tmp_path / "team's $(touch x)" / "python3"
    python.parent.mkdir()
    python.symlink_to(Path("/usr/bin/env"))
    done = subprocess.run(
        ["/usr/bin/env", "make", "run", f"PYTHON={python}".replace("$", "$$")],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert "invalid option -- 'm'" in done.stderr  # which is what `env` says to our module
    assert not (ROOT / "x").exists()


def test_without_a_python_it_says_which_it_needs(tmp_path):
    done = subprocess.run(
        ["/usr/bin/env", "make", "run", "PYTHON="], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed" in done.stderr


def test_the_readme_names_each_target_and_no_other():
    readme = (ROOT / "README.md").read_text()
    named = set(re.findall(r"`(?:[A-Z]+=\S+ )*make (\w+)|^ *make (\w+)", readme, re.MULTILINE))
    assert {target for pair in named for target in pair if target} == MODULES.keys()


def test_each_target_does_what_the_readme_says():
    """The first line of its module says the same in short."""
    for target, (module, _) in MODULES.items():
        tree = ast.parse(Path(importlib.util.find_spec(module).origin).read_text())
        assert ast.get_docstring(tree).startswith(f"`make {target}`: "), module


def test_a_build_server_runs_what_a_person_runs():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[-1] == "exec make test </dev/null"


def test_every_package_is_pinned_by_hash_and_names_no_registry():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        # No option but a hash: each of the others says where from.
        assert not re.search(r"https?://|^\s*-(?!-hash=)", text, re.MULTILINE)
        for block in re.split(r"\n(?=[a-z])", text):
            if not block.startswith("#"):
                assert re.match(r"\S+==\S+", block)
                assert "--hash=sha256:" in block


def test_every_npm_package_is_pinned_by_hash_and_names_no_registry():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    installed = {path: package for path, package in packages.items() if path}
    assert "node_modules/govuk-frontend" in installed
    for path, package in installed.items():
        assert "resolved" not in package, path
        assert package["integrity"].startswith("sha512-"), path
