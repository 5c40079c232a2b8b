"""Pages say what matters in the present state of a case, once, and with days as people write them."""

import re

import pytest

from accounts import clock
from portal.models import FormDraft
from portal.page_owner import mark_of
from referral.intake.drafts import save_indicators
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.portal.reading import visible_text
from tests.world import HOUR, WELL, World, sampled

CAUTION = "A low score never overrides"
ISO_DAY = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d")


@pytest.mark.parametrize("page", ["", "result/"])
def test_nobody_is_told_to_refer_a_patient_who_is_being_referred(
    world: World, as_user: SignIn, page: str
) -> None:
    case, client = world.flagged(now=clock.now()), as_user(world.doctor)
    text = visible_text(client.get(f"/cases/{case.pk}/{page}").content.decode())
    assert "the referral is under way" in text and "should be referred" not in text


def test_a_patient_referred_without_being_flagged_is_not_to_be_watched(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = perform(
        world.register(now=now), Verb.ASSESS, actor=world.doctor, now=now, values=sampled(WELL, now)
    )
    perform(case, Verb.REFER, actor=world.doctor, now=now, reason="worried")
    text = visible_text(as_user(world.doctor).get(f"/cases/{case.pk}/").content.decode())
    assert "referred on clinical judgement" in text and "keep watching" not in text


def test_an_ended_case_promises_and_asks_for_nothing(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = perform(
        world.register(now=now), Verb.MARK_ENTERED_IN_ERROR, actor=world.doctor, now=now, reason="test_entry"
    )
    client = as_user(world.doctor)
    for page in ("", "result/", "trends/", "letter/"):
        text = visible_text(client.get(f"/cases/{case.pk}/{page}").content.decode())
        for said in ("reaches the other side at once", "Still missing", "What happens now", "low score"):
            assert said not in text, (page, said)


def test_a_dead_patient_has_no_caution_about_a_low_score(world: World, as_user: SignIn) -> None:
    case, now = world.flagged(now=clock.now() - HOUR), clock.now()
    perform(case, Verb.RECORD_DEATH, actor=world.doctor, now=now, occurred_at=now)
    for page in ("", "result/"):
        text = visible_text(as_user(world.doctor).get(f"/cases/{case.pk}/{page}").content.decode())
        assert f"died on {now.astimezone().day}" in text or "died on" in text
        assert "low score" not in text and not ISO_DAY.search(text)


def test_an_accepted_patient_without_a_bed_has_the_ward_named_once_in_front(
    world: World, as_user: SignIn
) -> None:
    case = perform(world.flagged(now=clock.now()), Verb.ACCEPT, actor=world.specialist, now=clock.now())
    page = as_user(world.doctor).get(f"/cases/{case.pk}/").content.decode()
    card = page[page.index("time-card") : page.index("</section>", page.index("time-card"))]
    assert "the bed number follows" in card
    assert 'class="promise"' not in card


def test_times_of_another_day_are_written_as_people_write_them(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.admitted(now=now - 50 * HOUR)
    perform(case, Verb.DIAGNOSE, actor=world.specialist, now=now, category="aclf")
    client = as_user(world.specialist)
    for page in ("", "ward/", "extend/", "result/"):
        assert not ISO_DAY.search(visible_text(client.get(f"/cases/{case.pk}/{page}").content.decode())), page


def test_the_result_of_a_red_flag_leads_to_its_form(world: World, as_user: SignIn) -> None:
    case, now = world.register(now=clock.now()), clock.now()
    save_indicators(case=case, actor=world.doctor, values={"variceal_bleeding": True}, now=now)
    page = as_user(world.doctor).get(f"/cases/{case.pk}/result/").content.decode()
    assert re.search(r'<a class="btn btn-danger" href="#refer">.*?Red flag: refer now', page, re.S)
    assert 'id="refer"' in page


def test_many_unfinished_forms_take_one_row_of_the_list(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    for _count in range(3):
        case = world.register(now=clock.now(), name=f"测试{_count}")
        page = f"/cases/{case.pk}/indicators/"
        sent = {"inr": "2", "page_owner": mark_of(world.doctor), "draft_page": page}
        client.post("/drafts/save/", sent | {"draft_subject": str(case.pk)})
    assert FormDraft.objects.count() == 3
    shown = client.get("/").content.decode()
    assert shown.index("data-unfinished") < shown.index("2 more") and shown.count("data-unfinished") == 3
