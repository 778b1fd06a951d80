#!/usr/bin/env python
"""Runs the project's commands: `python manage.py help`."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(sys.argv) > 1 and sys.argv[1] == "intacct_sandbox":
        # The local Intacct needs neither settings nor keys, so it starts before either is read.
        from integrations import local_intacct

        try:
            sys.exit(local_intacct.main(sys.argv[2:]))
        except local_intacct.NotIncluded as error:
            sys.exit(str(error))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
