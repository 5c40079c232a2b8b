"""Nobody is admitted unannounced before the person at the door has said who they are."""

from typing import Any

import pytest

from accounts.models import AuditEntry
from notifications.models import Notification
from referral.identity.birth import BirthDate
from referral.intake.unannounced import find_unannounced, glimpse, surname
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError, TooOften
from referral.pathway.vocabulary import State, Verb
from tests.world import MINUTE, NOW, World, resident


def admit(world: World, case: Any, said: str = "", **more: Any) -> Any:
    """The second ward admits a patient whom it does not expect, after it has looked them up."""
    world.looked_up(case, world.second_specialist)
    return perform(case, Verb.ADMIT, actor=world.second_specialist, now=NOW + MINUTE, said=said, **more)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张＊"),
        ("欧阳修竹", "欧阳＊＊"),
        ("欧阳", "欧＊"),
        ("阿卜杜拉·买买提", "阿＊＊"),
        ("Li Wei", "L＊＊"),
    ],
)
def test_a_look_up_shows_the_surname_only(name: str, shown: str) -> None:
    assert surname(name) == shown


def test_a_look_up_shows_enough_to_compare(world: World) -> None:
    case = world.flagged(national_id="A123456(3)")
    arrival = find_unannounced(user=world.second_specialist, now=NOW, national_id="ａ1234563")
    assert arrival == case
    seen = glimpse(case.patient)
    assert (seen.surname, seen.sex, seen.birth_year) == ("测＊＊", "male", 1970)


@pytest.mark.parametrize("typed", ["不详", "000000", "", "/"])
def test_a_placeholder_finds_nobody(world: World, typed: str) -> None:
    world.flagged(national_id=typed)
    assert find_unannounced(user=world.second_specialist, now=NOW, national_id=typed) is None


@pytest.mark.parametrize("said", ["", " ", "测", "测试乙", "1970", "1970-01-03", "male", "?"])
def test_who_does_not_say_who_they_are_is_not_admitted(world: World, said: str) -> None:
    case = world.flagged()
    with pytest.raises(InputError) as refusal:
        admit(world, case, said)
    assert refusal.value.rows[0][0] == "said"
    case.refresh_from_db()
    assert case.state == State.OFFERED


@pytest.mark.parametrize(
    "said", ["测试甲", " 测 试 甲", "1970-01-02", "1970年1月2日", "19700102", "１９７０．０１．０２"]
)
def test_a_name_or_a_birth_date_is_enough(world: World, said: str) -> None:
    assert admit(world, world.flagged(), said).ward == world.second_ward


def test_of_an_estimated_birth_date_only_the_name_is_enough(world: World) -> None:
    case = world.flagged(birth_date=BirthDate(1970))
    with pytest.raises(InputError):
        admit(world, case, "1970")
    assert admit(world, case, "测试甲").state == State.ADMITTED


def test_the_ward_that_expects_the_patient_asks_nothing_and_hears_of_another(world: World) -> None:
    expected = perform(world.accepted(), Verb.ADMIT, actor=world.specialist, now=NOW)
    assert expected.state == State.ADMITTED
    case = admit(world, world.accepted(name="测试乙"), "测试乙")
    notifications = Notification.objects.filter(
        alert__payload__number=case.number, alert__payload__verb="admit"
    )
    assert {row.recipient for row in notifications} >= {world.specialist, world.doctor, world.coordinator}


def test_a_ward_that_declined_is_asked_too(world: World) -> None:
    case = world.flagged()
    perform(case, Verb.DECLINE, actor=world.specialist, now=NOW, reason="no_bed")
    with pytest.raises(InputError, match="said"):
        perform(case, Verb.ADMIT, actor=world.specialist, now=NOW + MINUTE)


def test_guessing_is_limited(world: World, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "unannounced": (4, 3600)}
    case = world.flagged(national_id=resident())
    for attempt in range(3):
        with pytest.raises(TooOften if attempt == 2 else InputError):
            admit(world, case, f"测试{attempt}")


def test_after_five_wrong_answers_the_right_one_is_refused_too_for_an_hour(world: World) -> None:
    case = world.flagged()
    for day in range(3, 8):
        with pytest.raises(InputError):
            admit(world, case, f"1970-01-0{day}")
    with pytest.raises(TooOften) as refusal:
        admit(world, case, "测试甲")
    assert 0 < refusal.value.seconds <= 3600
    later = NOW + 62 * MINUTE
    world.looked_up(case, world.second_specialist, later)
    done = perform(case, Verb.ADMIT, actor=world.second_specialist, now=later, said="测试甲")
    assert done.state == State.ADMITTED


@pytest.mark.parametrize("after", [None, 61 * MINUTE])
def test_nobody_is_admitted_unexpected_without_having_been_looked_up_just_before(
    world: World, after: Any
) -> None:
    """Not even by a ward that was asked and declined, which knows the name."""
    case = world.flagged()
    perform(case, Verb.DECLINE, actor=world.specialist, now=NOW, reason="no_bed")
    if after is not None:
        world.looked_up(case, world.specialist, NOW)
    with pytest.raises(InputError) as refusal:
        perform(case, Verb.ADMIT, actor=world.specialist, now=NOW + (after or MINUTE), said="测试甲")
    assert [row[:2] for row in refusal.value.rows] == [("said", "look_up_first")]


def test_a_colleagues_look_up_is_not_ones_own(world: World) -> None:
    case = world.flagged()
    perform(case, Verb.DECLINE, actor=world.specialist, now=NOW, reason="no_bed")
    world.looked_up(case, world.lead)
    with pytest.raises(InputError, match="look_up_first"):
        perform(case, Verb.ADMIT, actor=world.specialist, now=NOW, said="测试甲")


def test_a_wrong_answer_stays_on_the_audit_trail_although_nothing_was_done(world: World) -> None:
    case = world.flagged()
    for said in ("", "测试乙"):
        with pytest.raises(InputError):
            admit(world, case, said)
    line = AuditEntry.objects.get(action="wrong_answer_at_door")
    assert (line.actor, line.subject_id, line.network_id) == (
        world.second_specialist,
        str(case.pk),
        world.network.pk,
    )
    assert line.detail == {}
