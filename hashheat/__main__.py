"""``python -m hashheat``."""

import sys

from hashheat.cli import main

if __name__ == "__main__":
    sys.exit(main())
