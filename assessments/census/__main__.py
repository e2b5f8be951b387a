"""`python -m assessments.census`."""

import sys

from assessments.census.command import main

if __name__ == "__main__":
    sys.exit(main())
