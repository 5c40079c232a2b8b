"""The inbox of one person, and their preferences."""

from typing import Any

from django.urls import reverse

from notifications.delivery import deliver
from notifications.models import Notification
from notifications.selectors import unread_count
from tests.portal.conftest import SignIn
from tests.portal.test_new_case import text
from tests.world import NOW, World


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
    told, client = of(world.specialist), as_user(world.specialist)
    address = reverse("portal:inbox_acknowledge", args=[told.pk])

    assert client.get(address).status_code == 405
    assert client.post(address, {"page": "2"}).headers["Location"] == "/inbox/?page=2"

    told.refresh_from_db()
    assert told.acknowledged_at is not None


def test_nobody_touches_the_inbox_of_others(world: World, as_user: SignIn) -> None:
    world.flagged()
    told, client = of(world.specialist), as_user(world.lead)

    for name in ("portal:inbox_open", "portal:inbox_acknowledge"):
        assert client.post(reverse(name, args=[told.pk])).status_code == 404

    told.refresh_from_db()
    assert (told.read_at, told.acknowledged_at) == (None, None)


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
