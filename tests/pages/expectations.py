"""What each person gets at each address: the table of the permission walk.

A new address needs a line here. Each line has the answer to a GET and to an empty POST, for
these people in this order, the record being the worker's own:

    worker        a social worker, whose record it is
    colleague     another of the same team
    stranger      a social worker of another team
    manager       of the worker's team
    other         a manager of another team
    officer       a data officer
    administrator

One word stands for all of them. Somebody who is signed out, or has been deactivated, is led to
the sign-in, unless `out` says otherwise. Of a record that is not there everybody gets 404, but
405 and 403 where the line says so; `absent_get` and `absent_post` say otherwise. Of a restricted
record, those who are not named get what they would get if it were not there.
"""

from __future__ import annotations

from dataclasses import dataclass

WHO = ("worker", "colleague", "stranger", "manager", "other", "officer", "administrator")
ADMIN_USERS = ("manager", "other", "administrator")
"""Who can use the admin at all."""


def _each(words: str) -> tuple[int, ...]:
    answers = [int(word) for word in words.split()]
    return tuple(answers * len(WHO) if len(answers) == 1 else answers)


@dataclass(frozen=True)
class Line:
    """The answers at one address."""

    get: str
    post: str = "405"
    out: str = "302 303"
    absent_get: str = ""
    absent_post: str = ""

    def answer(self, method: str, who: str, *, there: bool) -> int:
        """What this person gets; `there` is whether the record is, for them."""
        place = WHO.index(who)
        usual = _each(getattr(self, method))[place]
        if there:
            return usual
        if absent := getattr(self, f"absent_{method}"):
            return _each(absent)[place]
        return usual if usual in (403, 405) else 404

    def answer_signed_out(self, method: str) -> int:
        return int(self.out.split()[method == "post"])


def _for_admin_users(words: str) -> str:
    """Expand answers for the two managers and the administrator; others are redirected."""
    if not words:
        return ""
    answers = words.split()
    mine = dict(zip(ADMIN_USERS, answers * 3 if len(answers) == 1 else answers, strict=True))
    return " ".join(mine.get(who, "302") for who in WHO)


def admin_line(
    get: str, post: str, absent_get: str = "404", absent_post: str = "404", **other
) -> Line:
    """Return a line of the admin, from the answers to those who can use it."""
    return Line(
        _for_admin_users(get),
        _for_admin_users(post),
        absent_get=_for_admin_users(absent_get),
        absent_post=_for_admin_users(absent_post),
        **other,
    )


EVERYBODY = "200"
WORKERS = "200 200 200 404 404 404 404"
THE_WORKER = "200 404 404 404 404 404 404"
THE_MANAGER = "404 404 404 200 404 404 404"
THEY_WHO_CORRECT = "200 404 404 200 404 404 404"
POSTED_BY_THEM = "400 404 404 400 404 404 404"
POSTED_BY_THE_WORKER = "400 404 404 404 404 404 404"

