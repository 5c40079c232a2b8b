"""The code on the letter: it opens sign-in, then the patient; it gives no right and names nobody."""

import html
import re

import pytest
from django.core import signing
from django.test import Client

from accounts import clock
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import State, Verb
from referral.queries.hand_over_codes import GOOD_FOR_HOURS, SALT, case_of, make_code
from tests.portal.conftest import SignIn
from tests.world import HOUR, World


@pytest.fixture
def coming(world: World) -> Case:
    now = clock.now()
    case = world.accepted(now - HOUR, name="张建国")
    return perform(case, Verb.DEPART, actor=world.doctor, now=now, expected_arrival_at=now + HOUR)


def opened(client: Client, case: Case, status: int = 200) -> str:
    answer = client.get(f"/hand-over/{make_code(case.pk)}/")
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def test_the_letter_carries_the_code_until_the_admission(world: World, coming: Case, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    letter = client.get(f"/cases/{coming.pk}/letter/").content.decode()
    assert re.search(r'<svg[^>]*class="qr-code"', letter)
    assert "style=" not in letter.partition('class="qr-code"')[2].partition("</svg>")[0]
    perform(coming, Verb.ADMIT, actor=world.specialist, now=clock.now())
    assert "qr-code" not in client.get(f"/cases/{coming.pk}/letter/").content.decode()


def test_the_address_says_nothing_of_the_patient(world: World, coming: Case) -> None:
    code = make_code(coming.pk)
    assert re.fullmatch(r"[\w:-]+", code)
    for personal in (coming.number, str(coming.pk), coming.patient.name):
        assert personal not in code


def test_who_is_not_signed_in_is_asked_to_and_comes_back(coming: Case) -> None:
    address = f"/hand-over/{make_code(coming.pk)}/"
    answer = Client().get(address)
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]
    assert "hand-over" in answer["Location"]


def test_a_code_that_was_changed_or_is_too_old_opens_nothing(
    world: World, coming: Case, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = make_code(coming.pk)
    assert case_of(code) == coming.pk
    swapped = code[:-1] + ("A" if code[-1] != "A" else "B")
    for wrong in (swapped, "made-up", signing.dumps("x", salt=SALT), signing.dumps(coming.pk.hex)):
        assert case_of(wrong) is None
    then = signing.time.time() + GOOD_FOR_HOURS * 3600 + 1
    monkeypatch.setattr(signing.time, "time", lambda: then)
    assert case_of(code) is None


def test_the_ward_that_expects_the_patient_takes_over_by_it(
    world: World, coming: Case, as_user: SignIn
) -> None:
    client = as_user(world.specialist)
    page = opened(client, coming)
    assert "Is this the patient in front of you?" in page
    assert "张建国" in page
    assert coming.state == State.IN_TRANSIT
    client.post(f"/cases/{coming.pk}/hand-over/", {"version": coming.version, "handed_over_by": "王师傅"})
    assert Case.objects.get(pk=coming.pk).state == State.ADMITTED


def test_a_code_that_was_used_says_who_took_the_patient_over(
    world: World, coming: Case, as_user: SignIn
) -> None:
    perform(coming, Verb.HAND_OVER, actor=world.lead, now=clock.now(), handed_over_by="王师傅")
    page = opened(as_user(world.specialist), coming)
    assert "Nothing is to be confirmed by you" in page
    assert f"王师傅 → {world.lead.name}" in page
    assert 'action="/cases/' not in page


def test_after_a_diversion_the_first_ward_is_told_and_the_new_one_takes_over(
    world: World, coming: Case, as_user: SignIn
) -> None:
    now = clock.now()
    perform(
        coming,
        Verb.DIVERT,
        actor=world.coordinator,
        now=now,
        ward=world.second_ward,
        expected_arrival_at=now + 2 * HOUR,
    )
    page = opened(as_user(world.specialist), coming, 404)
    assert "This patient is not on the way to your ward any more" in page
    assert "张建国" not in page
    assert "Is this the patient in front of you?" in opened(as_user(world.second_specialist), coming)


def test_somebody_of_another_ward_learns_nothing_of_the_patient(
    world: World, coming: Case, as_user: SignIn
) -> None:
    for person in (world.second_specialist, world.other_doctor, world.researcher):
        page = opened(as_user(person), coming, 404)
        assert "This code leads to no patient of yours" in page
        for personal in ("张建国", coming.number, coming.hospital.name_zh):
            assert personal not in page.partition("<main")[2].partition("</main>")[0]


def test_a_patient_whose_departure_nobody_recorded_is_admitted_by_it(world: World, as_user: SignIn) -> None:
    case = world.accepted(clock.now(), name="张建国")
    page = opened(as_user(world.specialist), case)
    assert f'action="/cases/{case.pk}/admit/"' in page
