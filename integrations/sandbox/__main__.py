"""Entry point of `python -m integrations.sandbox`.

Owns nothing; the command line lives in cli.py. Must not grow logic of its own.
"""

import sys

from integrations.sandbox.cli import main

if __name__ == "__main__":
    sys.exit(main())
