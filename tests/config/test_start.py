"""Starts and refusals of the real command line, as an operator sees them."""

import json
import os
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

from config import check, embedded


def manage(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with a production environment, changed."""
    environment = {**check.production_environment(), **changes}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # browser tests set it for this process
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=embedded.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_production_environment_passes_the_deployment_checks() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_a_malformed_setting_stops_the_start_with_a_sentence_and_no_traceback() -> None:
    done = manage("check", PORT="eighty")
    assert done.returncode == 1
    assert "PORT is malformed" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_setting_stops_the_web_server_too() -> None:
    environment = {**check.production_environment(), "ACLF_DEBUG": "1"}
    done = subprocess.run(
        [sys.executable, "-c", "import config.asgi"],
        cwd=embedded.ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "There is no setting ACLF_DEBUG" in done.stderr
    assert "Traceback" not in done.stderr


@cache
def production_settings(start: str = "", **given: str) -> dict[str, Any]:
    """The settings of a production process that begins with `start`."""
    names = ["DEBUG", "CLOCK_MAY_MOVE", "MFA_REQUIRED", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS"]
    script = (
        f"import json, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; {start}\n"
        "from django.conf import settings\n"
        f"values = {{name: getattr(settings, name) for name in {names}}}\n"
        "print(json.dumps(values | {'pool': settings.DATABASES['default']['OPTIONS']['pool']}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=embedded.ROOT,
        env=check.production_environment() | given,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("start", "given", "kept"),
    [
        ("import config.asgi", {}, {"min_size": 1, "max_size": 8, "timeout": 5}),
        ("import config.asgi", {"ACLF_DATABASE_POOL": "0"}, False),
        ("", {}, False),
    ],
)
def test_a_web_process_keeps_its_connections_unless_told_otherwise(
    start: str, given: dict[str, str], kept: bool | dict[str, int]
) -> None:
    assert production_settings(start, **given)["pool"] == kept


@pytest.mark.parametrize("variable", ["DATABASE_URL", "SECRET_KEY"])
def test_production_never_falls_back_to_embedded_servers_or_made_up_keys(variable: str) -> None:
    done = manage("check", **{variable: ""})
    assert done.returncode == 1
    assert f"{variable} is not set" in done.stderr


def test_production_settings_are_strict() -> None:
    settings = production_settings("import config.asgi")
    assert (settings["DEBUG"], settings["CLOCK_MAY_MOVE"]) == (False, False)
    assert (settings["MFA_REQUIRED"], settings["SESSION_COOKIE_SECURE"]) == (True, True)
    assert settings["SECURE_HSTS_SECONDS"] > 0


def test_the_tests_themselves_run_on_the_embedded_postgresql_18(db: None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, usesuper FROM pg_user WHERE usename = user"
        )
        version, is_superuser = cursor.fetchone()
    assert version >= 180000
    assert not is_superuser
    assert "ACLF_DATA" not in os.environ
