"""Logs that can be followed across processes and hold nothing about a child.

A line names the route of a request (`assessments/<uuid:reference>/`), never its address, its
query or what was posted, and a person by number alone.
"""

from __future__ import annotations

import contextvars
import json
import logging
import re
import time
import traceback
import uuid
from datetime import UTC, datetime
from http import HTTPStatus

from django.conf import settings

logger = logging.getLogger(__name__)

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
_GIVEN_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
FACTS = ("method", "route", "status", "milliseconds", "person", "address")
OURS = ("cinfactors", "assessments", "psycopg.pool")
"""Whose messages are written in full: they name no request, no row and no person."""
WITHHELD = "…"


class JsonFormatter(logging.Formatter):
    """One JSON object in one line.

    An exception is told by its type and the places it came through; its message is left out,
    because a database's message quotes the row that it refused.
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
        line |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__qualname__
            line["at"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        # ASCII, so that nothing in a line moves the cursor of whoever reads it in a terminal.
        return json.dumps(line)


def _message(record: logging.LogRecord) -> str:
    """Of a refused or failed request, Django's own message quotes the address: its status then.

    What another library's warning was filled with is left out, for it may quote anything.
    """
    status = getattr(record, "status_code", None)
    if status is not None:
        phrase = HTTPStatus(status).phrase
        if record.name == "django.security.csrf" and record.args:
            return f"{phrase}: {record.args[0]}"
        return phrase
    if record.levelno < logging.WARNING or _is_ours(record.name):
        return record.getMessage()
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    return re.sub(r"%(?:\(\w+\))?[-#0 +]*[\d.]*[a-zA-Z]", WITHHELD, record.msg)


def _is_ours(logger_name: str) -> bool:
    return any(logger_name == name or logger_name.startswith(f"{name}.") for name in OURS)


class RequestLogMiddleware:
    """Gives each request an id, which the response and every line written meanwhile carry."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get("X-Request-ID", "") if settings.TRUSTED_PROXIES else ""
        request.id = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(request.id)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request.id
            logger.info("request", extra=_facts(request, response, started))
            return response
        finally:
            request_id.reset(token)


def _facts(request, response, started: float) -> dict[str, object]:
    match = getattr(request, "resolver_match", None)
    user = getattr(request, "user", None)
    facts: dict[str, object] = {
        "method": request.method,
        "route": match.route if match else None,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - started) * 1000, 1),
    }
    # Only a person whom the request has looked up already: the log costs no query.
    looked_up = getattr(user, "_wrapped", user)
    if getattr(looked_up, "pk", None) is not None:
        facts["person"] = looked_up.pk
    return facts
