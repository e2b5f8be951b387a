"""Settings come from the environment, and a wrong one is refused with what to do about it."""

import ast
import os
import re
import runpy
import shlex
import subprocess
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured

from tests.programs import PRODUCTION, ROOT, python, without

SETTINGS = ROOT / "cinfactors" / "settings.py"


def settings_with(**variables: str) -> SimpleNamespace:
    """The settings of an installation that has only these variables."""
    with patch.dict(os.environ, variables, clear=True):
        return SimpleNamespace(**vars(global_settings) | runpy.run_path(str(SETTINGS)))


def refusal(**variables: str) -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_with(**variables)
    return str(refused.value)


def test_no_process_begins_without_its_settings():
    read = "from django.conf import settings; settings.DEBUG"
    variables = without("SECRET_KEY")
    done = python("-c", read, DJANGO_SETTINGS_MODULE="cinfactors.settings", **variables)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == f"django.core.exceptions.ImproperlyConfigured: {refusal(**variables)}"


def test_production_is_the_default():
    read = "from django.conf import settings; print(settings.DEBUG)"
    done = python("-c", read, DJANGO_SETTINGS_MODULE="cinfactors.settings", **PRODUCTION)
    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.parametrize("empty", [False, True])
def test_without_a_secret_key_it_says_how_to_make_one(empty):
    variables = PRODUCTION | {"SECRET_KEY": " "} if empty else without("SECRET_KEY")
    assert refusal(**variables) == (
        "SECRET_KEY is not set. Set it to a long random text that only this installation knows; "
        'make one with: python -c "import secrets; print(secrets.token_urlsafe(50))"'
    )


def test_the_command_that_makes_a_key_makes_one():
    command = re.search(r'python -c "(.+)"', refusal(**without("SECRET_KEY")))
    assert len(python("-c", command[1]).stdout.strip()) >= 50


@pytest.mark.parametrize("empty", [False, True])
def test_without_allowed_hosts_it_says_what_to_set(empty):
    variables = PRODUCTION | {"ALLOWED_HOSTS": " "} if empty else without("ALLOWED_HOSTS")
    assert refusal(**variables) == (
        "ALLOWED_HOSTS is not set. Set it to the host names that people use to reach this "
        "installation, with commas between them; for example: "
        "ALLOWED_HOSTS=factors.exampleshire.gov.uk"
    )


def test_without_a_database_it_says_how_an_address_looks():
    assert "postgresql://ROLE:PASSWORD@HOST:5432/DATABASE" in refusal(**without("DATABASE_URL"))


def test_another_database_than_postgres_is_refused():
    variables = PRODUCTION | {"DATABASE_URL": "sqlite:///records.sqlite3"}
    assert refusal(**variables) == "DATABASE_URL names another database than PostgreSQL."


def test_manage_says_what_is_missing_without_a_traceback():
    done = python("manage.py", "check", **without("SECRET_KEY"))
    assert done.returncode == 1
    assert done.stderr.startswith("cinfactors cannot start: SECRET_KEY is not set.")
    assert "Traceback" not in done.stderr


def test_gunicorn_does_not_serve_without_a_secret_key():
    done = python("-m", "gunicorn", "--check-config", "cinfactors.wsgi", **without("SECRET_KEY"))
    assert done.returncode != 0


def test_a_production_configuration_passes_the_deployment_check():
    done = python("manage.py", "check", "--deploy", "--fail-level", "DEBUG", **PRODUCTION)
    assert done.stdout == "System check identified no issues (0 silenced).\n"
    assert done.returncode == 0


@pytest.mark.parametrize(
    "hosts", ["factors.exampleshire.gov.uk", "localhost,10.0.0.5", ".localhost", "*"]
)
def test_https_cannot_be_off_where_another_machine_may_connect(hosts):
    message = refusal(**PRODUCTION | {"ALLOWED_HOSTS": hosts, "HTTPS": "off"})
    assert message.startswith("HTTPS is off, and ALLOWED_HOSTS names ")


LOCAL = PRODUCTION | {"ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]", "HTTPS": "off"}
OPEN = ["0.0.0.0", "::", "[::]", "10.0.0.5", "::ffff:10.0.0.5", "factors.exampleshire.gov.uk"]  # noqa: S104


