"""`manage.py run_delivery` in a process of its own that also knows the subject type of these tests."""

import os

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

    from django.core.management import call_command

    from tests.notifications.conftest import Case, register_things

    register_things(Case())
    call_command("run_delivery")
