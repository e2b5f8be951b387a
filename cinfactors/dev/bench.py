"""`make bench`: the measurements of benchmarks/."""

import os
import sys

from cinfactors.dev import assets
from cinfactors.dev.install import InstallError


def main() -> None:
    try:
        assets.build()
    except InstallError as error:
        sys.exit(f"\n{error}")
    os.execv(sys.executable, [sys.executable, "-m", "benchmarks"])


if __name__ == "__main__":
    main()
