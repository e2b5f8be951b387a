"""`make run`: serve the whole product on this machine, until Ctrl-C."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
from types import FrameType

from cinfactors.dev import assets, local, serve
from cinfactors.dev.install import BASE_DIR, InstallError, say
from cinfactors.dev.watch import Watch
from cinfactors.web.loopback import LOOPBACK_NAMES, is_loopback

ACCOUNTS = local.VAR / "demo-accounts.json"
LOOK_SECONDS = 0.5
"""How often the database is looked at."""
STOP_SECONDS = 30
"""How long gunicorn may take to answer what it has begun to."""


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
        with local.environment() as database:
            prepare()
            watch = Watch(database) if database else None
            code = run_server(watch)
    except InstallError as error:
        sys.exit(f"\n{error}")
    except OSError as error:
        sys.exit(f"\ncinfactors cannot run: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(code)


def run_server(watch: Watch | None) -> int:
    """Run gunicorn until it ends or this process is told to; return the code that it ends with.

    It starts anew, with an environment that lacks the password of the tables' owner: what this
    process knows, and a fork of it would, is in none of the processes that answer requests.
    """
    environ = {
        name: value for name, value in os.environ.items() if name != "MIGRATION_DATABASE_URL"
    }
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            server = subprocess.Popen(
                [sys.executable, "-m", "cinfactors.dev.serve", str(theirs.fileno())],
                cwd=BASE_DIR,
                env=environ,
                pass_fds=[theirs.fileno()],
            )
        try:
            for number in (signal.SIGTERM, signal.SIGHUP):
                if signal.getsignal(number) != signal.SIG_IGN:  # as it is under nohup
                    signal.signal(number, _stop)
            if ours.recv(len(serve.READY)):
                print(greeting(), flush=True)
            while True:
                try:
                    return server.wait(timeout=LOOK_SECONDS)
                except subprocess.TimeoutExpired:
                    if watch:
                        watch.look()
        except KeyboardInterrupt:
            pass
        finally:
            # From here on everything stops, and a second Ctrl-C must not leave a part running.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            server.terminate()
            try:
                server.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
        return server.wait()


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def check_address(host: str, port: str) -> None:
    """Raise InstallError unless the address can be bound and may be, before any slow step."""
    if local.serves_plain_http() and not is_loopback(host or "127.0.0.1"):
        raise InstallError(
            f"HOST={host} is open to other machines, and HTTPS is off here. Children's records "
            "leave a machine encrypted or not at all: leave HOST out, or set up a deployment as "
            "README.md says."
        )
    try:
        found = socket.getaddrinfo(host.strip("[]") or "127.0.0.1", port, type=socket.SOCK_STREAM)
        family, kind, _, _, address = found[0]
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
    host = os.environ["HOST"].strip("[]")
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104
        host = LOOPBACK_NAMES[0]
    shown = f"[{host}]" if ":" in host else host
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
