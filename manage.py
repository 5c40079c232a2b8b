#!/usr/bin/env python
"""The command line. Without DATABASE_URL and ACLF_MODE it works on the demo's own servers and data."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if "DATABASE_URL" not in os.environ and os.environ.get("ACLF_MODE", "demo") == "demo":
        from config import embedded

        embedded.prepare_environment()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
