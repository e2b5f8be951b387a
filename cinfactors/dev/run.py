"""`make run`: serve the whole product on this machine, until Ctrl-C."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys

from gunicorn.app.wsgiapp import WSGIApplication

from cinfactors.dev import assets, local
from cinfactors.dev.embedded_postgres import EmbeddedPostgresError
from cinfactors.dev.install import BASE_DIR, InstallError, say
from cinfactors.web.loopback import LOOPBACK_NAMES

ACCOUNTS = local.VAR / "demo-accounts.json"


class Server(WSGIApplication):
    """gunicorn in this process, so that nothing keeps running after it."""

    def __init__(self) -> None:
        sys.argv = ["gunicorn", "cinfactors.wsgi"]
        super().__init__()

    def load_config(self) -> None:
        super().load_config()
        self.cfg.set("when_ready", lambda arbiter: print(greeting(), flush=True))


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    host = os.environ.setdefault("HOST", "127.0.0.1")
    port = os.environ.setdefault("PORT", "8000")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    try:
        check_address(host, port)
        assets.build()
        if "DATABASE_URL" not in os.environ and not local.POSTGRES.exists():
            say("Making a PostgreSQL server in var/postgres")
        with local.environment():
            prepare()
            Server().run()
    except (InstallError, EmbeddedPostgresError) as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)


def check_address(host: str, port: str) -> None:
    """Raise InstallError unless the address can be bound, before any slow step."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InstallError(
                f"Something serves {host}:{port} already. Stop it, or choose another port: "
                "make run PORT=8001"
            ) from error
        raise InstallError(f"{host}:{port} cannot be served: {error}") from error


def prepare() -> None:
    """Run `prepare` in a process of its own, which prints what it does and what fails."""
    done = subprocess.run([sys.executable, "-m", "cinfactors.dev.prepare"], cwd=BASE_DIR)
    if done.returncode:
        sys.exit(done.returncode)


def greeting() -> str:
    """Return what is printed once the server listens: its address and the demo accounts."""
    host = os.environ["HOST"]
    shown = host if host not in {"0.0.0.0", "::"} else LOOPBACK_NAMES[0]  # noqa: S104
    lines = ["", f"cinfactors is at http://{shown}:{os.environ['PORT']}/", ""]
    if ACCOUNTS.exists():
        accounts = json.loads(ACCOUNTS.read_text())
        lines.append("Demo accounts (their passwords are in var/demo-accounts.json):")
        width = max(len(account["username"]) for account in accounts)
        for account in accounts:
            role = account["role"].replace("_", " ")
            place = f", {account['team']}" if account["team"] else ""
            lines.append(f"  {account['username']:<{width}}  {account['name']}, {role}{place}")
        lines.append("")
    lines.append("Press Ctrl-C to stop. Everything recorded stays for the next time.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
