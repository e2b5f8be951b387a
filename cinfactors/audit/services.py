"""The audit context of a request: who acts, set in the database; and the log of readings.

The database writes the history of changes itself, by triggers (see the first migration). What
it cannot know, who acts from which address in which request, is set in settings of the
transaction, which end with it: the next request on the same connection does not see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone

from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page, Reading
from cinfactors.web.addresses import known_address
from cinfactors.web.logs import RequestWithId
from cinfactors.web.rate_limits import TooMany

SET_AUDIT_CONTEXT = (
    "SELECT set_config('cinfactors.actor', %s, true), set_config('cinfactors.address', %s, true),"
    " set_config('cinfactors.request', %s, true)"
)
RECORD_PAGE = (
    "SELECT history.record_page(%(person)s, %(child)s, %(listed)s::bigint[], %(assessment)s,"
    " %(page)s, %(refused)s, %(reason)s, %(address)s, %(request)s)"
)
RECORD_REFUSAL = "SELECT history.record_refusal(%s, %s, %s, %s, %s, %s)"
STARTS_FOR_OTHERS_PER_HOUR = 30
"""How many children of other teams one person may look up within an hour, to start for them."""

OVER_THE_LIMIT = "Over the limit of an hour"
"""The reason of a page that was refused to somebody who may see it, but not so many."""

NOT_WRITES = ("SELECT ", "(SELECT ", "SAVEPOINT ", "RELEASE ", "ROLLBACK ")
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
    refused_pages: list[dict[str, Any]] = field(default_factory=list)
    """Pages that it was refused for their number, as the database's function takes them."""

    @property
    def actor(self) -> int | None:
        """The person's key, once the request has loaded them, which is before any view."""
        user = getattr(self.request, "user", None)
        return getattr(getattr(user, "_wrapped", user), "pk", None)

    @cached_property
    def address(self) -> str | None:
        """The client's address, as the throttling of sign-in has it; None where unknown."""
        return known_address(self.request)

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
    listed: Iterable[int] = (),
    reason: str = "",
    is_own: bool = False,
) -> None:
    """Record, in the transaction of the page, that it shows a child's record, or a list.

    `child` and `assessment` are primary keys, `listed` those of everybody else whose id or name
    the page shows. Where the transaction is rolled back, nothing was shown and nothing is
    recorded. One statement. Raises TooMany where the person has been shown more children outside
    their own caseload within an hour than any work needs: `READINGS_PER_HOUR`, each counted once.
    A page of their own work (`is_own`) is never refused for others who stand beside it.
    """
    values = _page_values(request, page, child, listed, assessment, reason)
    with connection.cursor() as cursor:
        cursor.execute(RECORD_PAGE, values)
        [children] = cursor.fetchone()
    if children > settings.READINGS_PER_HOUR and not is_own:
        _refuse_page(request, values)
        raise TooMany(
            "Too many children’s records",
            f"Within an hour you were shown {settings.READINGS_PER_HOUR} children outside your own "
            "caseload, which is as many as one person may see. Your own caseload is open to you.",
            minutes=60,
        )


def _page_values(
    request: HttpRequest,
    page: Page,
    child: int | None,
    listed: Iterable[int] = (),
    assessment: int | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """Return the arguments of `history.record_page`."""
    signed_in = cast(SignedInRequest, request)
    return {
        "person": signed_in.user.pk,
        "child": child,
        "listed": sorted({*listed} - {child}),
        "assessment": assessment,
        "page": page,
        "refused": False,
        "reason": reason,
        "address": signed_in.audit_context.address,
        "request": signed_in.id,
    }


def _refuse_page(request: HttpRequest, values: dict[str, Any]) -> None:
    """Record that a page was refused, once what the request has written is rolled back."""
    context: AuditContext = cast(SignedInRequest, request).audit_context
    context.refused_pages.append(values | {"refused": True, "reason": OVER_THE_LIMIT})


def record_made_file(
    person: int, page: Page, children: Iterable[int], *, address: str | None, request_id: str
) -> None:
    """Record that a file made for a person holds these children: a reading of each of them.

    Without an address where it was made on the command line.
    """
    with connection.cursor() as cursor:
        for child in children:
            cursor.execute(
                RECORD_PAGE,
                {
                    "person": person,
                    "child": child,
                    "listed": [],
                    "assessment": None,
                    "page": page,
                    "refused": False,
                    "reason": "",
                    "address": address,
                    "request": request_id,
                },
            )


def record_list(request: HttpRequest, children: Iterable[int], page: Page = Page.LIST) -> None:
    """Record that the page lists these children, by their keys; nothing for an empty list.

    Raises TooMany as `record_reading` does.
    """
    if listed := {*children}:
        record_reading(request, page, listed=listed)


def record_start(request: HttpRequest, page: Page, child: int) -> None:
    """Record that the page shows a child to somebody who is about to start an assessment.

    Raises TooMany as `record_reading` does, and where this is one more child of other teams than
    a person may look up within an hour: it shows them, and starting gives access to them.
    """
    record_reading(request, page, child=child)
    others = Reading.objects.filter(
        person_id=request.user.pk,
        at__gt=timezone.now() - timedelta(hours=1),
        page__in=(Page.SEARCH, Page.START),
        out_of_team=True,
        refused=False,
    )
    if others.aggregate(children=Count("child_id", distinct=True))["children"] > (
        STARTS_FOR_OTHERS_PER_HOUR
    ):
        _refuse_page(request, _page_values(request, page, child))
        raise TooMany(
            "Too many children of other teams",
            f"Within an hour you may look up {STARTS_FOR_OTHERS_PER_HOUR} children of other teams "
            "to start an assessment.",
            minutes=60,
        )


def record_refusal(
    request: HttpRequest, page: Page, reference: UUID | None = None, *, la_child_id: str = ""
) -> None:
    """Record that the person was refused this assessment or child, if there is one.

    `reference` is the assessment's, the child's or the episode's; `la_child_id` is as it was
    typed. It is written at the end of the request, since a view that answers 404 by an exception
    rolls back whatever it wrote.
    """
    context: AuditContext = cast(SignedInRequest, request).audit_context
    # No id has the one character that the database cannot take.
    context.refused.append((reference, la_child_id.replace("\0", ""), page))


def write_access_refusals(context: AuditContext) -> None:
    """Write the refusals of a request; called when the view's own transaction has ended."""
    if not context.refused and not context.refused_pages:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for values in context.refused_pages:
            cursor.execute(RECORD_PAGE, values)
        for refused in context.refused:
            cursor.execute(
                RECORD_REFUSAL, [context.actor, *refused, context.address, context.request.id]
            )
