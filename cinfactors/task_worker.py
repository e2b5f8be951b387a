"""What does long work beside the web server: started with it, and again when it was killed.

The web server starts this module as a process of its own, which starts `manage.py run_tasks` and
watches it. Its standard input ends with the web server, however that ends; then both end.
"""

from __future__ import annotations

import select
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

AGAIN_SECONDS = 5
"""How long after it ended by itself it is started again."""
STOP_SECONDS = 5
"""How long it may go on with what it does when everything is to stop."""
FOLDER = Path(__file__).resolve().parent.parent


class TaskWorker:
    """The two processes, as the web server has them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start them, before any process that answers requests: a fork would keep their pipes."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cinfactors.task_worker"],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            # Ctrl-C in a terminal is for the web server, which then ends these.
            start_new_session=True,
        )

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            _wait_or_kill(self._process, 2 * STOP_SECONDS)


def main() -> None:
    signal.signal(signal.SIGTERM, _stop)
    command = [sys.executable, "manage.py", "run_tasks", "--verbosity=0", "--until-input-ends"]
    while True:
        worker = subprocess.Popen(command, cwd=FOLDER)  # noqa: S603  our own command
        try:
            worker.wait()
        finally:
            worker.terminate()
            _wait_or_kill(worker, STOP_SECONDS)
        # Nothing is ever sent: what can be read there is the end.
        if select.select([sys.stdin], [], [], AGAIN_SECONDS)[0]:
            return


def _wait_or_kill(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit()


if __name__ == "__main__":
    main()
