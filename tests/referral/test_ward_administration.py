"""The ward's page of the administration, where its rota can be changed too."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import DutyOverride, DutyShift, User
from notifications.models import Notification
from tests.accounts.filled_forms import values_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(world: World, client: Client) -> User:
    user = world.administrator
    user.is_staff = True
    user.language = User.Language.ENGLISH
    user.save()
    client.force_login(user)
    return user


def page_of(world: World) -> str:
    return reverse("admin:accounts_ward_change", args=[world.ward.pk])


def send(client: Client, world: World, **changes: Any) -> Any:
    filled = values_of(client.get(page_of(world)).content.decode())
    return client.post(
        page_of(world), {name: value for name, value in (filled | changes).items() if value != ""}
    )


def override(client: Client, world: World, start: str, end: str, note: str = "x") -> Any:
    number = DutyOverride.objects.count()
    row = f"duty_overrides-{number}"
    return send(
        client,
        world,
        **{
            "duty_overrides-TOTAL_FORMS": str(number + 1),
            f"{row}-user": str(world.specialist.pk),
            f"{row}-starts_at_0": start,
            f"{row}-starts_at_1": "00:00",
            f"{row}-ends_at_0": end,
            f"{row}-ends_at_1": "23:59",
            f"{row}-note": note,
        },
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("0001-01-01", "0001-01-02"),
        ("0001-01-01", "9999-12-31"),
        ("1899-12-31", "2026-12-02"),
        ("2026-12-01", "2200-01-01"),
        ("2026-12-01", "9999-12-31"),
    ],
)
def test_a_time_that_cannot_be_kept_is_refused_and_the_rota_can_be_read(
    administrator: User, world: World, client: Client, start: str, end: str
) -> None:
    answer = override(client, world, start, end)
    assert answer.status_code == 200
    assert "Give a date between the years 1900 and 2199." in answer.content.decode()
    assert not DutyOverride.objects.exists()
    assert client.get(page_of(world)).status_code == 200


@pytest.mark.parametrize("typed", ["a\nb", "a\x07b", "a\u2028b"])
def test_a_line_that_is_none_is_refused_in_every_row(
    administrator: User, world: World, client: Client, typed: str
) -> None:
    today = f"{clock.now():%Y-%m-%d}"
    assert override(client, world, today, "2030-01-01", note=typed).status_code == 200
    assert not DutyOverride.objects.exists()
    assert send(client, world, name_zh=typed).status_code == 200
    world.ward.refresh_from_db()
    assert typed not in world.ward.name_zh


def test_an_order_that_leaves_nobody_is_told_at_once(
    administrator: User, world: World, client: Client
) -> None:
    assert DutyShift.objects.filter(ward=world.ward).exists()
    assert not Notification.objects.filter(alert__kind__startswith="duty_gap").exists()
    number = DutyShift.objects.filter(ward=world.ward).count()
    removed = {f"shifts-{row}-DELETE": "on" for row in range(number)}
    assert send(client, world, **removed).status_code == 302
    notifications = Notification.objects.filter(alert__kind__startswith="duty_gap", recipient=world.lead)
    assert notifications.exists()
