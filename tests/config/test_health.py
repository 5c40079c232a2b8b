from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts import clock
from notifications.services import tick

EVERYONE = ("engine", "delivery", "worker")


@pytest.fixture
def now(db: None) -> datetime:
    return clock.now()


def all_tick(at: datetime) -> None:
    for name in EVERYONE:
        tick(name=name, now=at, lag=timedelta(0))


def test_the_process_answers_without_asking_anyone(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


def test_ready_and_well_while_every_process_gives_signs_of_life(client: Client, now: datetime) -> None:
    all_tick(now)
    body = client.get("/readyz").json()
    assert body["database"] == body["broker"] == "ok"
    assert body["degraded"] is False
    assert set(body["seconds_since_tick"]) == set(EVERYONE)


@pytest.mark.parametrize("silent", EVERYONE)
def test_a_silent_process_degrades_and_never_takes_the_portal_away(
    client: Client, now: datetime, silent: str
) -> None:
    all_tick(now)
    tick(name=silent, now=now - timedelta(hours=1), lag=timedelta(0))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["degraded"] is True


def test_a_process_that_never_ran_degrades(client: Client, now: datetime) -> None:
    body = client.get("/readyz").json()
    assert body["degraded"] is True
    assert body["seconds_since_tick"]["engine"] is None


def test_a_broker_that_is_away_degrades_and_the_answer_stays_200(
    client: Client, now: datetime, settings: Settings
) -> None:
    all_tick(now)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["broker"] == "away"
    assert answer.json()["degraded"] is True


def test_without_the_database_it_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "away", "degraded": True}


def test_the_figures_for_a_monitor_are_there(client: Client, now: datetime) -> None:
    text = client.get("/metrics").content.decode()
    for figure in (
        "aclf_deadline_lag_seconds",
        "aclf_outbox_age_seconds",
        "aclf_deadlines_overdue",
        "aclf_open_cases",
    ):
        assert f"# TYPE {figure} gauge" in text


def test_in_production_the_figures_are_for_the_bearer_of_the_token_only(
    client: Client, now: datetime, settings: Settings
) -> None:
    settings.PRODUCTION = True
    settings.METRICS_TOKEN = None
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = "a-token-of-enough-length"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert (
        client.get("/metrics", headers={"Authorization": "Bearer a-token-of-enough-length"}).status_code
        == 200
    )
