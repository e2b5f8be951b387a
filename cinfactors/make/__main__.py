"""`python3 -m cinfactors.make TARGET`: install what the target needs, then run it there.

Any Python from 3.11 runs this module, so it and `install` use the standard library alone.
"""

import os
import sys

from cinfactors.make import install

MODULES = {
    "run": ("cinfactors.make.run", "requirements.txt"),
    "test": ("cinfactors.make.test", "requirements-dev.txt"),
    "check": ("cinfactors.make.check", "requirements-dev.txt"),
    "bench": ("cinfactors.make.bench", "requirements-dev.txt"),
    "lock": ("cinfactors.make.lock", "requirements-dev.txt"),
}


def main() -> None:
    module, requirements = MODULES[sys.argv[1]]
    try:
        install.environment(requirements)
    except install.InstallError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.stdout.flush()
    os.chdir(install.BASE_DIR)
    os.execv(install.PYTHON, [str(install.PYTHON), "-m", module])


if __name__ == "__main__":
    main()
