"""Settings come from the environment, and a wrong one is refused with what to do about it."""

import ast
import re

import pytest

from tests.programs import PRODUCTION, ROOT, python, without

READ_SETTINGS = "from django.conf import settings; settings.DEBUG"


def refusal(**variables: str) -> str:
    done = python("-c", READ_SETTINGS, DJANGO_SETTINGS_MODULE="cinfactors.settings", **variables)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    return last.removeprefix("django.core.exceptions.ImproperlyConfigured: ")


def value(expression: str, **variables: str) -> str:
    code = f"from django.conf import settings; print(settings.{expression})"
    done = python("-c", code, DJANGO_SETTINGS_MODULE="cinfactors.settings", **variables)
    assert done.stderr == ""
    return done.stdout.strip()


def test_production_is_the_default():
    assert value("DEBUG", **PRODUCTION) == "False"


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


@pytest.mark.parametrize("hosts", ["factors.exampleshire.gov.uk", "localhost,10.0.0.5", "*"])
def test_https_cannot_be_off_where_another_machine_may_connect(hosts):
    message = refusal(**PRODUCTION | {"ALLOWED_HOSTS": hosts, "HTTPS": "off"})
    assert message.startswith("HTTPS is off, and ALLOWED_HOSTS names ")


def test_https_may_be_off_on_one_machine():
    variables = PRODUCTION | {"ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]", "HTTPS": "off"}
    assert value("SESSION_COOKIE_NAME, settings.SECURE_SSL_REDIRECT", **variables) == (
        "session False"
    )


def test_cookies_are_for_this_host_alone_and_secure():
    expression = (
        "SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, "
        "settings.CSRF_COOKIE_NAME, settings.CSRF_COOKIE_SECURE"
    )
    assert value(expression, **PRODUCTION) == "__Host-session True True __Host-csrf True"


def test_earlier_keys_are_accepted_while_their_sessions_last():
    fallbacks = value("SECRET_KEY_FALLBACKS", **PRODUCTION, SECRET_KEY_FALLBACKS="one, two,")
    assert fallbacks == "['one', 'two']"


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
    ],
)
def test_a_wrong_value_is_named_with_its_variable(name, wrong):
    assert refusal(**PRODUCTION | {name: wrong}).startswith(f"{name} is '{wrong}'. Set it to ")


def test_a_forwarded_scheme_is_trusted_only_behind_a_trusted_proxy():
    assert value("SECURE_PROXY_SSL_HEADER", **PRODUCTION) == "None"
    behind = PRODUCTION | {"TRUSTED_PROXIES": "1"}
    assert value("SECURE_PROXY_SSL_HEADER", **behind) == "('HTTP_X_FORWARDED_PROTO', 'https')"
    assert value("ALLAUTH_TRUSTED_PROXY_COUNT", **behind) == "1"


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
    assert value("SECOND_FACTOR_REQUIRED", **PRODUCTION) == "True"
    assert value("SECOND_FACTOR_REQUIRED", **PRODUCTION, SECOND_FACTOR_REQUIRED="off") == "False"


def test_single_sign_on_is_off_until_an_issuer_is_named():
    assert value("SOCIALACCOUNT_PROVIDERS", **PRODUCTION) == "{}"


def test_an_issuer_is_one_provider_with_a_proof_key():
    oidc = "SOCIALACCOUNT_PROVIDERS['oidc']"
    expression = f"{oidc}['OAUTH_PKCE_ENABLED'], *settings.{oidc}['APPS'][0].values()"
    assert value(expression, **PRODUCTION, **OIDC) == (
        "True https://login.example/tenant/v2.0 your work account this-installation secret "
        "{'server_url': 'https://login.example/tenant/v2.0'}"
    )


@pytest.mark.parametrize("brings", ["on", "off", "amr:mfa", "acr:urn:example:two-factors"])
def test_how_the_provider_shows_a_second_factor_is_configurable(brings):
    chosen = PRODUCTION | {"OIDC_BRINGS_SECOND_FACTOR": brings}
    assert value("OIDC_BRINGS_SECOND_FACTOR", **chosen) == brings


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
    readers = {"required", "switch", "number", "choice", "get", "setdefault"}
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


def variables_documented() -> set[str]:
    readme = (ROOT / "README.md").read_text()
    section = readme.partition("## Configuration")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([A-Z_]+)` \|", section, flags=re.MULTILINE))


def test_the_readme_names_exactly_the_variables_that_are_read():
    assert variables_documented() == variables_read()
