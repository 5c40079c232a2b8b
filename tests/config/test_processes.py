"""What a process without pages leaves alone."""

import subprocess
import sys

import pytest
from django.core.management import load_command_class

OURS = (
    "accounts.",
    "api.",
    "fhir.",
    "files.",
    "integrations.",
    "labs.",
    "notifications.",
    "portal.",
    "referral.",
)


@pytest.mark.parametrize(("app", "command"), [("referral", "run_engine"), ("notifications", "run_delivery")])
def test_a_process_that_serves_no_page_starts_without_the_checks_that_load_all_pages(
    app: str, command: str
) -> None:
    assert list(load_command_class(app, command).requires_system_checks) == []


def test_neither_the_administration_nor_the_pages_are_loaded_before_an_address_is_asked_for() -> None:
    code = (
        "import sys, django; from config import celery; django.setup();"
        "celery.loader.import_default_modules();"
        "print(*(name for name in sys.modules"
        " if name.startswith('api.v1') or name.endswith(('.admin', '.views'))))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert loaded.returncode == 0, loaded.stderr
    assert [name for name in loaded.stdout.split() if name.startswith(OURS)] == []
