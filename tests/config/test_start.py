"""Starts and refusals of the real command line, as an operator sees them."""

import os
import subprocess
import sys

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


@pytest.mark.parametrize(
    ("start", "given", "kept"),
    [
        ("import config.asgi", {}, "{'min_size': 1, 'max_size': 8, 'timeout': 5}"),
        ("import config.asgi", {"ACLF_DATABASE_POOL": "0"}, "False"),
        ("", {}, "False"),
    ],
)
def test_a_web_process_keeps_its_connections_unless_told_otherwise(
    start: str, given: dict[str, str], kept: str
) -> None:
    script = (
        f"import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; {start}\n"
        "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['pool'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=embedded.ROOT,
        env=check.production_environment() | given,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == kept, done.stderr


@pytest.mark.parametrize("variable", ["DATABASE_URL", "SECRET_KEY"])
def test_production_never_falls_back_to_embedded_servers_or_made_up_keys(variable: str) -> None:
    done = manage("check", **{variable: ""})
    assert done.returncode == 1
    assert f"{variable} is not set" in done.stderr


def test_production_settings_are_strict() -> None:
    script = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; django.setup();"
        "from django.conf import settings as s;"
        "print(s.DEBUG, s.CLOCK_MAY_MOVE, s.MFA_REQUIRED, s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=embedded.ROOT,
        env=check.production_environment(),
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["False", "False", "True", "True", "True"], done.stderr


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
