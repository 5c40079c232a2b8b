"""A case as a timed film: what happened, who was alerted, what was waited for; also without names."""

import re

import pytest
from django.test import Client

from accounts import clock
from accounts.models import AuditEntry
from referral.deadlines.engine import run_cycle
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.world import HOUR, MINUTE, World, open_offer


@pytest.fixture
def late(world: World) -> Case:
    """A case that nobody acknowledged in time, and that was accepted then."""
    begun = clock.now() - 5 * HOUR
    case = world.flagged(now=begun, name="张建国")
    run_cycle(begun + 20 * MINUTE)
    perform(
        case, Verb.ACKNOWLEDGE, actor=world.specialist, now=begun + 25 * MINUTE, offer=open_offer(case).pk
    )
    perform(case, Verb.MESSAGE, actor=world.doctor, now=begun + 26 * MINUTE, text="张建国的家属同意")
    perform(case, Verb.ACCEPT, actor=world.specialist, now=begun + 30 * MINUTE, bed="7")
    return case


def frames(client: Client, case: Case, query: str = "") -> list[str]:
    answer = client.get(f"/cases/{case.pk}/replay/{query}")
    assert answer.status_code == 200
    return re.split(r'<li class="replay-frame', answer.content.decode())[1:]


def test_each_moment_is_a_frame_with_what_happened_and_what_stood_then(
    world: World, late: Case, as_user: SignIn
) -> None:
    shown = frames(as_user(world.doctor), late)
    assert len(shown) == 5
    seconds = [int(re.search(r'data-seconds="(\d+)"', frame)[1]) for frame in shown]  # type: ignore[index]
    assert seconds == sorted(seconds)
    assert "acknowledgement: 15 min left" in shown[0]
    assert "acknowledgement: 5 min overdue" in shown[1]
    assert "acknowledgement:" not in shown[2]
    assert "accepted" in shown[-1]


def test_who_was_alerted_and_acknowledged_is_shown(world: World, late: Case, as_user: SignIn) -> None:
    first, missed = frames(as_user(world.doctor), late)[:2]
    assert world.specialist.name in first
    assert world.lead.name in missed


def test_without_names_nobody_is_named_and_nothing_that_was_typed_is_shown(
    world: World, late: Case, as_user: SignIn
) -> None:
    client = as_user(world.coordinator)
    page = client.get(f"/cases/{late.pk}/replay/?names=0").content.decode()
    main = page[page.index("<main") :]
    people = (world.doctor, world.specialist, world.lead)
    assert not [name for name in ("张建国", "家属", *(f">{one.name}<" for one in people)) if name in main]
    assert "referring clinician" in main and "specialist" in main
    assert "家属" not in main


def test_a_replay_is_for_whoever_sees_the_case_and_audited(world: World, late: Case, as_user: SignIn) -> None:
    assert as_user(world.other_doctor).get(f"/cases/{late.pk}/replay/").status_code == 404
    frames(as_user(world.doctor), late)
    line = AuditEntry.objects.get(actor=world.doctor, action="read", subject_id=str(late.pk))
    assert line.detail["part"] == "replay"
