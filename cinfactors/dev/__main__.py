"""`python3 -m cinfactors.dev TARGET`: install what the target needs, then run it there.

Any Python from 3.11 runs this module, so it and `install` use the standard library alone.
"""

import os
import sys

from cinfactors.dev import install

MODULES = {
    "run": ("cinfactors.dev.run", "requirements.txt"),
    "build": ("cinfactors.dev.build", "requirements.txt"),
    "test": ("cinfactors.dev.test", "requirements-dev.txt"),
    "check": ("cinfactors.dev.check", "requirements-dev.txt"),
    "bench": ("cinfactors.dev.bench", "requirements-dev.txt"),
    "lock": ("cinfactors.dev.lock", "requirements-dev.txt"),
}


def main() -> None:
    module, requirements = MODULES[sys.argv[1]]
    try:
        install.environment(requirements)
    except install.InstallError as error:
        sys.exit(f"\n{error}")
    except OSError as error:
        sys.exit(f"\nWhat is needed could not be installed: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.stdout.flush()
    os.chdir(install.BASE_DIR)
    os.execv(install.PYTHON, [str(install.PYTHON), "-m", module])


if __name__ == "__main__":
    main()
