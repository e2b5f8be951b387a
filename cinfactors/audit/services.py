"""The audit context of a request: who acts, set in the database; and the log of readings.

The database writes the history of changes itself, by triggers (see the first migration). What
it cannot know, who acts from which address in which request, is set in settings of the
transaction, which end with it: the next request on the same connection does not see them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from typing import Any, cast
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest

from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.web.logs import RequestWithId
from cinfactors.web.rate_limits import TooMany

SET_AUDIT_CONTEXT = (
    "SELECT set_config('cinfactors.actor', %s, true), set_config('cinfactors.address', %s, true),"
    " set_config('cinfactors.request', %s, true)"
)
RECORD_READING = (
    "SELECT history.record_reading(%(person)s, %(child)s, %(assessment)s, %(page)s, false,"
    " %(address)s, %(request)s), (SELECT count(*) FROM (SELECT FROM history.reading"
    " WHERE person_id = %(person)s AND at > now() - interval '1 hour' LIMIT %(limit)s) AS recent)"
)
RECORD_REFUSAL = "SELECT history.record_refusal(%s, %s, %s, %s, %s, %s)"
NOT_WRITES = ("SELECT ", "SAVEPOINT ", "RELEASE ", "ROLLBACK ")
"""How statements begin that need no actor. Our functions that write are passed theirs."""


@dataclass(frozen=True, slots=True)
class AuditMarker:
    """What was set in a transaction; registered with `on_commit`, it shares the settings' life.

    Django forgets a callback when the transaction, or the savepoint in which it was registered,
    is rolled back; Postgres does the same with a setting.
    """

    actor: int | None
    address: str | None
    request: str

    def __call__(self) -> None:
        """Do nothing at the commit."""


@dataclass
class AuditContext:
    """The actor, address and id of a request; an execute wrapper that sets them before writes.

    A request that only reads is spared the statement. A write outside a transaction is given
    one, since the settings would not outlast their own statement. `cursor.copy` bypasses
    the wrapper: code that copies within a request must write something before.
    """

    request: RequestWithId
    refused: list[tuple[UUID | None, str, Page]] = field(default_factory=list)
    """Records that the request was refused: reference, child's id as typed, page."""

    @property
    def actor(self) -> int | None:
        """The person's key, once the request has loaded them, which is before any view."""
        user = getattr(self.request, "user", None)
        return getattr(getattr(user, "_wrapped", user), "pk", None)

    @cached_property
    def address(self) -> str | None:
        """The client's address, as the throttling of sign-in has it; None where unknown."""
        try:
            return str(ip_address(get_adapter().get_client_ip(self.request)))
        except (PermissionDenied, ValueError):
            return None

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: Any,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        if isinstance(sql, str) and sql.startswith(NOT_WRITES):
            return execute(sql, params, many, context)
        if not connection.in_atomic_block:
            with transaction.atomic():
                return self(execute, sql, params, many, context)
        marker = AuditMarker(self.actor, self.address, self.request.id)
        if _current_marker() != marker:
            with connection.cursor() as cursor:
                _set_audit_context(cursor, marker)
        return execute(sql, params, many, context)


def _current_marker() -> AuditMarker | None:
    """Return what is set in the transaction, as Postgres has it."""
    callbacks = (callback for _, callback, *_ in reversed(connection.run_on_commit))
    return next((each for each in callbacks if isinstance(each, AuditMarker)), None)


def _set_audit_context(cursor: CursorWrapper, marker: AuditMarker) -> None:
    values = [str(marker.actor or ""), marker.address or "", marker.request]
    cursor.execute(SET_AUDIT_CONTEXT, values)
    transaction.on_commit(marker)


def record_reading(
    request: HttpRequest,
    page: Page,
    *,
    child: int | None = None,
    assessment: int | None = None,
) -> None:
    """Record, in the transaction of the page, that it shows this child's record.

    `child` and `assessment` are primary keys. Where the transaction is rolled back, nothing was
    shown and nothing is recorded. Raises TooMany where the person has been shown more records
    within an hour than any work needs.
    """
    signed_in = cast(SignedInRequest, request)
    values = {
        "person": signed_in.user.pk,
        "child": child,
        "assessment": assessment,
        "page": page,
        "address": signed_in.audit_context.address,
        "request": signed_in.id,
        "limit": settings.READINGS_PER_HOUR,
    }
    with connection.cursor() as cursor:
        cursor.execute(RECORD_READING, values)
        _, recent = cursor.fetchone()
    if recent >= settings.READINGS_PER_HOUR:
        raise TooMany


def record_refusal(
    request: HttpRequest, page: Page, reference: UUID | None = None, *, la_child_id: str = ""
) -> None:
    """Record that the person was refused this assessment or child, if there is one.

    `reference` is the assessment's, the child's or the episode's; `la_child_id` is as it was
    typed. It is written at the end of the request, since a view that answers 404 by an exception
    rolls back whatever it wrote.
    """
    context: AuditContext = cast(SignedInRequest, request).audit_context
    context.refused.append((reference, la_child_id, page))


def write_access_refusals(context: AuditContext) -> None:
    """Write what `record_refusal` collected; called when the view's own transaction has ended."""
    if not context.refused:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for refused in context.refused:
            cursor.execute(
                RECORD_REFUSAL, [context.actor, *refused, context.address, context.request.id]
            )
