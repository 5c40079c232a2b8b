"""The inbox of one person, and their preferences."""

from dataclasses import replace
from typing import Any

from django.urls import reverse

from notifications.delivery.send import deliver
from notifications.models import Alert, Notification
from notifications.selectors import unread_count
from notifications.services import post
from notifications.types import Notice
from referral.deadlines.engine import quarantine, run_cycle
from referral.models import Deadline
from referral.pathway.vocabulary import Kind
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import text
from tests.world import MINUTE, NOW, World


def of(user: object) -> Notification:
    return Notification.objects.filter(recipient=user).latest("created_at")


def test_a_notification_names_hospital_and_case_and_leads_there(world: World, as_user: SignIn) -> None:
    case = world.flagged()
    client = as_user(world.specialist)

    page = text(client.get("/inbox/"))
    answer = client.post(reverse("portal:inbox_open", args=[of(world.specialist).pk]))

    assert case.number in page and "测试甲" not in page
    assert answer.headers["Location"] == reverse("portal:case", args=[case.pk])
    assert unread_count(world.specialist) == 0


def test_acknowledging_is_a_post_and_stays_on_its_page(world: World, as_user: SignIn) -> None:
    world.flagged()
    answer, client = of(world.specialist), as_user(world.specialist)
    address = reverse("portal:inbox_acknowledge", args=[answer.pk])

    assert client.get(address).status_code == 405
    assert client.post(address, {"page": "2"}).headers["Location"] == "/inbox/?page=2"

    answer.refresh_from_db()
    assert answer.acknowledged_at is not None


def test_nobody_touches_the_inbox_of_others(world: World, as_user: SignIn) -> None:
    world.flagged()
    answer, client = of(world.specialist), as_user(world.lead)

    for name in ("portal:inbox_open", "portal:inbox_acknowledge"):
        assert client.post(reverse(name, args=[answer.pk])).status_code == 404

    answer.refresh_from_db()
    assert (answer.read_at, answer.acknowledged_at) == (None, None)


def test_everything_can_be_marked_as_read(world: World, as_user: SignIn) -> None:
    world.flagged()

    as_user(world.specialist).post("/inbox/read-all/")

    assert unread_count(world.specialist) == 0


def test_an_empty_inbox_says_what_will_be_there(world: World, as_user: SignIn) -> None:
    assert "Alerts about your cases appear here" in text(as_user(world.doctor).get("/inbox/"))


def test_preferences_say_whether_alerts_arrive(world: World, as_user: SignIn) -> None:
    page = text(as_user(world.specialist).get("/me/"))

    assert world.specialist.email in page
    assert "nothing sent yet" in page
    assert "一病房" in page


def test_what_came_in_one_message_says_so(world: World, as_user: SignIn, settings: Any) -> None:
    settings.STORM_CONTROL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for name in ("甲", "乙", "丙"):
        world.flagged(name=name)
    deliver(now=NOW)
    page = text(as_user(world.specialist).get("/inbox/"))
    assert page.count("Sent in one message with 2 other notices (e-mail message)") == 3
    assert "in one message" not in text(as_user(world.doctor).get("/inbox/"))


def test_one_tap_on_the_case_acknowledges_what_one_was_told_of_it(world: World, as_user: SignIn) -> None:
    case, other = world.flagged(), world.flagged(name="测试乙")
    run_cycle(NOW + 31 * MINUTE)
    client, where = as_user(world.coordinator), reverse("portal:case", args=[case.pk])
    mine = Notification.objects.filter(recipient=world.coordinator, alert__payload__case=str(case.pk))
    assert mine.exists()
    assert "Alerts to you about this case" in text(client.get(where))
    assert not mine.filter(acknowledged_at__isnull=False).exists()

    assert client.get(f"{where}alerts/").status_code == 405
    assert client.post(f"{where}alerts/").headers["Location"] == where

    assert not mine.filter(acknowledged_at=None).exists()
    assert "Alerts to you about this case" not in text(client.get(where))
    untouched = Notification.objects.exclude(recipient=world.coordinator)
    untouched |= Notification.objects.filter(alert__payload__case=str(other.pk))
    assert not untouched.filter(acknowledged_at__isnull=False).exists()


def test_where_the_request_itself_can_be_acknowledged_there_is_one_button_for_it(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged()
    run_cycle(NOW + 6 * MINUTE)
    page = text(as_user(world.specialist).get(reverse("portal:case", args=[case.pk])))
    assert "Alerts to you about this case" not in page


def test_alerts_of_a_case_that_one_may_not_see_are_not_there(world: World, as_user: SignIn) -> None:
    case = world.flagged()
    assert as_user(world.other_doctor).post(f"/cases/{case.pk}/alerts/").status_code == 404


def test_an_alert_for_those_who_run_the_platform_leads_to_their_page(world: World, as_user: SignIn) -> None:
    case = world.accepted()
    quarantine(Deadline.objects.get(case=case, kind=Kind.ADMIT).pk, NOW)
    client = as_user(world.administrator)
    page = text(client.get("/inbox/"))
    assert "To the page" in page and "To the case" not in page
    lines = of(world.administrator)
    answer = client.post(reverse("portal:inbox_open", args=[lines.pk]))
    assert answer.headers["Location"] == reverse("portal:operations")


def test_the_badge_counts_to_ninety_nine_and_keeps_its_place(world: World, as_user: SignIn) -> None:
    world.flagged()
    client, answer = as_user(world.specialist), of(world.specialist)
    assert ">1<span" in text(client.get("/inbox/unread/"))

    notices = [
        replace(notice_of(answer.alert), dedup_key=f"copy {number}", recipients=[world.specialist.pk])
        for number in range(99)
    ]
    post(notices=notices, now=answer.created_at)
    assert ">99+<span" in text(client.get("/inbox/unread/"))


def notice_of(alert: Alert) -> Notice:
    """The same to nobody yet."""
    names = ("dedup_key", "subject_type", "subject_id", "kind", "severity", "payload")
    return Notice(recipients=[], **{name: getattr(alert, name) for name in names})
