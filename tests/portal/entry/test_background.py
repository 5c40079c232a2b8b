"""The optional background on the pages: folded at entry, one glance for the ward, in the letter."""

import pytest

from accounts import clock
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.queries.background import background_of
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import send, text, typed
from tests.portal.reading import visible_text
from tests.world import World

MORE = '<details class="card more-of-patient" '


def test_it_is_folded_on_a_new_case_and_asks_for_nothing(world: World, as_user: SignIn) -> None:
    page = text(as_user(world.doctor).get("/cases/new/"))
    assert f"{MORE}>" in page
    section = page.partition(MORE)[2].partition("</details>")[0]
    assert 'name="allergies"' in section and 'name="temperature_c"' in section
    assert " required" not in section


def test_what_is_typed_there_comes_with_the_first_visit(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    form = typed(world, allergies="青霉素", temperature_c="３８，６", transport_needs=["oxygen", "escort"])
    assert send(client, form).status_code == 302
    background = background_of(Case.objects.get())
    assert background is not None
    assert background.content == {
        "allergies": "青霉素",
        "temperature_c": 38.6,
        "transport_needs": ["oxygen", "escort"],
    }


@pytest.mark.parametrize("temperature", ["386", "hot", ">38"])
def test_a_mistake_opens_the_section_says_so_at_its_field_and_keeps_everything(
    world: World, as_user: SignIn, temperature: str
) -> None:
    answer = send(as_user(world.doctor), typed(world, history="黄疸10天", temperature_c=temperature))
    page = text(answer)
    assert answer.status_code == 422
    assert f"{MORE}open>" in page
    assert "Enter a number from 25 to 45, in °C." in page
    assert "黄疸10天" in page and temperature.replace(">", "&gt;") in page
    assert not Case.objects.exists()


def test_the_ward_reads_it_on_the_board_on_the_case_and_in_the_letter(world: World, as_user: SignIn) -> None:
    case = world.flagged(clock.now())
    said = {"allergies": "青霉素", "medication": "恩替卡韦 0.5 mg", "saturation_percent": 93.0}
    perform(case, Verb.STATE_BACKGROUND, actor=world.doctor, now=clock.now(), **said)
    ward = as_user(world.specialist)
    board = visible_text(text(ward.get("/board/")))
    assert "青霉素" in board and "93 %" in board
    for path in (f"/cases/{case.pk}/", f"/cases/{case.pk}/letter/"):
        page = visible_text(text(ward.get(path)))
        assert "青霉素" in page and "恩替卡韦 0.5 mg" in page and "93 %" in page, path
    assert "state-background" not in text(ward.get(f"/cases/{case.pk}/")), "the ward does not write it"


def test_the_first_hospital_completes_it_from_what_stands(world: World, as_user: SignIn) -> None:
    case = world.flagged(clock.now())
    perform(case, Verb.STATE_BACKGROUND, actor=world.doctor, now=clock.now(), allergies="青霉素", gcs=14.0)
    client = as_user(world.doctor)
    page = text(client.get(f"/cases/{case.pk}/state-background/"))
    assert 'value="14"' in page and "青霉素" in page
    client.post(f"/cases/{case.pk}/state-background/", {"allergies": "青霉素", "gcs": "13"})
    background = background_of(case)
    assert background is not None and background.content == {"allergies": "青霉素", "gcs": 13.0}
    assert "Background stated" in text(client.get(f"/cases/{case.pk}/"))
