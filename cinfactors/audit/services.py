"""Who acts, told to the database for its history; and what was read, written there.

The database writes the history of changes itself, by triggers (see the first migration). What
it cannot know is told in settings of the transaction, which end with it: nobody else who is
given the same connection has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest

from cinfactors.accounts.models import User
from cinfactors.audit.models import Page
from cinfactors.web.rate_limits import TooMany

TELL = (
    "SELECT set_config('cinfactors.actor', %s, true), set_config('cinfactors.address', %s, true),"
    " set_config('cinfactors.request', %s, true)"
)
READ = (
    "SELECT history.record_reading(%(person)s, %(child)s, %(assessment)s, %(page)s, false,"
    " %(address)s, %(request)s), (SELECT count(*) FROM (SELECT FROM history.reading"
    " WHERE person_id = %(person)s AND at > now() - interval '1 hour' LIMIT %(most)s) AS lately)"
)
REFUSE = "SELECT history.record_refusal(%s, %s, %s, %s, %s, %s)"
WRITES_NOTHING = ("SELECT ", "SAVEPOINT ", "RELEASE ", "ROLLBACK ")
"""How statements begin that need nobody's name; a function of ours that writes is given it."""


@dataclass(frozen=True, slots=True)
class AuditMarker:
    """What a transaction was told. Hung on its commit, it goes when Postgres forgets it too.

    Django drops what hangs on a commit with the transaction and with the savepoint in which
    it was hung, as Postgres does with a setting.
    """

    actor: int | None
    address: str | None
    request: str

    def __call__(self) -> None:
        """Nothing is left to do at the commit."""


@dataclass(slots=True)
class AuditContext:
    """A request's own facts, and an execute wrapper that tells them before the first write.

    A request that only reads is spared the statement. A write outside a transaction is given
    one, since the settings would not outlast their own statement. `cursor.copy` goes round
    the wrapper: what copies within a request must write something before.
    """

    request: HttpRequest
    refused: list[tuple[UUID | None, str, Page]] = field(default_factory=list)
    _address: str | bool | None = False

    @property
    def actor(self) -> int | None:
        """The person, once the request has looked them up; it does so before any view."""
        user = getattr(self.request, "user", None)
        return getattr(getattr(user, "_wrapped", user), "pk", None)

    @property
    def address(self) -> str | None:
        if self._address is False:
            self._address = _address_of(self.request)
        return self._address

    def __call__(self, execute, sql, params, many, context):
        if isinstance(sql, str) and sql.startswith(WRITES_NOTHING):
            return execute(sql, params, many, context)
        if not connection.in_atomic_block:
            with transaction.atomic():
                return self(execute, sql, params, many, context)
        told = AuditMarker(self.actor, self.address, self.request.id)
        if _last_told() != told:
            with connection.cursor() as cursor:
                _tell(cursor, told)
        return execute(sql, params, many, context)


def _last_told() -> AuditMarker | None:
    hung = (function for _, function, _ in reversed(connection.run_on_commit))
    return next((each for each in hung if isinstance(each, AuditMarker)), None)


def _tell(cursor: CursorWrapper, told: AuditMarker) -> None:
    cursor.execute(TELL, [str(told.actor or ""), told.address or "", told.request])
    transaction.on_commit(told)


def _address_of(request: HttpRequest) -> str | None:
    """The visitor's, as the throttling of sign-in reckons it; None where it cannot be told."""
    try:
        return str(ip_address(get_adapter().get_client_ip(request)))
    except (PermissionDenied, ValueError):
        return None


def record_reading(
    request: HttpRequest,
    page: Page,
    *,
    child: int | None = None,
    assessment: int | None = None,
) -> None:
    """Record, in the transaction of the page, that it shows this child's record.

    Keys of rows. Where the transaction is rolled back, nothing was shown and nothing stays.
    Raises TooMany where the person has been shown more within an hour than any work needs.
    """
    acts: AuditContext = request.audit_context
    person: User = request.user
    facts = {
        "person": person.pk,
        "child": child,
        "assessment": assessment,
        "page": page,
        "address": acts.address,
        "request": request.id,
        "most": settings.READINGS_PER_HOUR,
    }
    with connection.cursor() as cursor:
        cursor.execute(READ, facts)
        _, lately = cursor.fetchone()
    if lately >= settings.READINGS_PER_HOUR:
        raise TooMany


def record_refusal(
    request: HttpRequest, page: Page, reference: UUID | None = None, *, la_child_id: str = ""
) -> None:
    """Record that this assessment or child was refused, if there is one.

    By the reference of it, or of the child or episode, or by the child's id as it was typed.

    It is written when the request is over, since a view that answers 404 by an exception
    takes back whatever it wrote.
    """
    acts: AuditContext = request.audit_context
    acts.refused.append((reference, la_child_id, page))


def write_refusals(acts: AuditContext) -> None:
    """Write what the request was refused; called when its own transaction has ended."""
    if not acts.refused:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for asked in acts.refused:
            cursor.execute(REFUSE, [acts.actor, *asked, acts.address, acts.request.id])
