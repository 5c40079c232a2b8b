"""docker-compose.yml and Dockerfile stay in step with the settings and with the Procfile."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import embedded, keys
from config.environment import NOT_SETTINGS, PREFIX, VARIABLES, WELL_KNOWN, load

COMPOSE: dict[str, Any] = yaml.safe_load((embedded.ROOT / "docker-compose.yml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "aclf-referral"}
PROCFILE = dict(line.split(": ", 1) for line in (embedded.ROOT / "Procfile").read_text().splitlines() if line)


def substituted(value: str) -> str:
    """Compose's own substitution, with ACLF_HOST set and all defaults taken."""
    value = re.sub(r"\$\{ACLF_HOST[^}]*\}", "aclf.example", value)
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


@pytest.mark.parametrize("service", OURS)
def test_a_services_environment_is_complete_and_known_to_the_settings(service: str, tmp_path: Path) -> None:
    secrets = keys.deployment() | {"email_url": "smtps://mail.aclf.example"}
    for name, content in secrets.items():
        (tmp_path / name).write_text(content)
    environ = {
        name: substituted(value).replace("/run/secrets", str(tmp_path))
        for name, value in OURS[service]["environment"].items()
    }
    environment = load(environ)
    assert environment.allowed_hosts == ("aclf.example",)
    assert environment.behind_proxy


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_every_secret_a_service_reads_is_mounted_and_defined(service: str) -> None:
    read = set(re.findall(r"/run/secrets/(\w+)", str(COMPOSE["services"][service])))
    assert read <= set(COMPOSE["services"][service].get("secrets", []))
    assert set(COMPOSE["services"][service].get("secrets", [])) <= set(COMPOSE["secrets"])


def test_every_secret_file_is_made_except_the_one_that_only_the_site_knows() -> None:
    assert set(COMPOSE["secrets"]) - set(keys.deployment()) == {"email_url"}


def test_no_secret_stands_in_the_files() -> None:
    values = [value for service in OURS.values() for value in service["environment"].values()]
    assert not [value for value in values if "://" in value and "@" in value.split("://", 1)[1].split("/")[0]]


def test_every_process_of_the_procfile_runs_there_and_the_engine_twice() -> None:
    assert set(PROCFILE) <= set(OURS)
    assert OURS["engine"]["deploy"]["replicas"] == 2
    for name in ("engine", "delivery"):
        assert " ".join(OURS[name]["command"]) == PROCFILE[name]


def test_every_queue_has_a_worker_and_retries_do_not_share_the_critical_one() -> None:
    from django.conf import settings

    commands = {name: " ".join(service["command"]) for name, service in OURS.items() if "command" in service}
    queues = {name: set(_queues(command)) for name, command in commands.items() if "--queues" in command}
    every = {queue.name for queue in settings.CELERY_TASK_QUEUES}
    assert set.union(*queues.values()) == every
    assert "critical" in queues["worker"] and "retry" not in queues["worker"]
    local = [set(_queues(command)) for command in PROCFILE.values() if "--queues" in command]
    assert set.union(*local) == every


def test_slow_work_on_files_has_a_worker_of_its_own() -> None:
    in_production = _queues(" ".join(OURS["files"]["command"]))
    assert in_production == _queues(PROCFILE["files"]) == ["files"]


def _queues(command: str) -> list[str]:
    (queues,) = re.findall(r"--queues (\S+)", command)
    return str(queues).split(",")


def test_variables_named_in_the_image_and_the_procfile_are_known() -> None:
    text = (embedded.ROOT / "Dockerfile").read_text() + (embedded.ROOT / "Procfile").read_text()
    named = set(re.findall(rf"\b({PREFIX}\w+|{'|'.join(WELL_KNOWN)})=", text))
    assert named
    assert named <= {*VARIABLES, *NOT_SETTINGS}


def test_development_packages_stay_out_of_the_image() -> None:
    text = (embedded.ROOT / "Dockerfile").read_text()
    assert all("--no-default-groups" in line for line in text.splitlines() if "uv sync" in line)
    assert "USER aclf" in text
