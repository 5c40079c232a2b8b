"""Clients that are generated from the API file compile strictly, and do the main job against the product."""

import contextlib
import fcntl
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from api.v1.docs import document
from config import clients
from tests.world import build

TOGETHER = [
    *("register", "assess", "acknowledge", "accept", "admit"),
    *("assess_organ_failure", "diagnose", "back_refer"),
]
"""What the main job leaves on the timeline."""
WRONG = 'import type { State } from "./schema.ts";\nexport const state: State = "acepted";\n'
WAYS_AROUND = (r"\bas (any|unknown)\b", r"@ts-", r"\bAny\b", r"type: ignore", r"\bcast\(")


def run(command: list[str], folder: Path, **environment: str) -> str:
    """Run a program in a folder; what it wrote. Fails with all it said where it failed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**clients.environment(), **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> None:
    """Both clients, made by the first worker that needs them."""
    tools = [clients.NODE_BIN / "openapi-typescript", clients.NODE_BIN / "tsc"]
    assert all(tool.exists() for tool in tools), "make clients/node_modules/.done"
    made = tmp_path_factory.getbasetemp().parent / f"clients-{testrun_uid}"
    with alone():
        if not made.exists():
            assert clients.main() == 0
            made.touch()


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Nobody else writes or compiles in the folders of the clients meanwhile."""
    with (clients.CLIENTS / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def with_second_factor(user: User) -> str:
    """What a program needs to sign in as `user`: address, password, and a code that is good once."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    codes = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap()
    return f"{user.email}:a-long-password:{codes.get_unused_codes()[0]}"


@pytest.fixture
def people(transactional_db: None, settings: Any) -> Iterator[dict[str, str]]:
    settings.MFA_REQUIRED = True
    world = build()
    yield {
        "DOCTOR": with_second_factor(world.doctor),
        "SPECIALIST": with_second_factor(world.specialist),
    }


def check(output: dict[str, Any]) -> None:
    assert [what for what in output["events"] if what in TOGETHER] in (
        TOGETHER,
        [*TOGETHER[:1], *TOGETHER[2:]],
    )
    assert output["refused"] == "verb_not_allowed"


def test_the_typescript_client_compiles_strictly(generated: None) -> None:
    with alone():
        run([str(clients.NODE_BIN / "tsc"), "--project", "."], clients.TYPESCRIPT)


def test_the_python_client_passes_a_strict_check_of_types(generated: None) -> None:
    strict = ["--strict", "--python-version", "3.11", "--config-file", "mypy.ini"]
    run([f"{clients.PYTHON_BIN}/mypy", *strict, "main_job.py", "sign_in.py"], clients.PYTHON)


def test_the_relay_between_two_installations_passes_a_strict_check_of_types() -> None:
    strict = ["--strict", "--python-version", "3.11", "--config-file", "../python/mypy.ini"]
    run([f"{clients.PYTHON_BIN}/mypy", *strict, "relay.py"], clients.CLIENTS / "relay")


def test_the_typescript_client_does_the_main_job(
    generated: None, people: dict[str, str], live_server: LiveServer
) -> None:
    node = f"{clients.PYTHON_BIN}/node"
    output = run([node, "src/main_job.ts", live_server.url], clients.TYPESCRIPT, **people)
    check(json.loads(output.splitlines()[-1]))


def test_the_python_client_does_the_main_job(
    generated: None, people: dict[str, str], live_server: LiveServer
) -> None:
    output = run([sys.executable, "main_job.py", live_server.url], clients.PYTHON, **people)
    check(json.loads(output.splitlines()[-1]))


@pytest.mark.parametrize("pattern", WAYS_AROUND)
def test_nothing_in_the_main_job_goes_around_the_types(pattern: str) -> None:
    written = [*clients.TYPESCRIPT.glob("src/*.ts"), *clients.PYTHON.glob("*.py")]
    assert len(written) == 4
    assert not [file.name for file in written if re.search(pattern, file.read_text())]


def test_a_value_that_is_no_code_does_not_compile(generated: None) -> None:
    wrong = clients.TYPESCRIPT / "src" / "generated" / "wrong.ts"
    alone_with_the_types = wrong.with_suffix(".json")
    with alone():
        wrong.write_text(WRONG)
        alone_with_the_types.write_text('{"extends": "../../tsconfig.json", "include": ["wrong.ts"]}')
        try:
            done = subprocess.run(
                [clients.NODE_BIN / "tsc", "--project", alone_with_the_types, "--skipLibCheck"],
                env=clients.environment(),
                capture_output=True,
                text=True,
            )
        finally:
            wrong.unlink()
            alone_with_the_types.unlink()
    assert done.returncode != 0
    assert "acepted" in done.stdout


def test_no_member_has_the_name_of_its_object(generated: None) -> None:
    """The Python generator would take the one for the other."""
    for name, schema in document()["components"]["schemas"].items():
        own = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        assert own not in schema.get("properties", {}), name
