"""`python -m crmkit`: the command line without its script."""

import sys

from crmkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
