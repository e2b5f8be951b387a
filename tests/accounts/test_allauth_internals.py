"""django-allauth's internal modules are what they were when `allauth_internals` was written.

Nothing here imports `allauth_internals`, so that each test says what is wrong even where a name
has gone.
"""

from __future__ import annotations

import ast
import inspect
from importlib import import_module, metadata
from pathlib import Path

import pytest
from allauth.account.adapter import DefaultAccountAdapter

from tests.programs import ROOT

INTERNALS = ROOT / "cinfactors" / "accounts" / "allauth_internals.py"
FUNCTIONS = {
    ("allauth.account.internal.flows.login", "record_authentication"): (
        "request, user, method, **extra_data"
    ),
    ("allauth.core.internal.ratelimit", "consume"): (
        "request, app, action, config=None, key=None, user=None, dry_run=False,"
        " limit_get=False, raise_exception=False"
    ),
    ("allauth.core.internal.ratelimit", "get_ip"): "request",
    ("allauth.core.internal.ratelimit", "parse_rates"): "rates",
    ("allauth.mfa.totp.internal.auth", "TOTP"): "instance",
}
CONSTANTS = {("allauth.mfa.totp.internal.auth", "SECRET_SESSION_KEY"): "mfa.totp.secret"}
"""A constant's value stands in sessions that go on during an upgrade."""


@pytest.fixture(autouse=True)
def _clear_attempt_counts():
    """Override the fixture of that name, since nothing here needs the database."""


def parameters_of(function: object) -> str:
    """The parameters with their defaults, less their annotations."""
    parameters = inspect.signature(function).parameters.values()
    return ", ".join(str(each.replace(annotation=inspect.Parameter.empty)) for each in parameters)


def imports_of(path: Path) -> set[tuple[str, str]]:
    """Each module that is imported from, and the name that is taken from it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "", alias.name) for alias in node.names}
    return found


def is_internal(module: str, name: str) -> bool:
    parts = f"{module}.{name}".split(".")
    return parts[0] == "allauth" and "internal" in parts


def read_against() -> tuple[str, ...]:
    for node in ast.parse(INTERNALS.read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "READ_AGAINST":
            return ast.literal_eval(node.value)
    raise AssertionError("allauth_internals has no READ_AGAINST")


def test_the_installed_allauth_is_a_version_whose_internals_were_read():
    installed = metadata.version("django-allauth")
    known = read_against()
    assert ".".join(installed.split(".")[:2]) in known, (
        f"django-allauth {installed} is installed, and allauth_internals.py was read against "
        f"{', '.join(known)} alone. Read in the new version what that module imports, and "
        "`DefaultAccountAdapter._get_login_attempts_cache_key`; then add it to READ_AGAINST."
    )


@pytest.mark.parametrize(("module", "name"), FUNCTIONS)
def test_each_internal_function_is_there_with_the_same_parameters(module, name):
    function = getattr(import_module(module), name, None)
    assert function is not None, f"{module}.{name} has moved"
    assert parameters_of(function) == FUNCTIONS[module, name]


@pytest.mark.parametrize(("module", "name"), CONSTANTS)
def test_each_internal_constant_is_there_with_the_same_value(module, name):
    assert getattr(import_module(module), name, None) == CONSTANTS[module, name]


def test_the_adapters_private_method_that_we_override_is_still_used():
    """Without it attempts would be counted by user name alone, whatever address they come from."""
    method = DefaultAccountAdapter._get_login_attempts_cache_key
    assert parameters_of(method) == "self, request, **credentials"
    source = inspect.getsource(DefaultAccountAdapter.pre_authenticate)
    assert "self._get_login_attempts_cache_key(" in source
    assert "self._login_failed_rl_usage = ratelimit.consume(" in source


def test_codes_of_an_app_are_still_spent_by_the_private_method_that_we_call():
    """Without it, the code that sets up an app would sign in as well."""
    totp = import_module("allauth.mfa.totp.internal.auth").TOTP
    assert parameters_of(totp._mark_code_used) == "self, code"
    assert "return self._mark_code_used(code)" in inspect.getsource(totp.validate_code)


def test_every_internal_name_that_we_import_is_tested_here():
    imported = {each for each in imports_of(INTERNALS) if is_internal(*each)}
    assert imported == {*FUNCTIONS, *CONSTANTS}


def test_no_other_module_imports_from_allauths_internal_modules():
    modules = [path for app in ("assessments", "cinfactors") for path in (ROOT / app).rglob("*.py")]
    assert len(modules) > 50
    wrong = {
        (path.relative_to(ROOT).as_posix(), *each)
        for path in modules
        if path != INTERNALS
        for each in imports_of(path)
        if is_internal(*each)
    }
    assert wrong == set()
