"""The process that does long work beside the web server: started with it, and again when it ends.

It is `manage.py run_tasks`, a process of its own: what it takes of memory and time is not taken
from the requests, and it may be killed at any moment.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

AGAIN_SECONDS = 5
"""How long after it ended by itself it is started again."""
MANAGE = Path(__file__).resolve().parent.parent / "manage.py"


class TaskWorker:
    """Runs it from `start` to `stop`. It ends too when the process that started it is killed."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            # Its input ends with this process, however that ends.
            self._process = subprocess.Popen(  # noqa: S603  our own command
                [sys.executable, MANAGE, "run_tasks", "--verbosity=0", "--until-input-ends"],
                stdin=subprocess.PIPE,
            )
            self._process.wait()
            self._stopping.wait(AGAIN_SECONDS)

    def stop(self, seconds: float) -> None:
        """End it: what it does at this moment it may finish within so many seconds."""
        self._stopping.set()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
