"""`python -m palier`: the commands of `./palier`."""

import sys

from palier.config.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
