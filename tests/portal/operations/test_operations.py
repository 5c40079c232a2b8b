"""The operator's pages: what is seen, by whom, and the two repairs by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEntry, Membership, Network, Role, User
from notifications import services
from notifications.delivery import breaker
from notifications.models import Delivery, DeliveryState, Notification, Subscription
from notifications.outbox.store import store_one
from notifications.types import Notice
from referral.models import Case, Deadline
from referral.pathway.vocabulary import Kind
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import text
from tests.world import World, make_deliveries

PAGES = ("/operations/", "/operations/live/", "/operations/deliveries/")


@pytest.fixture
def operator(world: World, as_user: SignIn) -> Client:
    return as_user(world.administrator)


@pytest.fixture
def stranger(world: World) -> User:
    """The administrator of another network."""
    user = User.objects.create_user("stranger@test.example", name="stranger")
    Membership.objects.create(
        user=user, role=Role.ADMINISTRATOR, network=Network.objects.create(name_zh="别的网络")
    )
    return user


def lost(world: World, **changes: Any) -> Delivery:
    """An e-mail to the specialist that nobody could deliver."""
    world.flagged(now=clock.now(), **changes)
    make_deliveries(clock.now())
    mine = Delivery.objects.filter(channel="email", notification__recipient=world.specialist)
    result = mine.filter(state="sending")
    last = result.latest("notification__created_at")
    result.update(state=DeliveryState.UNDELIVERABLE, last_error="550 no such user", attempts=4)
    last.refresh_from_db()
    return last


def set_aside(world: World) -> Deadline:
    case = world.flagged(now=clock.now(), name="隔离")
    deadline = Deadline.objects.get(case=case, kind=Kind.ADMIT)
    Deadline.objects.filter(pk=deadline.pk).update(
        quarantined_at=clock.now() - timedelta(minutes=5),
        quarantine_reason="KeyError in evaluate (escalation.py:66)",
    )
    return deadline


def test_a_fresh_installation_says_what_is_silent_and_shows_empty_lists(operator: Client) -> None:
    page = text(operator.get("/operations/"))
    assert page.count("has never given a sign of life") == 3
    assert "Something needs a hand" in page
    assert "Nothing that could go now is waiting" in page
    assert "the engine processes every deadline" in page
    assert "None here" in text(operator.get("/operations/deliveries/"))


def test_all_is_well_when_every_process_lives_and_nothing_waits(operator: Client) -> None:
    for name in ("engine", "delivery", "worker"):
        services.tick(name=name, now=clock.now(), lag=timedelta(milliseconds=200))
    page = text(operator.get("/operations/"))
    assert "All is well" in page
    assert page.count("behind by 0.2 s") == 3


def test_a_channel_out_of_order_shows_its_error_and_when_it_is_tried_again(operator: Client) -> None:
    for _turn in range(breaker.TRIPS_AT):
        breaker.record_failure("email", error="connection refused", now=clock.now())
    page = text(operator.get("/operations/live/"))
    assert "out of order" in page and "tried again at" in page and "connection refused" in page


def test_what_could_not_be_delivered_is_counted_and_listed_with_its_error(
    world: World, operator: Client
) -> None:
    delivery = lost(world)
    assert "1 undeliverable in the last 24 hours" in text(operator.get("/operations/"))
    page = text(operator.get("/operations/deliveries/"))
    assert "550 no such user" in page and world.specialist.email in page
    assert reverse("portal:delivery", args=[delivery.pk]) in page
    assert "测试甲" not in page


def test_a_telephone_is_shown_without_its_middle(world: World, operator: Client, settings: Any) -> None:
    settings.NOTIFICATION_CHANNELS = [
        *settings.NOTIFICATION_CHANNELS,
        "notifications.channels.sms.SmsChannel",
    ]
    delivery = lost(world)
    phone = Subscription.objects.create(user=world.specialist, channel="sms", address="+8613812345678")
    Delivery.objects.filter(pk=delivery.pk).update(channel="sms", subscription=phone)
    for where in ("/operations/deliveries/", reverse("portal:delivery", args=[delivery.pk])):
        page = text(operator.get(where))
        assert "+86138****5678" in page and "13812345678" not in page


def test_long_lists_have_pages(world: World, operator: Client) -> None:
    case = world.flagged(now=clock.now())
    payload = Notification.objects.filter(alert__payload__case=str(case.pk)).values_list(
        "alert__payload", flat=True
    )[0]
    for number in range(30):
        notice = Notice(
            dedup_key=f"x{number}",
            recipients=[world.specialist.pk],
            subject_type="case",
            subject_id=str(case.pk),
            kind="done",
            severity="severe",
            payload={**payload, "verb": "accept"},
        )
        row = store_one(notice, now=clock.now())
        Delivery.objects.create(
            notification=row,
            channel="email",
            urgent=True,
            state="undeliverable",
            available_at=clock.now(),
            next_hint_at=clock.now(),
        )
    assert "Page 1 of 2" in text(operator.get("/operations/deliveries/"))
    assert "Page 2 of 2" in text(operator.get("/operations/deliveries/?page=2"))
    assert operator.get("/operations/deliveries/?page=x&state=nonsense").status_code == 200


def test_a_delivery_is_sent_once_more_as_a_new_row_and_on_the_audit_trail(
    world: World, operator: Client
) -> None:
    delivery = lost(world)
    where = reverse("portal:delivery", args=[delivery.pk])
    page = text(operator.get(where))
    assert "gets the same message again" in page
    assert not delivery.replays.exists()

    answer = operator.post(where, follow=True)

    again = delivery.replays.get()
    assert answer.redirect_chain == [(reverse("portal:delivery", args=[again.pk]), 302)]
    assert (again.state, again.channel, again.attempts) == ("pending", "email", 0)
    delivery.refresh_from_db()
    assert delivery.state == "undeliverable"
    entry = AuditEntry.objects.get(action="replay_delivery")
    assert (entry.actor, entry.subject_id) == (world.administrator, str(delivery.pk))


def test_a_second_click_sends_no_second_copy(world: World, operator: Client) -> None:
    delivery = lost(world)
    where = reverse("portal:delivery", args=[delivery.pk])
    operator.post(where)
    answer = operator.post(where)
    assert answer.status_code == 409
    assert "sent once more already" in text(answer)
    assert delivery.replays.count() == 1


def test_opening_the_page_changes_nothing(world: World, operator: Client) -> None:
    delivery = lost(world)
    for _turn in range(2):
        operator.get(reverse("portal:delivery", args=[delivery.pk]))
    assert not delivery.replays.exists()
    assert not AuditEntry.objects.filter(action="replay_delivery").exists()


def test_a_deadline_set_aside_shows_why_and_runs_again_after_release(world: World, operator: Client) -> None:
    deadline = set_aside(world)
    page = text(operator.get("/operations/"))
    assert "KeyError in evaluate (escalation.py:66)" in page and deadline.case.number in page

    where = reverse("portal:release_deadline", args=[deadline.pk])
    assert operator.get(where).status_code == 405
    answer = operator.post(where, follow=True)

    assert "tries this deadline again" in text(answer)
    deadline.refresh_from_db()
    assert deadline.quarantined_at is None
    assert operator.post(where).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_only_administrators_have_these_pages(world: World, as_user: SignIn, path: str) -> None:
    for user in (world.doctor, world.specialist, world.lead, world.coordinator, world.researcher):
        assert as_user(user).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_an_administrator_of_another_network_sees_and_repairs_nothing_here(
    world: World, as_user: SignIn, stranger: User
) -> None:
    delivery, deadline = lost(world), set_aside(world)
    client = as_user(stranger)
    for path in PAGES:
        page = text(client.get(path))
        assert deadline.case.number not in page and world.specialist.email not in page
    where = reverse("portal:delivery", args=[delivery.pk])
    assert client.get(where).status_code == client.post(where).status_code == 404
    assert client.post(reverse("portal:release_deadline", args=[deadline.pk])).status_code == 404
    assert not delivery.replays.exists()


def test_an_administrator_is_led_there_from_the_first_page_and_the_menu(
    world: World, operator: Client, as_user: SignIn
) -> None:
    assert text(operator.get("/")).count('href="/operations/"') == 2
    assert 'href="/operations/"' not in text(as_user(world.doctor).get("/"))


def test_the_pages_ask_the_same_number_of_questions_however_much_there_is(
    world: World, operator: Client, django_assert_max_num_queries: Any
) -> None:
    for name in ("甲", "乙", "丙", "丁"):
        lost(world, name=name)
    assert Case.objects.count() == 4
    with django_assert_max_num_queries(20):
        operator.get("/operations/deliveries/")
    with django_assert_max_num_queries(22):
        operator.get("/operations/")
