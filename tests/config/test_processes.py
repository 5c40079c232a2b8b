"""What a process without pages leaves alone."""

import subprocess
import sys
from functools import cache

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


@cache
def loaded() -> list[str]:
    """What engine, delivery and workers load between them before any work comes."""
    code = (
        "import sys, django; from config import celery; django.setup();"
        "celery.loader.import_default_modules();"
        "import referral.management.commands.run_engine, notifications.management.commands.run_delivery;"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_neither_the_administration_nor_the_pages_are_loaded_before_an_address_is_asked_for() -> None:
    pages = [name for name in loaded() if name.startswith("api.v1") or name.endswith((".admin", ".views"))]
    assert [name for name in pages if name.startswith(OURS)] == []


def test_a_process_without_pages_loads_no_library_that_only_some_of_its_work_needs() -> None:
    heavy = {
        "numpy",
        "PIL",
        "pyarrow",
        "weasyprint",
        "pycurl",
        "httpx",
        "fhir.reading",
        "rest_framework.views",
    }
    assert sorted(heavy.intersection(loaded())) == []
