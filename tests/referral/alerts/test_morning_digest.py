"""The digest at seven: once a day, by the network's clock, to its coordinators, and never empty."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.utils import OperationalError

from accounts.models import Membership
from notifications import hooks
from notifications.models import Notification
from referral.alerts import morning as digest
from referral.alerts.morning import DIGEST, send_digests
from referral.models import Case, PathwayPolicy
from referral.queries import morning
from tests.world import HOUR, MINUTE, World

SEVEN = datetime(2026, 5, 17, 23, 0, tzinfo=UTC)
"""Seven in the morning of 18 May in Shanghai."""
NIGHT = SEVEN - 5 * HOUR


def digests() -> list[Notification]:
    return list(Notification.objects.filter(alert__kind=DIGEST).order_by("created_at"))


def test_a_night_with_news_is_told_at_seven_and_not_before(world: World) -> None:
    case = world.flagged(NIGHT, name="张建国")
    assert send_digests(SEVEN - MINUTE) == 0
    assert send_digests(SEVEN) == 1
    [sent] = digests()
    assert sent.recipient == world.coordinator
    assert sent.alert.payload["overnight"] == 1
    for language in ("en", "zh-hans"):
        words = hooks.render(sent, language)
        assert words.url_path == "/morning/"
        for personal in (case.patient.name, case.number, case.hospital.name):
            assert personal not in words.title + words.body
    assert sent.next_hint_at is not None, "a worker will take it"


def test_however_often_it_runs_it_is_told_once_a_day(world: World) -> None:
    world.flagged(NIGHT)
    turns = [send_digests(SEVEN + minutes * MINUTE) for minutes in (0, 5, 10, 200)]
    assert turns == [1, 0, 0, 0]
    assert send_digests(SEVEN + timedelta(days=1)) == 1


def test_a_quiet_night_tells_nobody(world: World) -> None:
    assert send_digests(SEVEN) == 0
    world.flagged(SEVEN + MINUTE)
    assert send_digests(SEVEN + 10 * MINUTE) == 0


def test_a_worker_that_dies_is_made_up_for_by_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.flagged(NIGHT)

    def dies(**_named: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(digest, "post", dies)
        with pytest.raises(OperationalError):
            send_digests(SEVEN)
    assert digests() == []
    assert send_digests(SEVEN + 5 * MINUTE) == 1


def test_what_was_missed_all_morning_is_not_told_at_night(world: World) -> None:
    world.flagged(NIGHT)
    assert send_digests(SEVEN + 5 * HOUR) == 0


@pytest.mark.parametrize(
    "seven", [datetime(2026, 3, 29, 5, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)]
)
def test_on_days_on_which_clocks_change_it_is_seven_by_the_new_time(world: World, seven: datetime) -> None:
    world.network.zone = "Europe/Berlin"
    world.network.save()
    world.flagged(seven - 4 * HOUR)
    assert send_digests(seven - MINUTE) == 0
    assert [send_digests(seven + hours * HOUR) for hours in (0, 1, 2)] == [1, 0, 0]
    since = morning.evening_before(seven, "Europe/Berlin")
    assert since.hour == 19
    assert (seven - since) in (timedelta(hours=11), timedelta(hours=13))


def test_a_policy_that_changes_in_the_morning_tells_nobody_twice(world: World) -> None:
    world.flagged(NIGHT)
    assert send_digests(SEVEN) == 1
    PathwayPolicy.objects.create(
        network=world.network, version=2, created_at=SEVEN, in_force_from=SEVEN, outcome_grace_days=1
    )
    assert send_digests(SEVEN + 5 * MINUTE) == 0


def test_who_coordinates_no_more_is_not_told(world: World) -> None:
    world.flagged(NIGHT)
    send_digests(SEVEN)
    [sent] = digests()
    assert digest.still_entitled([sent]) == {sent.pk}
    Membership.objects.filter(user=world.coordinator).delete()
    again = Notification.objects.select_related("recipient").get(pk=sent.pk)
    assert digest.still_entitled([again]) == set()


def test_the_counts_say_what_is_late_what_is_near_and_which_outcomes_are_due(world: World) -> None:
    world.flagged(SEVEN - 30 * MINUTE)
    world.register(now=SEVEN - timedelta(days=29), name="测试乙")
    counts = morning.counts(Case.objects.all(), morning.evening_before(SEVEN, "Asia/Shanghai"), SEVEN)
    assert counts.overnight == 1
    assert counts.overdue >= 1
    assert counts.soon >= 1
    assert counts.follow_ups == 1
