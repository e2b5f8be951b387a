"""JSON logs that can be followed across processes and hold nothing about a child.

A line has the route of a request (`assessments/<uuid:reference>/`), never its address, its
query or what was posted, and a person only by primary key.
"""

from __future__ import annotations

import contextvars
import json
import logging
import re
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
_VALID_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
REQUEST_FIELDS = ("method", "route", "status", "milliseconds", "person", "address")
OWN_LOGGERS = ("cinfactors", "assessments", "psycopg.pool")
"""Loggers whose messages are written in full: they name no request, no row and no person."""
WITHHELD = "…"


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object in one line.

    Of an exception, its type and its stack are written; its message is left out, because a
    database's message quotes the row that it refused.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        line["message"] = _message(record)
        if current := request_id.get():
            line["request"] = current
        line |= {name: getattr(record, name) for name in REQUEST_FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__qualname__
            line["at"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        # ASCII, so that nothing in a line moves the cursor of a terminal that shows it.
        return json.dumps(line)


def _message(record: logging.LogRecord) -> str:
    """Return a message that quotes nothing of a request.

    Django's message about a refused or failed request quotes the address: the status takes its
    place. The arguments of another library's warning may quote anything: they are left out.
    """
    status = getattr(record, "status_code", None)
    if status is not None:
        phrase = HTTPStatus(status).phrase
        if record.name == "django.security.csrf" and isinstance(record.args, tuple) and record.args:
            # The first is the reason.
            return f"{phrase}: {record.args[0]}"
        return phrase
    if record.levelno < logging.WARNING or _is_ours(record.name):
        return record.getMessage()
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    return re.sub(r"%(?:\(\w+\))?[-#0 +]*[\d.]*[a-zA-Z]", WITHHELD, record.msg)


def _is_ours(logger_name: str) -> bool:
    return any(logger_name == name or logger_name.startswith(f"{name}.") for name in OWN_LOGGERS)


class RequestWithId(HttpRequest):
    """A request below `RequestLogMiddleware`. For annotations."""

    id: str


class RequestLogMiddleware:
    """Gives each request an id, which the response and every log line of the request carry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: RequestWithId) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "") if settings.TRUSTED_PROXIES else ""
        request.id = given if _VALID_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(request.id)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request.id
            logger.info("request", extra=_request_fields(request, response, started))
            return response
        finally:
            request_id.reset(token)


def _request_fields(
    request: HttpRequest, response: HttpResponse, started: float
) -> dict[str, object]:
    match = request.resolver_match
    user = getattr(request, "user", None)
    fields: dict[str, object] = {
        "method": request.method,
        "route": match.route if match else None,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - started) * 1000, 1),
    }
    # Only a person whom the request has loaded already: the log costs no query.
    loaded = getattr(user, "_wrapped", user)
    if (person := getattr(loaded, "pk", None)) is not None:
        fields["person"] = person
    return fields
