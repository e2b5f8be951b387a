"""The catalogue and the rules are plain Python."""

import subprocess
import sys
from pathlib import Path

WITHOUT_DJANGO = """
import pkgutil, sys
sys.modules["django"] = None
from importlib import import_module
from assessments import catalogue, rules
for module in pkgutil.walk_packages(catalogue.__path__, catalogue.__name__ + "."):
    import_module(module.name)
from assessments.catalogue import loader
found = rules.evaluate(loader.edition("2021-04"), rules.Selection(("13A",)))
print(*(finding.rule.id for finding in found))
print(sorted(name for name in sys.modules if name.split(".")[0] in ("django", "cinfactors")))
"""


def test_the_catalogue_and_the_rules_work_where_django_cannot_be_imported():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DJANGO],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["gangs-with-criminal-exploitation", "['django']"]
