"""The page of one case, its live part, and the referral letter."""

import re
from datetime import timedelta

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import AuditEntry, DutyShift, User
from referral.deadlines.engine import run_cycle
from referral.intake.ward_status import close_ward
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.portal.reading import hidden
from tests.referral.case_files import added
from tests.world import HOUR, MINUTE, World, someone

QUERIES = 30
"""How many questions a case page may ask the database, however long its history."""


def page_of(client: Client, case: Case) -> str:
    answer = client.get(f"/cases/{case.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def part(page: str, id: str) -> str:
    """The markup of the section with this id."""
    start = page.index(f'id="{id}"')
    return page[start : page.index("</section>", start)]


def test_the_page_says_who_it_is_where_they_are_and_what_is_awaited_of_whom(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now())

    page = page_of(as_user(world.specialist), case)

    assert case.number in page and "测试甲" in page and world.hospital.name_zh in page
    assert re.search(r"Awaited: <strong>an answer to the referral request</strong> · 丙 · 一病房", page)
    assert "(you)" in page
    assert "(you)" not in page_of(as_user(world.doctor), case)


def test_reading_a_case_is_audited_once_and_not_again_for_each_redrawing(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.specialist)

    page_of(client, case)
    for _redrawing in range(3):
        assert client.get(f"/cases/{case.pk}/live/").status_code == 200

    read = AuditEntry.objects.filter(action="read", subject_id=str(case.pk), actor=world.specialist)
    assert read.count() == 1


def test_a_case_of_others_does_not_exist(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    for user in (world.other_doctor, world.second_specialist, world.researcher):
        client = as_user(user)
        for where in ("", "live/", "letter/"):
            assert client.get(f"/cases/{case.pk}/{where}").status_code == 404
    assert Client().get(f"/cases/{case.pk}/").status_code == 302


def test_a_ward_that_declined_keeps_its_own_request_and_nothing_of_the_patient(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    case = world.flagged(now=now)
    perform(case, Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed", note="all full")
    perform(case, Verb.MESSAGE, actor=world.doctor, now=now, text="for the next ward only")
    client = as_user(world.specialist)

    page = page_of(client, case)

    assert "has moved on" in page and "no bed" in page and case.number in page
    assert "测试甲" not in page and "next ward only" not in page and world.second_ward.name_zh not in page
    assert client.get(f"/cases/{case.pk}/live/").status_code == 404
    assert client.get(f"/cases/{case.pk}/letter/").status_code == 404


def test_every_open_deadline_has_a_bar_words_and_its_due_time_in_the_hospitals_zone(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    case = world.flagged(now=now - 5 * MINUTE)

    page = page_of(as_user(world.doctor), case)

    assert "First visit to specialist ward" in page
    assert "acknowledgement" in page and "Decision of the ward" in page
    due = case.deadlines.get(kind="acknowledge").due_at + timedelta(hours=8)
    assert f"{due:%H:%M}</time>" in page
    assert page.count("<progress") >= 3


def test_a_missed_deadline_asks_why_once(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now=now - 30 * MINUTE)
    run_cycle(now=now)
    client = as_user(world.lead)
    late = case.deadlines.get(kind="acknowledge")
    page = page_of(client, case)
    assert "Missed: acknowledgement" in page

    where = f"/cases/{case.pk}/explain-delay/"
    sent = hidden(part(page, f"delay-{late.pk}"), where)
    client.post(where, {**sent, "reason": "no_bed"})

    late.refresh_from_db()
    assert late.delay_reason == "no_bed"
    page = page_of(client, case)
    assert f"delay-{late.pk}" not in page
    assert "Reason for the delay given" in page


def test_only_what_one_can_do_is_offered(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())

    ward, origin = page_of(as_user(world.specialist), case), page_of(as_user(world.doctor), case)

    assert "Accept with a bed" in ward and "Accept with a bed" not in origin
    assert "/withdraw/" in origin and "/withdraw/" not in ward
    assert "/redirect/" not in ward + origin


def test_who_has_acknowledged_is_not_asked_again(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now=now)
    where = f"/cases/{case.pk}/acknowledge/"
    client = as_user(world.specialist)
    assert where in page_of(client, case)

    client.post(where)

    assert where not in page_of(client, case)


def test_the_timeline_says_in_words_what_happened_when_and_when_it_was_recorded(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    case = world.flagged(now=now - 2 * HOUR)
    perform(
        case,
        Verb.DECLINE,
        actor=world.specialist,
        now=now,
        occurred_at=now - HOUR,
        reason="too_unstable",
        note="Shock <b>now</b>",
    )

    timeline = part(page_of(as_user(world.doctor), case), "timeline")

    assert "Request declined" in timeline and "too unstable to travel" in timeline
    assert "Shock &lt;b&gt;now&lt;/b&gt;" in timeline
    assert "specialist" in timeline
    declined = timeline[timeline.index("Request declined") :]
    assert "recorded" in declined[: declined.index("</li>")]
    assert "recorded" not in timeline[timeline.index("Indicators assessed") :]


def test_a_bed_is_named_only_as_long_as_the_patient_has_it(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now=now)
    perform(case, Verb.ACCEPT, actor=world.specialist, now=now, bed="12")
    perform(case, Verb.ADMIT, actor=world.specialist, now=now)
    client, named = as_user(world.doctor), "Bed <strong>12</strong>"
    assert named in page_of(client, case)

    perform(case, Verb.DIAGNOSE, actor=world.specialist, now=now, category="aclf")
    perform(case, Verb.BACK_REFER, actor=world.specialist, now=now, plan="P")

    assert named not in page_of(client, case)


def test_what_the_timeline_lists_is_parted_in_the_readers_script(world: World, client: Client) -> None:
    world.doctor.language = User.Language.CHINESE
    world.doctor.save()
    client.force_login(world.doctor)
    now = clock.now()
    case, measured = world.admitted(now), {"ferritin_ng_ml": 900, "pct_ng_ml": 1.2}
    perform(case, Verb.RECORD_IMMUNE_STATUS, actor=world.specialist, now=now, sampled_at=now, **measured)

    timeline = part(page_of(client, case), "timeline")

    assert "铁蛋白、降钙素原" in timeline


def test_phones_can_be_tapped_and_the_people_on_duty_are_named(world: World, as_user: SignIn) -> None:
    world.specialist.phone = "138-0000-1111"
    world.specialist.save()
    case = world.flagged(now=clock.now())

    contacts = part(page_of(as_user(world.doctor), case), "contacts")

    assert 'href="tel:0202000"' in contacts and 'href="tel:13800001111"' in contacts
    assert "specialist" in contacts and "coordinator" in contacts


def test_an_extension_is_dialled_and_what_is_no_number_is_no_link(world: World, as_user: SignIn) -> None:
    world.specialist.phone = "0571-87236666转8001"
    world.specialist.save()
    world.coordinator.phone = "无"
    world.coordinator.save()
    case = world.flagged(now=clock.now(), phone="不详")

    page = page_of(as_user(world.doctor), case)

    contacts = part(page, "contacts")
    assert 'href="tel:057187236666;ext=8001"' in contacts and "0571-87236666转8001" in contacts
    assert "<span>无</span>" in contacts and "<span>不详</span>" in page
    assert 'href="tel:"' not in page


def test_an_empty_rota_is_said_loudly(world: World, as_user: SignIn) -> None:
    DutyShift.objects.all().delete()
    case = world.flagged(now=clock.now())
    assert "nobody is on duty now" in page_of(as_user(world.doctor), case)


def test_a_case_without_a_ward_shows_every_ward_to_call(world: World, as_user: SignIn) -> None:
    now = clock.now()
    for ward in (world.ward, world.second_ward):
        close_ward(ward=ward, actor=world.coordinator, reason="renovation", now=now)
    case = world.flagged(now=now)

    page = page_of(as_user(world.doctor), case)

    assert "Specialist wards of the network" in page
    assert "一病房" in page and "二病房" in page and "ward closed" in page


def test_the_talk_shows_who_wrote_from_where(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now=now)
    perform(case, Verb.MESSAGE, actor=world.doctor, now=now, text="Drowsy since six")
    perform(case, Verb.MESSAGE, actor=world.specialist, now=now, text="Send her")

    talk = part(page_of(as_user(world.doctor), case), "talk")

    assert "Drowsy since six" in talk and "Send her" in talk
    assert "一病房" in talk and "甲" in talk
    assert talk.count("is-mine") == 1


def test_an_ended_case_takes_no_more_messages(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now=now)
    perform(case, Verb.RECORD_DEATH, actor=world.doctor, now=now)
    page = page_of(as_user(world.doctor), case)
    assert "nothing more can be written" in page
    assert "correct-outcome" in page
    assert "record-outcome" not in page


def test_a_risk_is_never_shown_without_saying_that_the_model_is_provisional(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.specialist)
    for where in ("", "live/", "letter/"):
        page = client.get(f"/cases/{case.pk}/{where}").content.decode()
        assert "Provisional: not the consortium" in page


def test_a_result_leads_to_the_card_of_the_very_model_that_made_it(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    assert case.assessment is not None
    card = f"/models/{case.assessment.model_checksum}/"
    client = as_user(world.doctor)
    for where in ("", "result/", "letter/"):
        assert f'href="{card}"' in client.get(f"/cases/{case.pk}/{where}").content.decode(), where
    page = client.get(card).content.decode()
    assert case.assessment.model_name in page and case.assessment.model_checksum in page
    assert client.get(f"/models/{'f' * 64}/").status_code == 404


def test_the_letter_has_what_the_ward_has_to_know(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now=now, national_id="110101197001020011")
    perform(case, Verb.ACCEPT, actor=world.specialist, now=now, bed="12")
    perform(case, Verb.MESSAGE, actor=world.doctor, now=now, text="Allergic to penicillin")

    letter = as_user(world.doctor).get(f"/cases/{case.pk}/letter/").content.decode()

    for text in ("测试甲", "110101197001020011", "310 µmol/L", "2.2", "Allergic to penicillin", "020-2000"):
        assert text in letter
    assert "Bed 12" in letter
    assert case.assessment is not None and case.assessment.model_name in letter
    assert "Total bilirubin 205 µmol/L" in letter
    assert AuditEntry.objects.filter(action="read", subject_id=str(case.pk)).exists()


def test_a_letter_without_a_score_says_so(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.register(now=now)
    perform(case, Verb.REFER, actor=world.doctor, now=now, reason="values_missing")
    letter = as_user(world.doctor).get(f"/cases/{case.pk}/letter/").content.decode()
    assert "Referred without a score" in letter


def test_a_long_history_costs_no_more_questions(
    world: World, as_user: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    now = clock.now()
    case = world.flagged(now=now)
    for number in range(15):
        perform(case, Verb.MESSAGE, actor=world.doctor, now=now, text=f"line {number}")
        perform(case, Verb.ACKNOWLEDGE, actor=world.specialist, now=now)
    client = as_user(world.specialist)
    page_of(client, case)

    with django_assert_max_num_queries(QUERIES):
        page_of(client, case)


def test_nothing_that_was_typed_can_become_markup(world: World, as_user: SignIn) -> None:
    now = clock.now()
    name = '<script>alert("x")</script>'
    assert someone(name=name).name == name
    case = world.flagged(now=now, name=name)
    perform(case, Verb.MESSAGE, actor=world.doctor, now=now, text="<img src=x onerror=alert(1)>")
    client = as_user(world.specialist)
    for where in (f"/cases/{case.pk}/", f"/cases/{case.pk}/letter/", "/board/"):
        page = client.get(where).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page


def test_the_timeline_names_what_a_file_is(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    added(case, world.doctor, now=clock.now())
    timeline = part(page_of(as_user(world.specialist), case), "timeline")
    assert "laboratory report" in timeline.lower()
