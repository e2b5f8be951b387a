"""`make test`: all checks, then all tests, those in a browser too. Ends as pytest ends."""

from __future__ import annotations

import os
import subprocess
import sys
from math import ceil

from cinfactors.dev import assets, chromium
from cinfactors.dev.install import BASE_DIR, InstallError, say


def main() -> None:
    try:
        assets.build()
        os.environ["CHROMIUM"] = chromium.install()
        checks = [sys.executable, "-m", "cinfactors.dev.check"]
        if subprocess.run(checks, cwd=BASE_DIR).returncode:
            sys.exit(1)
    except InstallError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
    say("Tests")
    sys.stdout.flush()
    os.execv(
        sys.executable,
        [sys.executable, "-m", "pytest", "-n", str(processes()), "--dist", "worksteal"],
    )


def processes() -> int:
    """Return how many are kept busy: three for two cores, since one in three awaits a browser."""
    return ceil((os.cpu_count() or 1) * 3 / 2)


if __name__ == "__main__":
    main()