PAGES = {
    "": Line("302"),
    "favicon.ico": Line("302", out="302 405"),
    "authority.css": Line(EVERYBODY, out="200 405"),
    "assessments/": Line("200 200 200 200 200 200 302", "302"),
    "assessments/download/": Line("405", "404 404 404 404 404 302 404"),
    "assessments/start/": Line(WORKERS, "422 422 422 404 404 404 404"),
    "assessments/start/new/": Line(WORKERS, "422 422 422 404 404 404 404"),
    "assessments/start/<uuid:reference>/": Line(WORKERS, "422 422 422 404 404 404 404"),
    "assessments/<uuid:reference>/": Line("200 200 404 200 404 200 404"),
    "assessments/<uuid:reference>/factors/": Line(THE_WORKER, POSTED_BY_THE_WORKER),
    "assessments/<uuid:reference>/autosave/": Line(THE_WORKER, POSTED_BY_THE_WORKER),
    "assessments/find/": Line("405", EVERYBODY),
    "assessments/<uuid:reference>/check/": Line(THE_WORKER, POSTED_BY_THE_WORKER),
    "assessments/<uuid:reference>/submitted/": Line("302 404 404 404 404 404 404"),
    "assessments/<uuid:reference>/withdraw/": Line(
        "302 404 404 404 404 404 404", POSTED_BY_THE_WORKER
    ),
    "assessments/<uuid:reference>/read/": Line("405", POSTED_BY_THE_WORKER),
    "assessments/<uuid:reference>/cancel/": Line(THE_WORKER, POSTED_BY_THE_WORKER),
    "assessments/<uuid:reference>/child/details/": Line(THEY_WHO_CORRECT, POSTED_BY_THEM),
    # The child of the walk is born.
    "assessments/<uuid:reference>/child/birth/": Line(
        "302 404 404 302 404 404 404", POSTED_BY_THEM
    ),
    "assessments/<uuid:reference>/child/death/": Line(THEY_WHO_CORRECT, POSTED_BY_THEM),
    "assessments/<uuid:reference>/child/not-born/": Line(
        "302 404 404 302 404 404 404", POSTED_BY_THEM
    ),
    "assessments/<uuid:reference>/referral/": Line(THEY_WHO_CORRECT, POSTED_BY_THEM),
    "assessments/<uuid:reference>/start-date/": Line(THEY_WHO_CORRECT, POSTED_BY_THEM),
    "assessments/<uuid:reference>/reassign/": Line(THE_MANAGER, "404 404 404 400 404 404 404"),
    "assessments/<uuid:reference>/restrict/": Line(THE_MANAGER, "404 404 404 422 404 404 404"),
    "assessments/<uuid:reference>/lift/": Line("405", "404 404 404 302 404 404 404"),
    "assessments/<uuid:reference>/join/": Line(THE_MANAGER, "404 404 404 422 404 404 404"),
    # The other record is an absent one here; see tests/pages/test_joining.py.
    "assessments/<uuid:reference>/join/<uuid:other>/": Line("404", "404"),
    # A draft is not voided: the page leads to the record.
    "assessments/<uuid:reference>/void/": Line(
        "404 404 404 302 404 404 404", "404 404 404 400 404 404 404"
    ),
    "assessments/<uuid:reference>/history/": Line("200 200 404 200 404 200 404"),
    "reading/": Line("404 404 404 404 404 200 404", "404 404 404 404 404 302 404"),
    # The reference is a record's here, and no person's; see tests/audit/test_reading_log.py.
    "reading/hour/<uuid:reference>/<str:hour>/": Line("404"),
    "reading/child/": Line("404 404 404 404 404 200 404", "404 404 404 404 404 422 404"),
    # Nobody has said why; see tests/audit/test_who_read.py.
    "reading/child/<uuid:reference>/": Line("404 404 404 404 404 302 404"),
    "reassign/": Line("404 404 404 200 200 404 404", "404 404 404 422 422 404 404"),
    "duplicates/": Line("404 404 404 200 200 404 404"),
    # There is none in the walk; see tests/pages/test_duplicates.py.
    "duplicates/not-the-same/": Line("405", "404"),
    "cover/": Line("404 404 404 200 200 404 404", "404 404 404 422 422 404 404"),
    # The reference is a record's here; see tests/pages/test_cover.py.
    "cover/<uuid:reference>/end/": Line("405", "404"),
    "census/": Line("404 404 404 404 404 200 404", "404 404 404 404 404 422 404"),
    "census/figures/": Line("404 404 404 404 404 200 404", "404 404 404 404 404 422 404"),
    # No year was checked; see tests/pages/test_census_notes.py.
    "census/late/": Line("404"),
    "census/notes/": Line("404"),
    "census/explain/<uuid:reference>/": Line("404", "404"),
    "census/export/": Line("405", "404 404 404 404 404 422 404"),
    "census/return/": Line("404 404 404 404 404 200 404", "404 404 404 404 404 422 404"),
    # The reference is a record's here, and no task's; see tests/pages/test_census_tasks.py.
    "census/task/<uuid:reference>/": Line("404"),
    "census/task/<uuid:reference>/stop/": Line("405", "404"),
    "census/task/<uuid:reference>/file/": Line("405", "404"),
    "census/task/<uuid:reference>/table/": Line("405", "404"),
    "guidance/": Line(EVERYBODY),
    "guidance/<str:code>/": Line(EVERYBODY),
}

