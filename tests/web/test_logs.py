"""Log lines help to find a fault and contain nothing about a child."""

import json
import logging
import sys

import pytest
from django.test import Client
from django.urls import reverse

from cinfactors.web.logs import JsonFormatter


class Lines(logging.Handler):
    """Collects the lines as the log would have them."""

    def __init__(self):
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.text = ""

    def emit(self, record):
        self.text += self.format(record) + "\n"

    @property
    def parsed(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log():
    handler = Lines()
    loggers = [logging.getLogger("cinfactors"), logging.getLogger("django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield handler
    for logger in loggers:
        logger.removeHandler(handler)


def test_a_request_is_one_line_with_its_id(log):
    response = Client().get("/healthz")
    (line,) = log.parsed
    assert line["message"] == "request"
    assert line["request"] == response["X-Request-ID"]
    assert (line["method"], line["status"]) == ("GET", 200)
    assert line.keys() == {
        *("time", "level", "logger", "message", "request"),
        *("method", "route", "status", "milliseconds"),
    }


def test_a_proxys_request_id_is_carried_on(settings):
    settings.TRUSTED_PROXIES = 1
    given = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    assert Client().get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given


def test_a_clients_own_request_id_is_not_used():
    given = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    assert Client().get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] != given


@pytest.mark.parametrize("given", ["short", "x" * 65, 'eight"chars', "line\\nbreak1"])
def test_a_malformed_request_id_is_replaced(settings, given):
    settings.TRUSTED_PROXIES = 1
    made = Client().get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    assert made != given
    assert len(made) == 32


@pytest.mark.django_db
def test_only_the_route_of_an_address_is_logged(log):
    Client().get(reverse("admin:login"), {"next": "/Invented-Child/"})
    assert [line["route"] for line in log.parsed] == ["admin/login/"]
    assert "Invented" not in log.text


@pytest.mark.django_db
def test_an_address_that_is_not_found_is_not_logged(log):
    assert Client().get("/Invented-Child/").status_code == 404
    assert "Invented" not in log.text
    assert {"Not Found", "request"} == {line["message"] for line in log.parsed}


@pytest.mark.django_db
def test_another_host_is_logged_without_its_name(log):
    Client().get("/", headers={"host": "invented-child.example"})
    assert "invented" not in log.text
    assert ("Bad Request", "DisallowedHost") in {
        (line["message"], line.get("exception")) for line in log.parsed
    }


@pytest.mark.django_db
def test_a_form_without_its_token_is_logged_with_the_reason(log):
    Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "Invented"})
    assert "Forbidden: CSRF cookie not set." in {line["message"] for line in log.parsed}
    assert "Invented" not in log.text


def test_an_exception_is_logged_by_type_and_place_without_its_message():
    try:
        raise ValueError("Key (name)=(Invented Child) already exists")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    text = JsonFormatter().format(record)
    line = json.loads(text)
    assert line["exception"] == "ValueError"
    assert line["at"][-1].endswith(f" {sys._getframe().f_code.co_name}")
    assert "Invented" not in text


def written(name: str, level: int, message: object, *values: object) -> str:
    record = logging.LogRecord(name, level, "", 0, message, values, None)
    return json.loads(JsonFormatter().format(record))["message"]


@pytest.mark.parametrize(
    ("message", "values", "says"),
    [
        ("Error handling request %s", ("/?q=Invented",), "Error handling request …"),
        ("row %(row)r of %(count)5.1f", ({"row": "Invented", "count": 3},), "row … of …"),
        ("100%", (), "100%"),
        (ValueError("Invented"), (), "ValueError"),
    ],
)
def test_the_arguments_of_another_librarys_warning_are_left_out(message, values, says):
    assert written("gunicorn.error", logging.ERROR, message, *values) == says


def test_our_own_warnings_are_written_in_full():
    assert written("cinfactors.web.health", logging.WARNING, "not ready: %s", "x") == "not ready: x"
    assert written("psycopg.pool", logging.WARNING, "no connection to %r", "db") == (
        "no connection to 'db'"
    )


@pytest.mark.parametrize("forged", ['\n{"level": "info"}', "\x1b[2K", "\x9b2K", "\u2028", "\r"])
def test_control_characters_in_a_message_are_escaped(forged):
    record = logging.LogRecord("cinfactors", logging.ERROR, "", 0, "text " + forged, (), None)
    text = JsonFormatter().format(record)
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text)["message"] == "text " + forged
