"""The pages of the way back: what the case shows, the letter in both languages, trends, and the forms."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils.translation import override

from accounts import clock
from accounts.models import User
from referral.codes import OutcomeStatus
from referral.models import Case, Question
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.ward.codes import Progress
from tests.portal.reading import hidden
from tests.world import HOUR, ILL, WELL, World, sampled

SignIn = Callable[[User], Client]
DAY = timedelta(days=1)


def returned(world: World) -> Case:
    """A case whose first visit was 27 days ago, referred back with a plan today."""
    now = clock.now()
    case = world.admitted(now - 27 * DAY)
    perform(
        case,
        Verb.DIAGNOSE,
        actor=world.specialist,
        now=now - 26 * DAY,
        category="aclf",
        should_know="No herbs.",
    )
    texts = {"plan": "Plan-P", "medicines": "Med-M", "appointments": "Date-A", "red_flags": "Sign-R"}
    return perform(case, Verb.BACK_REFER, actor=world.specialist, now=now, **texts)


def page(client: Client, case: Case, part: str = "", **query: str) -> str:
    answer = client.get(f"/cases/{case.pk}/{part}", query, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_hospital_reads_diagnosis_and_plan_on_the_case(world: World, as_user: SignIn) -> None:
    text = page(as_user(world.doctor), returned(world))
    for said in ("No herbs.", "Plan-P", "Med-M", "Date-A", "Sign-R", "not confirmed yet"):
        assert said in text


@pytest.mark.parametrize(("lang", "title"), [("en", "Back-referral letter"), ("zh-hans", "下转信")])
def test_the_letter_of_the_way_back_speaks_both_languages(
    world: World, as_user: SignIn, lang: str, title: str
) -> None:
    text = page(as_user(world.doctor), returned(world), "back-letter/", lang=lang)
    assert title in text
    assert f'lang="{lang}"' in text.lower()
    for said in ("测试甲", "No herbs.", "Plan-P", "Med-M", "Date-A", "Sign-R", "020-2000"):
        assert said in text


def test_the_referral_letter_speaks_both_languages_too(world: World, as_user: SignIn) -> None:
    case = world.flagged(clock.now())
    client = as_user(world.doctor)
    assert "Referral letter" in page(client, case, "letter/", lang="en")
    assert "转诊单" in page(client, case, "letter/", lang="zh-hans")


def test_a_language_that_nobody_speaks_here_changes_nothing(world: World, as_user: SignIn) -> None:
    page(as_user(world.doctor), returned(world), "back-letter/", lang="xx")


def test_there_is_no_letter_before_the_way_back_nor_for_strangers(world: World, as_user: SignIn) -> None:
    case = world.diagnosed(clock.now())
    assert as_user(world.doctor).get(f"/cases/{case.pk}/back-letter/").status_code == 404
    back = perform(case, Verb.BACK_REFER, actor=world.specialist, now=clock.now(), plan="p")
    for stranger in (world.other_doctor, world.second_specialist, world.researcher):
        for part in ("back-letter/", "trends/"):
            assert as_user(stranger).get(f"/cases/{back.pk}/{part}").status_code == 404


def test_the_return_is_offered_and_awaited_until_it_is_confirmed(world: World, as_user: SignIn) -> None:
    case, client = returned(world), as_user(world.doctor)
    awaited = "Awaited: <strong>the confirmation of the return</strong>"
    assert "action-confirm-return" in page(client, case)
    assert awaited in page(client, case)
    assert client.post(f"/cases/{case.pk}/confirm-return/").status_code == 302
    assert "action-confirm-return" not in page(client, case)
    assert "Awaited: <strong>the outcome</strong>" in page(client, case)


def test_a_chinese_letter_is_punctuated_in_chinese(world: World, as_user: SignIn) -> None:
    letter = page(as_user(world.doctor), returned(world), "back-letter/", lang="zh-hans")
    assert "第28天：" in letter
    assert ": " not in re.sub(r"<[^>]*>", "", letter[letter.index("letter-kind") :])


def test_what_was_wrong_is_struck_through_and_the_letter_carries_only_what_stands(
    world: World, as_user: SignIn
) -> None:
    case, ward = returned(world), as_user(world.specialist)
    for slug, kept, changed in (
        ("correct-diagnosis", "No herbs.", {"category": "early_aclf", "why": "Code mistyped"}),
        ("correct-back-referral", "Plan-P", {"plan": "Plan-Q", "why": "Wrong plan", "medicines": "Med-N"}),
    ):
        where = f"/cases/{case.pk}/{slug}/"
        form = page(ward, case, f"{slug}/")
        assert kept in form, "the form starts from what stands"
        refused = ward.post(where, {**hidden(form, where), **changed, "why": "", "should_know": "Rest-R"})
        assert refused.status_code == 422
        answer = ward.post(where, {**hidden(form, where), **changed, "should_know": "Rest-R"})
        assert answer.status_code == 302, answer.content.decode()
    text = " ".join(page(as_user(world.doctor), case).split())
    assert re.search(r"<s>ACLF[^<]*·[^<]*No herbs\.", text)
    assert re.search(r"<s>Plan-P[^<]*Med-M", text)
    for said in (
        "Rest-R",
        "Plan-Q",
        "Med-N",
        "Code mistyped",
        "Wrong plan",
        "Diagnosis corrected",
        "instead of: ",
    ):
        assert said in text
    for lang, title in (("en", "takes the place of every earlier one"), ("zh-hans", "取代此前所有版本")):
        letter = page(as_user(world.doctor), case, "back-letter/", lang=lang)
        for said in (title, "Rest-R", "Plan-Q", "Med-N", "Code mistyped", "Wrong plan"):
            assert said in letter
        for gone in ("No herbs.", "Plan-P", "Med-M"):
            assert gone not in letter

    assert f"/cases/{case.pk}/correct-back-referral/" in page(ward, case)
    as_user(world.doctor).post(f"/cases/{case.pk}/confirm-return/")
    assert f"/cases/{case.pk}/correct-back-referral/" not in page(ward, case)
    assert f"/cases/{case.pk}/correct-diagnosis/" in page(ward, case)


def test_a_letter_that_was_never_corrected_does_not_say_so(world: World, as_user: SignIn) -> None:
    assert "every earlier one" not in page(as_user(world.doctor), returned(world), "back-letter/", lang="en")


def test_chinese_has_its_own_words_where_english_has_one_for_two_things(world: World) -> None:
    with override("zh-hans"):
        assert str(OutcomeStatus.ALIVE.label) == "存活", "a process of the operations is 运行中"
        assert str(Progress.DECLINED.label) == "决定不做", "an offer that was declined is 未接收"


def test_an_outcome_that_comes_too_early_keeps_what_was_typed(world: World, as_user: SignIn) -> None:
    case = returned(world)
    typed = {"day": "28", "status": "alive", "organ_failure": "no", "note": "by phone"}
    answer = as_user(world.doctor).post(f"/cases/{case.pk}/record-outcome/", typed)
    assert answer.status_code == 422
    assert "by phone" in answer.content.decode()


def test_contradicting_statements_are_shown_and_only_the_coordinator_is_asked_to_settle(
    world: World, as_user: SignIn
) -> None:
    case, now = returned(world), clock.now()
    died = now - DAY
    perform(case, Verb.RECORD_OUTCOME, actor=world.doctor, now=now + 2 * DAY, day=28, status="alive")
    perform(
        case, Verb.RECORD_OUTCOME, actor=world.specialist, now=now + 2 * DAY, occurred_at=died, day=28,
        status="dead",
    )  # fmt: skip
    text = page(as_user(world.doctor), case)
    assert text.count("contradicted") == 2
    assert "settle-outcome" not in text
    assert "action-settle-outcome" in page(as_user(world.coordinator), case)
    assert "outcome disputed" in page_of(as_user(world.coordinator), "/?tab=follow-up")


def page_of(client: Client, path: str) -> str:
    return client.get(path, headers={"Accept-Language": "en"}).content.decode()


def test_a_question_is_asked_answered_and_then_closed_to_the_ward(world: World, as_user: SignIn) -> None:
    case, doctor, specialist = world.watched(clock.now()), as_user(world.doctor), as_user(world.specialist)
    assert "action-ask-advice" in page(doctor, case)
    assert doctor.post(f"/cases/{case.pk}/ask-advice/", {"text": "Wait?"}).status_code == 302
    assert "action-ask-advice" not in page(doctor, case)
    assert "Wait?" in page(specialist, case)
    assert "answer-advice" in page_of(specialist, "/board/?tab=window-1")
    answer = specialist.post(f"/cases/{case.pk}/answer-advice/", {"text": "Refer.", "advice": "refer"})
    assert answer.headers["Location"] == "/board/"
    assert Question.objects.get(case=case).answer == "Refer."
    assert specialist.get(f"/cases/{case.pk}/").status_code == 404
    text = page(doctor, case)
    assert "Refer." in text
    assert "action-refer" in text


def test_the_ward_that_was_asked_sees_that_its_answer_is_awaited(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = perform(world.watched(now), Verb.ASK_ADVICE, actor=world.doctor, now=now, text="Refer?")
    for user, mine in ((world.specialist, True), (world.doctor, False)):
        text = " ".join(page(as_user(user), case).split())
        assert f"an answer to the question</strong> · {world.ward.hospital.name}" in text
        assert ("awaited is-mine" in text) == mine
        assert "The case has ended" not in text


def test_a_new_episode_leads_to_the_earlier_case(world: World, as_user: SignIn) -> None:
    now = clock.now()
    first = world.returned(now=now, national_id="110101197001021233")
    again = world.register(now=now, national_id="110101197001021233")
    assert f'href="/cases/{first.pk}/"' in page(as_user(world.doctor), again)
    assert f'href="/cases/{first.pk}/"' not in page(as_user(world.doctor), first)


def test_an_outcome_that_is_due_names_the_day_it_is_asked_for(world: World, as_user: SignIn) -> None:
    visit = datetime(2026, 5, 17, 3, 0, tzinfo=UTC)
    text = page(as_user(world.doctor), world.returned(visit))
    assert "outcome at day 28 (14 Jun 2026)" in text
    assert "outcome at day 90 (15 Aug 2026)" in text


def test_only_wards_of_the_catchment_are_offered_for_a_question(world: World, as_user: SignIn) -> None:
    world.hospital.catchments.filter(ward=world.second_ward).delete()
    case = world.watched(clock.now())
    text = page_of(as_user(world.doctor), f"/cases/{case.pk}/ask-advice/")
    assert str(world.ward.pk) in text
    assert str(world.second_ward.pk) not in text


def test_indicators_over_time_are_a_table_with_charts_of_what_can_be_drawn(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    case = world.watched(now - 20 * HOUR)
    perform(case, Verb.ASSESS, actor=world.doctor, now=now, values=sampled({**WELL, "bilirubin": 90}, now))
    text = page(as_user(world.doctor), case, "trends/")
    assert "usual " in text
    assert 'aria-label="Total bilirubin: ' in text
    assert 'aria-label="Cirrhosis: ' not in text
    assert "provisional" in text


def test_one_assessment_has_a_table_and_no_chart(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = perform(
        world.register(now=now), Verb.ASSESS, actor=world.doctor, now=now, values=sampled(ILL, now)
    )
    text = page(as_user(world.doctor), case, "trends/")
    assert 'aria-label="Total bilirubin: ' not in text
    assert 'aria-label="MELD' not in text