ACCOUNT = {
    "account/": Line(EVERYBODY),
    "account/sign-in/": Line("302", "302", out="200 200"),
    "account/sign-in/code/": Line("302", "302", out="302 302"),
    "account/session/": Line(EVERYBODY, EVERYBODY),
    "account/sessions/": Line(EVERYBODY, "302"),
    "account/again/password/": Line(EVERYBODY, EVERYBODY),
    "account/again/code/": Line("302", "302"),
    "account/again/passkey/": Line("302", "302"),
    "account/second-factor/": Line(EVERYBODY),
    "account/second-factor/app/": Line("302", "302"),
    "account/second-factor/app/remove/": Line("404", "404"),
    "account/second-factor/passkey/": Line("302", "302"),
    "account/second-factor/passkey/<int:pk>/remove/": Line("302", "302"),
    "account/second-factor/codes/": Line("404"),
    "account/second-factor/codes/new/": Line("302", "302"),
    "account/single-sign-on/": Line("404", out="404 405"),
    "account/single-sign-on/link/": Line("404"),
    "account/single-sign-on/back/": Line("404", out="404 405"),
    "account/signed-in-again/": Line(EVERYBODY),
    "account/sign-out/": Line(EVERYBODY, "302", out="302 302"),
    "account/inactive/": Line(EVERYBODY, out="200 405"),
    "account/password/": Line(EVERYBODY, EVERYBODY),
}

ADMIN = {
    "admin/": admin_line("200", "200"),
    "admin/login/": Line("403 403 403 302 302 403 302", "403 403 403 200 200 403 200", "302 302"),
    "admin/logout/": Line(EVERYBODY, "302", out="302 302"),
    "admin/password_change/": Line("302", "302", out="302 303"),
    "admin/password_change/done/": admin_line("200", "405"),
    "admin/autocomplete/": admin_line("403", "405"),
    "admin/jsi18n/": admin_line("200", "405"),
    "admin/r/<path:content_type_id>/<path:object_id>/": admin_line("404", "404"),
    "admin/^(?P<app_label>accounts|assessments)/$": admin_line("200 200 404", "200 200 404"),
    "admin/(?P<url>.*)$": admin_line("404", "404"),
}

# The addresses that the admin has for each model. Nothing is added to records by hand, and
# nothing of anything is deleted.

ADMINISTERED = "403 403 200"
READ = "200 200 403"


def of_people(model: str, *, add: str = ADMINISTERED, change: str = ADMINISTERED) -> dict:
    thing = f"admin/accounts/{model}/<path:object_id>/"
    return {
        f"admin/accounts/{model}/": admin_line(ADMINISTERED, ADMINISTERED),
        f"admin/accounts/{model}/add/": admin_line(add, add),
        f"{thing}history/": admin_line(ADMINISTERED, ADMINISTERED),
        f"{thing}delete/": admin_line("403", "403"),
        f"{thing}change/": admin_line(ADMINISTERED, change),
        thing: admin_line("302", "302"),
    }


def of_records(model: str, **own: Line) -> dict:
    thing = f"admin/assessments/{model}/<path:object_id>/"
    return {
        f"admin/assessments/{model}/": admin_line(READ, READ),
        f"admin/assessments/{model}/add/": admin_line("403", "403"),
        f"{thing}history/": admin_line("200 404 404", "200 404 404"),
        f"{thing}delete/": admin_line("403 404 404", "403 404 404"),
        f"{thing}change/": admin_line("200 404 404", "403 404 404"),
        thing: admin_line("302", "302", "302", "302"),
    } | {f"{thing}{page}/": line for page, line in own.items()}


DECISION = admin_line("302 404 403", "400 404 403", "404 404 403", "404 404 403")

MODELS = (
    of_people("user")
    | {
        f"admin/accounts/user/<int:pk>/{page}/": admin_line(f"403 403 {get}", f"403 403 {post}")
        for page, get, post in (
            ("password", 200, 200),
            ("cover", 302, 302),
            ("deactivate", 200, 302),
            ("reactivate", 302, 302),
            ("remove-second-factor", 200, 302),
            ("unlink", 200, 302),
            ("sign-out", 200, 302),
        )
    }
    | of_people("team")
    | {
        "admin/accounts/team/<int:pk>/merge/": admin_line("403 403 200", "403 403 200"),
        # Every restricted record of the walk has its manager.
        "admin/accounts/team/<int:pk>/name-manager/": admin_line("403 403 302", "403 403 302"),
    }
    | of_people("membership", add="403", change="403")
    | of_records("child")
    | of_records("episode")
    | of_records(
        "assessment",
        history=admin_line("302 404 403", "302 404 403", "404 404 403", "404 404 403"),
        change=admin_line("200 404 403", "403", "404 404 403", "403"),
    )
    | {
        f"admin/assessments/assessment/<uuid:reference>/{decision}/": DECISION
        for decision in ("authorise", "return", "correct", "reopen", "dates", "guidance")
    }
)

LINES = PAGES | ACCOUNT | ADMIN | MODELS
