"""The ward board: what is on it, in which order, and what can be done from it."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import AuditEntry, Membership, Role
from portal.pages.board import context
from referral.identity.birth import BirthDate
from referral.intake.ward_status import close_ward
from referral.models import Case, Offer
from referral.pathway.perform import perform
from referral.pathway.vocabulary import State, Verb
from tests.portal.conftest import SignIn
from tests.portal.reading import hidden
from tests.world import HOUR, ILL, MINUTE, World, open_offer, sampled


def board(client: Client, tab: str = "") -> str:
    answer = client.get("/board/", {"tab": tab} if tab else {})
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(page: str) -> list[str]:
    """The case numbers of the rows, from the top."""
    return re.findall(r'class="row-number">([^<]+)<', page)


def unfold(client: Client, row: str, where: str) -> str:
    """The form that a row fetches when it is unfolded."""
    address = next(url for url in re.findall(r'data-unfolds="([^"]+)"', row) if url.startswith(where))
    return client.get(address).content.decode()


def row(page: str, case: Case) -> str:
    start = page.index(f'id="case-{case.pk}"')
    return page[start : page.index("</article>", start)]


def test_requests_stand_by_time_left_above_what_is_expected(world: World, as_user: SignIn) -> None:
    now = clock.now()
    expected = world.accepted(now=now, name="甲一")
    fresh = world.flagged(now=now - MINUTE, name="甲二")
    pressing = world.flagged(now=now - 10 * MINUTE, name="甲三")

    page = board(as_user(world.specialist))

    assert numbers(page) == [pressing.number, fresh.number, expected.number]
    assert "Waiting for an answer" in page and "Accepted, not yet left" in page


def test_a_new_request_is_on_the_first_page_however_many_cases_are_expected_sooner(
    world: World, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "PER_PAGE", 2)
    now = clock.now()
    for name in ("甲一", "甲二", "甲三"):
        world.accepted(now=now - HOUR, name=name)
    fresh = world.flagged(now=now, name="甲四")

    page = board(as_user(world.specialist))

    assert numbers(page)[0] == fresh.number
    assert "Page 1 of 2" in page


def test_a_ward_sees_its_own_cases_and_no_others(world: World, as_user: SignIn) -> None:
    now = clock.now()
    mine = world.flagged(now=now, name="甲一")
    passed_on = world.flagged(now=now, name="甲二")
    perform(passed_on, Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")
    world.register(now=now, name="甲三")

    assert numbers(board(as_user(world.specialist))) == [mine.number]
    assert numbers(board(as_user(world.second_specialist))) == [passed_on.number]


def test_people_without_a_ward_or_network_have_no_board(world: World, as_user: SignIn) -> None:
    for user in (world.doctor, world.researcher):
        client = as_user(user)
        assert client.get("/board/").status_code == 404
        assert client.get("/board/rows/").status_code == 404
        assert client.post("/board/unannounced/", {"query": "26-000001"}).status_code == 404
    assert Client().get("/board/").status_code == 302


def test_a_coordinator_sees_the_network_with_unplaced_cases_first_and_phones(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    asked = world.flagged(now=now, name="甲一")
    for ward in (world.ward, world.second_ward):
        close_ward(ward=ward, actor=world.coordinator, reason="renovation", now=now + MINUTE)
    unplaced = world.flagged(now=now, name="甲二")
    watched = world.register(now=now - HOUR, name="甲三")

    page = board(as_user(world.coordinator))

    assert set(numbers(page)[:2]) == {asked.number, unplaced.number}
    assert numbers(page)[2] == watched.number
    assert "No ward found: redirect or call" in page
    assert 'href="tel:0201000"' in row(page, unplaced)
    assert "Ask another ward" in row(page, unplaced)


def test_a_new_request_is_acknowledged_with_one_tap_and_is_new_no_longer(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.specialist)
    page = board(client)
    assert f'data-new="{open_offer(case).pk}"' in row(page, case)

    where = f"/cases/{case.pk}/acknowledge/"
    answer = client.post(where, hidden(page, where), follow=True)

    assert answer.redirect_chain == [("/board/", 302)]
    page = answer.content.decode()
    assert "data-new" not in row(page, case) and "acknowledged" in row(page, case)
    assert open_offer(case).acknowledged_by == world.specialist


def test_a_request_is_accepted_or_declined_from_its_row(world: World, as_user: SignIn) -> None:
    now = clock.now()
    first, second = world.flagged(now=now, name="甲一"), world.flagged(now=now, name="甲二")
    client = as_user(world.specialist)
    page = board(client)
    assert "<form" not in row(page, first).partition("<details")[2]

    accept, decline = f"/cases/{first.pk}/accept/", f"/cases/{second.pk}/decline/"
    unfolded = {
        where: unfold(client, row(page, case), where) for case, where in ((first, accept), (second, decline))
    }
    client.post(accept, hidden(unfolded[accept], accept) | {"bed": "7"})
    client.post(decline, hidden(unfolded[decline], decline) | {"reason": "no_staff"})

    assert Case.objects.get(pk=first.pk).bed == "7"
    declined = Offer.objects.get(case=second, ward=world.ward)
    assert (declined.state, declined.reason) == ("declined", "no_staff")
    assert 'name="reason" value="no_staff"' in unfolded[decline]


def test_a_form_that_is_unfolded_too_late_says_so_instead(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.specialist)
    perform(case, Verb.ACCEPT, actor=world.lead, now=clock.now())
    answer = client.get(f"/cases/{case.pk}/accept/form/")
    assert answer.status_code == 200
    assert "cannot be done now" in answer.content.decode() and "<form" not in answer.content.decode()
    assert client.get(f"/cases/{case.pk}/no-such-verb/form/").status_code == 404


def test_a_page_that_has_the_rows_is_sent_the_changed_one_and_the_places_of_the_others(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    first, second = world.flagged(now=now - MINUTE, name="甲一"), world.flagged(now=now, name="甲二")
    client = as_user(world.specialist)

    part = client.get("/board/changed/", {"case": str(second.pk)}).content.decode()

    assert numbers(part) == [second.number]
    assert f'id="case-{first.pk}" data-kept' in part
    assert part.index(f"case-{first.pk}") < part.index(f"case-{second.pk}")
    assert re.findall(r'tab-count">(\d+)</span></a>', part) == ["2", "2", "0", "0"]
    assert "board-aside" not in part


def test_a_changed_case_that_left_the_list_has_no_place_there(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case, other = world.flagged(now=now, name="甲一"), world.flagged(now=now, name="甲二")
    perform(case, Verb.DECLINE, actor=world.lead, now=now, reason="no_bed")
    part = as_user(world.specialist).get("/board/changed/", {"case": str(case.pk)}).content.decode()
    assert str(case.pk) not in part and f'id="case-{other.pk}" data-kept' in part


def test_only_the_rows_that_are_sent_count_as_read(world: World, as_user: SignIn) -> None:
    now = clock.now()
    first, second = world.flagged(now=now, name="甲一"), world.flagged(now=now, name="甲二")
    as_user(world.specialist).get("/board/changed/", {"case": [str(second.pk), "no id"]})
    assert AuditEntry.objects.get(action="list").detail["cases"] == [str(second.pk)] != [str(first.pk)]


def test_a_row_shows_risk_red_flags_and_how_old_each_value_is(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.register(now=now, at=now - 5 * HOUR)
    times = {"bilirubin": now - 3 * HOUR, "inr": now - HOUR, "urea": now - HOUR, "sodium_mmol_l": now - HOUR}
    values = {**ILL, "sampled_at": {name: at.isoformat() for name, at in times.items()}}
    perform(case, Verb.ASSESS, actor=world.doctor, now=now, values=values)

    shown = row(board(as_user(world.specialist)), case)

    assert "provisional model" in shown and "red flag" in shown
    assert "Total bilirubin 205 µmol/L" in shown
    assert "3 h 0 min old" in shown and "1 h 0 min old" in shown
    assert "first visit 5 h 0 min ago" in shown


def test_values_of_one_time_are_dated_once(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = perform(
        world.register(now=now),
        Verb.ASSESS,
        actor=world.doctor,
        now=now,
        values=sampled(ILL, now - 2 * HOUR),
    )
    shown = row(board(as_user(world.specialist)), case)
    assert "all sampled 2 h 0 min ago" in shown


def test_each_part_of_the_pathway_has_its_tab_and_count(world: World, as_user: SignIn) -> None:
    now = clock.now()
    admitted = world.admitted(now=now, name="甲一")
    after = world.admitted(now=now, name="甲二")
    perform(after, Verb.DIAGNOSE, actor=world.specialist, now=now, category="early_aclf")
    perform(after, Verb.DISCHARGE, actor=world.specialist, now=now, to="home")
    client = as_user(world.specialist)

    assert "No open requests" in board(client)
    assert numbers(board(client, "window-2")) == [admitted.number]
    assert numbers(board(client, "follow-up")) == [after.number]
    assert re.findall(r'tab-count">(\d+)</span></a>', board(client)) == ["1", "0", "1", "1"]
    assert "No open requests" in board(client, "no-such-tab")


def test_the_live_part_is_what_the_page_shows(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.specialist)
    part = client.get("/board/rows/", {"tab": "window-1"}).content.decode()
    assert numbers(part) == numbers(board(client)) == [case.number]
    assert "<html" not in part


def test_more_rows_do_not_ask_more_questions(world: World, as_user: SignIn) -> None:
    now = clock.now()
    client = as_user(world.specialist)

    def questions() -> int:
        board(client)
        with CaptureQueriesContext(connection) as asked:
            board(client)
        return len(asked)

    world.flagged(now=now, name="甲")
    few = questions()
    for number in range(8):
        world.flagged(now=now, name=f"乙{number}")
    assert questions() <= few


def test_a_page_beyond_the_last_shows_the_last(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.specialist)
    for page in ("7", "-1", "x", "\x00", "9" * 30):
        assert case.number in client.get("/board/", {"page": page}).content.decode()


def test_who_is_on_duty_and_whether_alerts_reach_me_is_said(world: World, as_user: SignIn) -> None:
    page = board(as_user(world.lead))
    assert "On duty" in page or "on duty" in page
    assert "specialist" in page and "020-2000" in page
    assert "Not yet known whether alerts reach you" in page


def test_a_lead_closes_the_ward_after_reading_what_that_does(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now=now)
    client, where = as_user(world.lead), f"/board/wards/{world.ward.pk}/"
    assert where in board(client)
    assert "1 open request goes to the next ward at once." in client.get(where).content.decode()

    refused = client.post(where, {"to": "closed", "reason": "  "})
    assert refused.status_code == 422
    client.post(where, {"to": "closed", "reason": "isolation"})

    world.ward.refresh_from_db()
    assert not world.ward.is_open
    assert open_offer(case).ward == world.second_ward
    assert "It was closed because: isolation" in client.get(where).content.decode()

    client.post(where, {"to": "open"})
    world.ward.refresh_from_db()
    assert world.ward.is_open


def test_a_specialist_cannot_close_the_ward_nor_a_lead_another_one(world: World, as_user: SignIn) -> None:
    mine, other = f"/board/wards/{world.ward.pk}/", f"/board/wards/{world.second_ward.pk}/"
    assert as_user(world.specialist).post(mine, {"to": "closed", "reason": "x"}).status_code == 404
    assert as_user(world.lead).post(other, {"to": "closed", "reason": "x"}).status_code == 404
    assert as_user(world.doctor).get(mine).status_code == 404
    world.ward.refresh_from_db()
    assert world.ward.is_open


@pytest.mark.parametrize("by", ["number", "national_id"])
def test_a_patient_at_the_door_is_found_and_admitted_by_a_ward_that_was_not_asked(
    world: World, as_user: SignIn, by: str
) -> None:
    national_id = "110101197001020011"
    case = world.flagged(now=clock.now(), national_id=national_id)
    client = as_user(world.second_specialist)
    assert client.get(f"/cases/{case.pk}/").status_code == 404

    typed = case.number if by == "number" else national_id.lower()
    answer = client.post("/board/unannounced/", {"query": f" {typed} "})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert case.number in page and "测试甲" not in page
    assert "测＊＊" in page and "born in 1970" in page

    where = f"/cases/{case.pk}/admit/"
    for said in ("", "测试乙"):
        assert client.post(where, hidden(page, where) | {"bed": "3", "said": said}).status_code == 422
    done = client.post(where, hidden(page, where) | {"bed": "3", "said": "测 试甲"}, follow=True)

    assert done.redirect_chain == [(f"/cases/{case.pk}/", 302)]
    case.refresh_from_db()
    assert (case.state, case.ward) == (State.ADMITTED, world.second_ward)
    looked_up = AuditEntry.objects.get(action="look_up_unannounced")
    assert looked_up.subject_id == str(case.pk) and national_id not in str(looked_up.detail)
    assert AuditEntry.objects.get(action="wrong_answer_at_door").subject_id == str(case.pk)


def test_at_the_door_no_bed_is_proposed_that_another_ward_keeps(world: World, as_user: SignIn) -> None:
    case = world.accepted(now=clock.now())
    bed, where = f'value="{case.bed}"', f"/cases/{case.pk}/admit/"
    assert case.bed and bed in as_user(world.specialist).get(where).content.decode()
    client = as_user(world.second_specialist)
    for answer in (client.post("/board/unannounced/", {"query": case.number}), client.get(where)):
        assert answer.status_code == 200 and bed not in answer.content.decode()


def test_a_number_of_full_width_digits_finds_its_case_at_the_door(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    typed = case.number.translate({ord("-"): "－", **{ord(str(n)): chr(0xFF10 + n) for n in range(10)}})
    answer = as_user(world.second_specialist).post("/board/unannounced/", {"query": typed})
    assert answer.status_code == 200 and case.number in answer.content.decode()


def test_an_estimated_birth_year_says_so_at_the_door(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now(), birth_date=BirthDate(1962))
    answer = as_user(world.second_specialist).post("/board/unannounced/", {"query": case.number})
    assert "born about 1962" in answer.content.decode()


def test_an_unknown_patient_is_not_found_and_what_was_typed_stays(world: World, as_user: SignIn) -> None:
    answer = as_user(world.specialist).post("/board/unannounced/", {"query": "26-999999"})
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "No open case was found." in page and 'value="26-999999"' in page


def test_a_looked_up_case_that_one_sees_anyway_opens(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    answer = as_user(world.specialist).post("/board/unannounced/", {"query": case.number})
    assert answer.url == f"/cases/{case.pk}/"  # type: ignore[attr-defined]


def test_one_person_of_two_wards_has_one_board(world: World, as_user: SignIn) -> None:
    now = clock.now()
    Membership.objects.create(user=world.specialist, role=Role.SPECIALIST, ward=world.second_ward)
    first, second = world.flagged(now=now, name="甲一"), world.flagged(now=now, name="甲二")
    perform(second, Verb.DECLINE, actor=world.lead, now=now, reason="no_bed")
    world.specialist.__dict__.pop("access", None)

    assert set(numbers(board(as_user(world.specialist)))) == {first.number, second.number}


def test_looking_up_the_unannounced_is_limited_and_says_what_to_do(
    as_user: SignIn, world: World, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "unannounced": (1, 60)}
    client = as_user(world.specialist)
    assert client.post("/board/unannounced/", {"query": "26-999999"}).status_code == 404
    answer = client.post("/board/unannounced/", {"query": "26-999998"})
    assert answer.status_code == 429
    page = answer.content.decode()
    assert "call the coordinator" in page and "26-999998" in page
