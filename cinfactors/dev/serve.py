"""gunicorn, as `run` starts it: a process of its own, which is told the application's role alone.

The one argument is the number of a socket that leads to `run`. It says there that it serves, and
stops when `run` has ended without stopping it.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from typing import Any

from gunicorn.app.wsgiapp import WSGIApplication

READY = b"ready"


class Server(WSGIApplication):
    def __init__(self, runner: socket.socket) -> None:
        self._runner = runner
        sys.argv = ["gunicorn", "cinfactors.wsgi"]
        super().__init__()

    def load_config(self) -> None:
        super().load_config()
        check = self.cfg.when_ready

        def when_ready(arbiter: Any) -> None:
            check(arbiter)
            self._runner.sendall(READY)
            threading.Thread(target=self._stop_with_the_runner, daemon=True).start()

        self.cfg.set("when_ready", when_ready)

    def _stop_with_the_runner(self) -> None:
        self._runner.recv(1)  # nothing is ever sent: it returns when the other end is gone
        os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    try:
        Server(socket.socket(fileno=int(sys.argv[1]))).run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