@pytest.mark.parametrize("host", [*OPEN, "127.1", "localhost.exampleshire.gov.uk"])
def test_plain_http_is_not_served_where_other_machines_can_connect(host):
    assert refusal(**LOCAL, HOST=host) == (
        f"HTTPS is off, and HOST is {host}, where other machines can connect. Children's records "
        "leave a machine encrypted or not at all: set HTTPS=on, or HOST=127.0.0.1."
    )
    assert settings_with(**PRODUCTION, HOST=host).HTTPS


@pytest.mark.parametrize(
    "host",
    ["", "localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "[::1]", "::ffff:127.0.0.1"],
)
def test_plain_http_is_served_at_every_spelling_of_this_machine(host):
    assert not settings_with(**LOCAL, HOST=host).HTTPS


@pytest.mark.parametrize("address", ["0.0.0.0:0", "0:0", "[::]:0"])
def test_the_server_of_developers_serves_no_plain_http_to_the_network_either(address):
    done = python("manage.py", "runserver", "--noreload", address, **LOCAL)
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: HTTPS is off, and ")


def gunicorn(*arguments: str, **variables: str) -> str:
    """What it says as it refuses to start."""
    done = python("-m", "gunicorn", *arguments, "cinfactors.wsgi", **variables)
    assert done.returncode == 1
    return done.stderr.strip().splitlines()[-1]


def test_a_web_server_refuses_the_password_of_the_tables_owner():
    owner = "postgresql://cinfactors_owner:secret@database.invalid:5432/cinfactors"
    says = gunicorn(**PRODUCTION, MIGRATION_DATABASE_URL=owner)
    assert says.startswith("cinfactors cannot start: MIGRATION_DATABASE_URL is set.")
    assert "secret" not in says


def test_https_may_be_off_on_one_machine():
    settings = settings_with(**LOCAL)
    assert (settings.SESSION_COOKIE_NAME, settings.SECURE_SSL_REDIRECT) == ("session", False)


def test_cookies_are_for_this_host_alone_and_secure():
    settings = settings_with(**PRODUCTION)
    assert settings.SESSION_COOKIE_NAME == "__Host-session"
    assert settings.SESSION_COOKIE_SECURE
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_NAME == "__Host-csrf"
    assert settings.CSRF_COOKIE_SECURE


def test_earlier_keys_are_accepted_while_their_sessions_last():
    settings = settings_with(**PRODUCTION, SECRET_KEY_FALLBACKS="one, two,")
    assert settings.SECRET_KEY_FALLBACKS == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("DEBUG", "yes"),
        ("HTTPS", "false"),
        ("SECOND_FACTOR_REQUIRED", "maybe"),
        ("OIDC_BRINGS_SECOND_FACTOR", "yes"),
        ("OIDC_BRINGS_SECOND_FACTOR", "amr:"),
        ("OIDC_BRINGS_SECOND_FACTOR", ":mfa"),
        ("OIDC_BRINGS_SECOND_FACTOR", "amr: mfa"),
        ("TRUSTED_PROXIES", "all"),
        ("TRUSTED_PROXIES", "-1"),
        ("DATABASE_POOL", "1.5"),
        ("AUTHORITY_COLOUR", "red"),
        ("AUTHORITY_COLOUR", "#1d70b8;}"),
        ("LOG_LEVEL", "LOUD"),
        ("AUTHORISE_ALONE", "explained,eventually"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(name, wrong):
    assert refusal(**PRODUCTION | {name: wrong}).startswith(f"{name} is '{wrong}'. Set it to ")


RANGES = {
    "TRUSTED_PROXIES": (0, 20),
    "PORT": (1, 65535),
    "WEB_CONCURRENCY": (1, 100),
    "DATABASE_POOL": (1, 1000),
    "READINGS_PER_HOUR": (1, 1_000_000),
}


@pytest.mark.parametrize("name", RANGES)
def test_a_number_that_means_nothing_is_refused_with_those_that_do(name):
    least, most = RANGES[name]
    for wrong in (str(least - 1), str(most + 1), "9" * 5000, "٣", ""):
        assert refusal(**PRODUCTION | {name: wrong}) == (
            f"{name} is '{wrong}'. Set it to a whole number from {least} to {most}."
        )
    for right in (str(least), str(most), f" 0{most} "):
        settings_with(**PRODUCTION | {name: right})


def test_an_authority_says_what_is_authorised_by_itself():
    assert len(settings_with(**PRODUCTION).AUTHORISE_ALONE) == 4
    for chosen, alone in (("none", set()), (" Considered ", {"considered"})):
        assert alone == settings_with(**PRODUCTION, AUTHORISE_ALONE=chosen).AUTHORISE_ALONE


def test_every_number_has_a_range():
    assert set(re.findall(r'number\("(\w+)"', SETTINGS.read_text())) == RANGES.keys()


def test_a_forwarded_scheme_is_trusted_only_behind_a_trusted_proxy():
    assert settings_with(**PRODUCTION).SECURE_PROXY_SSL_HEADER is None
    behind = settings_with(**PRODUCTION, TRUSTED_PROXIES="1")
    assert behind.SECURE_PROXY_SSL_HEADER == ("HTTP_X_FORWARDED_PROTO", "https")


def test_passwords_are_hashed_with_argon2():
    code = (
        "import django; django.setup(); "
        "from django.contrib.auth.hashers import make_password; "
        "print(make_password('correct horse battery staple').split('$')[0])"
    )
    done = python("-c", code, DJANGO_SETTINGS_MODULE="cinfactors.settings", **PRODUCTION)
    assert done.stdout == "argon2\n"


OIDC = {
    "OIDC_ISSUER": "https://login.example/tenant/v2.0",
    "OIDC_CLIENT_ID": "this-installation",
    "OIDC_CLIENT_SECRET": "secret",
}


def test_a_second_factor_is_required_unless_it_is_switched_off():
    assert settings_with(**PRODUCTION).SECOND_FACTOR_REQUIRED
    assert not settings_with(**PRODUCTION, SECOND_FACTOR_REQUIRED="off").SECOND_FACTOR_REQUIRED


def test_single_sign_on_is_off_until_an_issuer_is_named():
    assert settings_with(**PRODUCTION).SOCIALACCOUNT_PROVIDERS == {}


def test_an_issuer_is_one_provider():
    [provider] = settings_with(**PRODUCTION, **OIDC).SOCIALACCOUNT_PROVIDERS["oidc"]["APPS"]
    assert [*provider.values()] == [
        "https://login.example/tenant/v2.0",
        "your work account",
        "this-installation",
        "secret",
    ]


@pytest.mark.parametrize("brings", ["on", "off", "amr:mfa", "acr:urn:example:two-factors"])
def test_how_the_provider_shows_a_second_factor_is_configurable(brings):
    settings = settings_with(**PRODUCTION, OIDC_BRINGS_SECOND_FACTOR=brings)
    assert brings == settings.OIDC_BRINGS_SECOND_FACTOR


@pytest.mark.parametrize("name", ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_an_issuer_needs_a_client_and_its_secret(name):
    message = refusal(**PRODUCTION, **(OIDC | {name: ""}))
    assert message == f"{name} is not set. The OpenID provider has it."


@pytest.mark.parametrize("issuer", ["http://login.example", "login.example"])
def test_an_issuer_needs_https(issuer):
    message = refusal(**PRODUCTION, **(OIDC | {"OIDC_ISSUER": issuer}))
    assert message.startswith(f"OIDC_ISSUER is '{issuer}'. Set it to the https address")


def variables_read() -> set[str]:
    """Each name that the product takes from the environment, found in its syntax."""
    readers = {"required", "switch", "number", "choice", "words", "get", "setdefault"}
    names = set()
    files = [*ROOT.glob("cinfactors/**/*.py"), ROOT / "gunicorn.conf.py", ROOT / "manage.py"]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Name(id=reader), args=[ast.Constant(value=str(name)), *_]):
                    found = reader in readers
                case ast.Call(
                    func=ast.Attribute(
                        attr=reader,
                        value=ast.Attribute(attr="environ") | ast.Name(id="environ"),
                    ),
                    args=[ast.Constant(value=str(name)), *_],
                ):
                    found = reader in readers
                case ast.Subscript(
                    value=ast.Attribute(attr="environ") | ast.Name(id="environ"),
                    slice=ast.Constant(value=str(name)),
                ):
                    found = True
                case ast.Compare(
                    left=ast.Constant(value=str(name)),
                    comparators=[ast.Attribute(attr="environ") | ast.Name(id="environ")],
                ):
                    found = True
                case _:
                    continue
            if found:
                names.add(name)
    return names - {"DJANGO_SETTINGS_MODULE"}


def variables_documented() -> dict[str, str]:
    """Each name in the README's table, with what it says of the default."""
    readme = (ROOT / "README.md").read_text()
    section = readme.partition("## Configuration")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \|.*\| ([^|]+) \|$", section, flags=re.MULTILINE)
    return dict(rows)


def variables_in_the_example() -> dict[str, str]:
    """Each name in the example file, with the line that it is in."""
    text = (ROOT / "deploy" / "example.env").read_text()
    return {name: line for line, name in re.findall(r"^(#?([A-Z_]+)=.*)$", text, re.MULTILINE)}


def test_the_readme_and_the_example_file_name_exactly_the_variables_that_are_read():
    assert variables_documented().keys() == variables_read()
    assert variables_in_the_example().keys() == variables_read()


def test_the_example_file_shows_each_default():
    examples = variables_in_the_example()
    for name, says in variables_documented().items():
        default = re.match(r"`([^`]+)`(?:;|$)", says)
        if default and default[1] not in examples and examples[name].startswith("#"):
            assert shlex.split(examples[name][1:]) == [f"{name}={default[1]}"]


def sourced(text: str, folder: Path) -> dict[str, str]:
    """Return what a shell makes of a file of settings."""
    file = folder / "cinfactors.env"
    file.write_text(text)
    print_all = f"set -e; set -a; . {shlex.quote(str(file))}; exec env -0"
    done = subprocess.run(["/bin/sh", "-c", print_all], env={}, capture_output=True, check=True)
    assert done.stderr == b""
    found = dict(each.split("=", 1) for each in done.stdout.decode().split("\0") if each)
    return {name: value for name, value in found.items() if name not in {"PWD", "_"}}


def test_every_value_of_the_example_file_stands_in_single_quotes():
    """A shell takes `&`, in the address that a database on another machine needs, for an end."""
    for line in variables_in_the_example().values():
        assert re.fullmatch(r"#?[A-Z_]+='[^']*'", line)


def test_the_address_of_the_example_file_is_read_whole(tmp_path):
    text = (ROOT / "deploy" / "example.env").read_text()
    given = sourced(re.sub(r"^#(?=[A-Z_]+=)", "", text, flags=re.MULTILINE), tmp_path)
    assert given.keys() == variables_read()
    for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL"):
        settings = settings_with(**PRODUCTION | {"DATABASE_URL": given[name]})
        options = settings.DATABASES["default"]["OPTIONS"]
        assert options["sslmode"] == "verify-full"
        assert options["sslrootcert"].startswith("/etc/ssl/certs/")


def test_quoted_as_the_example_file_says_a_value_may_have_any_sign(tmp_path):
    anything = r"""a&b;c(d)<e>|f*g~h`i$j"k\l#m !n{o}[p]?q=%40"""
    with_apostrophe = "O'Neill & Sons; (#1) <*|~>"
    text = (ROOT / "deploy" / "example.env").read_text()
    for quoted, expected in (
        (f"'{anything}'", anything),
        (f'"{with_apostrophe}"', with_apostrophe),
    ):
        filled = re.sub(r"^#?([A-Z_]+)=.*$", lambda m: f"{m[1]}={quoted}", text, flags=re.MULTILINE)  # noqa: B023
        assert sourced(filled, tmp_path) == dict.fromkeys(variables_read(), expected)


def test_the_example_file_leaves_open_only_what_has_to_be_filled_in():
    """As it is it is refused, and says what is missing; a shell, compose and systemd read it."""
    to_fill_in = {n: line for n, line in variables_in_the_example().items() if line[0] != "#"}
    assert list(to_fill_in) == ["SECRET_KEY", "ALLOWED_HOSTS", "AUTHORITY_NAME", "TRUSTED_PROXIES"]
    print_all = "set -a; . deploy/example.env; exec env -u PWD -u _"
    done = subprocess.run(["/bin/sh", "-c", print_all], cwd=ROOT, env={}, capture_output=True)
    given = dict(line.split("=", 1) for line in done.stdout.decode().splitlines())
    assert given == dict.fromkeys(to_fill_in, "") | {"TRUSTED_PROXIES": "1"}
    assert refusal(**given).startswith("SECRET_KEY is not set.")
