"""`make bench`: the measurements of benchmarks/."""

import os
import sys

from cinfactors.dev import assets, chromium
from cinfactors.dev.install import InstallError


def main() -> None:
    try:
        assets.build()
        # Now, so that a missing browser does not end the run after minutes of measuring.
        os.environ["CHROMIUM"] = chromium.install()
    except InstallError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
    os.execv(sys.executable, [sys.executable, "-m", "benchmarks"])


if __name__ == "__main__":
    main()
