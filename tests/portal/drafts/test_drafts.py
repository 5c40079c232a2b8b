"""Unfinished forms on the server: kept for one person, given back, thrown away, and never anybody else's."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import User
from portal import drafts
from portal.models import FormDraft
from portal.page_owner import browser_key, mark_of, read_mark
from portal.tasks import purge_drafts
from referral.models import Case
from tests.portal.conftest import SignIn
from tests.world import World

SAVE = "/drafts/save/"
NEW = "/cases/new/"


def sent(owner: User, typed: dict[str, Any], page: str = NEW, **more: Any) -> dict[str, Any]:
    """A form of `owner` as its page saves it."""
    subject = more.pop("subject", typed.get("case_id", ""))
    return {**typed, "page_owner": mark_of(owner), "draft_page": page, "draft_subject": subject, **more}


def visit(**more: str) -> dict[str, str]:
    return {"case_id": str(uuid4()), "name": "张三", "inr": "2.2", **more}


def test_a_form_is_kept_encrypted_for_who_typed_it(world: World, as_user: SignIn) -> None:
    client, typed = as_user(world.doctor), visit()

    answer = client.post(SAVE, sent(world.doctor, typed)).json()

    assert (answer["state"], answer["version"]) == ("ready", 1)
    draft = FormDraft.objects.get()
    assert (draft.user, str(draft.subject)) == (world.doctor, typed["case_id"])
    assert ["name", "张三"] in draft.typed
    raw = FormDraft.objects.raw("SELECT id, typed AS stored FROM portal_formdraft")[0]
    assert "张三" not in raw.stored and "张" not in raw.stored
    given_back = client.get(f"/drafts/typed/?page={NEW}&subject={typed['case_id']}").json()
    assert dict(given_back["typed"]) == typed


def test_no_secret_of_the_form_is_kept_with_it(world: World, as_user: SignIn) -> None:
    as_user(world.doctor).post(SAVE, sent(world.doctor, visit(csrfmiddlewaretoken="t", then="assess")))

    assert {name for name, _value in FormDraft.objects.get().typed} == {"case_id", "name", "inr"}


def test_a_draft_is_no_case(world: World, as_user: SignIn) -> None:
    as_user(world.doctor).post(SAVE, sent(world.doctor, visit()))

    assert not Case.objects.exists()


def test_nobody_else_sees_a_draft(world: World, as_user: SignIn) -> None:
    typed = visit()
    as_user(world.doctor).post(SAVE, sent(world.doctor, typed))
    draft = FormDraft.objects.get()

    for other in (world.other_doctor, world.coordinator, world.specialist, world.administrator):
        client = as_user(other)
        assert client.get(f"/drafts/typed/?page={NEW}&subject={typed['case_id']}").status_code == 404
        assert client.get(f"/drafts/{draft.pk}/discard/").status_code == 404
        assert client.post(f"/drafts/{draft.pk}/discard/").status_code == 404
        assert "张三" not in client.get("/", follow=True).content.decode()
    assert FormDraft.objects.exists()


def test_unfinished_forms_are_on_the_first_page_and_gone_when_thrown_away(
    world: World, as_user: SignIn
) -> None:
    client, typed = as_user(world.doctor), visit()
    client.post(SAVE, sent(world.doctor, typed))
    draft = FormDraft.objects.get()

    page = client.get("/").content.decode()
    assert "Unfinished, seen by you only" in page and "张三" in page
    assert f"{NEW}?draft={typed['case_id']}" in page

    asked = client.get(f"/drafts/{draft.pk}/discard/").content.decode()
    assert "Throw away what was not finished?" in asked and FormDraft.objects.exists()
    assert client.post(f"/drafts/{draft.pk}/discard/").status_code == 302
    assert not FormDraft.objects.exists()
    assert "Unfinished" not in client.get("/").content.decode()


def test_a_draft_is_kept_for_three_days(world: World, as_user: SignIn) -> None:
    as_user(world.doctor).post(SAVE, sent(world.doctor, visit()))
    draft = FormDraft.objects.get()
    for age, kept in ((timedelta(days=2, hours=23), True), (timedelta(days=3, minutes=1), False)):
        FormDraft.objects.update(saved_at=clock.now() - age)
        assert bool(drafts.unfinished(world.doctor, clock.now())) is kept
        purge_drafts()
        assert FormDraft.objects.filter(pk=draft.pk).exists() is kept


def test_an_older_window_does_not_overwrite_a_newer_one(world: World, as_user: SignIn) -> None:
    client, typed = as_user(world.doctor), visit()
    client.post(SAVE, sent(world.doctor, typed, draft_version="0"))
    client.post(SAVE, sent(world.doctor, {**typed, "inr": "3.1"}, draft_version="1"))

    answer = client.post(SAVE, sent(world.doctor, {**typed, "inr": "9.9"}, draft_version="1")).json()

    assert (answer["state"], answer["version"]) == ("overtaken", 2)
    assert dict(FormDraft.objects.get().typed)["inr"] == "3.1"


def test_a_form_that_is_sent_leaves_no_draft(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    case = world.flagged(now=clock.now())
    page = reverse("portal:verb", args=[case.pk, "withdraw"])
    client.post(SAVE, sent(world.doctor, {"note": "words"}, page=page))
    assert FormDraft.objects.get().subject == case.pk
    reasons = client.get(page).content.decode()
    assert "data-draft-restore" in reasons

    client.post(page, {"version": case.version + 0, "reason": "improved", "note": "words"})
    case.refresh_from_db()
    assert FormDraft.objects.exists() == (case.state == "offered")


def test_the_id_of_a_registered_case_is_no_draft_any_more(world: World, as_user: SignIn) -> None:
    case = world.register(now=clock.now())
    client = as_user(world.doctor)

    answer = client.post(SAVE, sent(world.doctor, visit(case_id=str(case.pk)))).json()
    back = client.get(f"{NEW}?draft={case.pk}", follow=True)

    assert answer["state"] == "finished" and not FormDraft.objects.exists()
    page = back.content.decode()
    assert f"Case {case.number} is registered. This is a new, empty form." in page
    assert str(case.pk) not in page.split('name="case_id"')[1][:80]


def test_what_is_sent_after_the_sign_in_ended_is_kept_and_the_sign_in_page_says_so(world: World) -> None:
    client, typed = Client(), visit()

    answer = client.post(NEW, {**typed, "page_owner": mark_of(world.doctor)})

    assert answer.url.startswith("/accounts/login/?next=%2Fcases%2Fnew%2F%3Fdraft%3D")
    assert dict(FormDraft.objects.get(user=world.doctor).typed)["name"] == "张三"
    page = client.get(answer.url, headers={"Accept-Language": "en"}).content.decode()
    assert "What you typed is kept for you" in page


def test_a_verb_that_is_sent_after_the_sign_in_ended_is_kept(world: World, as_user: SignIn) -> None:
    case = world.accepted(now=clock.now())
    page = reverse("portal:verb", args=[case.pk, "release"])

    Client().post(page, {"note": "no nurse", "page_owner": mark_of(world.specialist)})

    assert dict(FormDraft.objects.get(user=world.specialist).typed) == {"note": "no nurse"}
    assert "data-draft-restore" in as_user(world.specialist).get(page).content.decode()
    assert case.number in as_user(world.specialist).get("/board/").content.decode()


def test_a_page_stays_its_owners_while_the_secret_key_is_rotated(world: World, settings: Any) -> None:
    mark, key = mark_of(world.doctor), browser_key(world.doctor)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50
    kept = read_mark(mark)
    assert kept is not None
    assert kept.person() == world.doctor
    assert browser_key(world.doctor) == key


def test_a_page_of_one_person_does_nothing_in_the_name_of_another(world: World, as_user: SignIn) -> None:
    colleague = as_user(world.other_doctor)
    typed = visit()

    answer = colleague.post(NEW, {**typed, "page_owner": mark_of(world.doctor)})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "This page belongs to somebody else" in page and "张三" not in page and "doctor@" not in page
    assert not Case.objects.exists()
    assert FormDraft.objects.get().user == world.doctor


@pytest.mark.parametrize("path", ["/me/", "/language/", "/board/unannounced/", "/inbox/read-all/"])
def test_that_holds_for_every_form(world: World, as_user: SignIn, path: str) -> None:
    answer = as_user(world.specialist).post(path, {"page_owner": mark_of(world.doctor)})

    assert answer.status_code == 409


def test_who_signed_in_after_may_sign_out_from_any_page(world: World, as_user: SignIn) -> None:
    client = as_user(world.specialist)
    client.post("/accounts/logout/", {"page_owner": mark_of(world.doctor)})

    assert "_auth_user_id" not in client.session


def test_saving_says_who_is_signed_in_and_keeps_for_the_owner_only(world: World, as_user: SignIn) -> None:
    signed_out = Client().post(SAVE, sent(world.doctor, visit())).json()
    colleague = as_user(world.other_doctor).post(SAVE, sent(world.doctor, visit())).json()

    assert (signed_out["state"], colleague["state"]) == ("signed-out", "other-person")
    assert signed_out["saved_at"] and "token" not in signed_out and "token" not in colleague
    assert set(FormDraft.objects.values_list("user", flat=True)) == {world.doctor.pk}


@pytest.mark.parametrize("mark", ["", "nonsense", "a:b:c"])
def test_without_a_mark_of_ours_nothing_is_kept(world: World, as_user: SignIn, mark: str) -> None:
    answer = as_user(world.doctor).post(SAVE, {**sent(world.doctor, visit()), "page_owner": mark})

    assert answer.status_code == 403 and not FormDraft.objects.exists()


def test_a_mark_ends_with_the_password_and_with_the_account(world: World) -> None:
    text = mark_of(world.doctor)
    mark = read_mark(text)
    assert mark is not None and mark.person() == world.doctor
    world.doctor.is_active = False
    world.doctor.save()
    assert mark.person() is None
    world.doctor.is_active = True
    world.doctor.set_password("another-long-password")
    world.doctor.save()
    assert mark.person() is None


@pytest.mark.parametrize("page", ["/me/", "/nowhere/", "/admin/", "https://elsewhere.example/", ""])
def test_only_long_forms_are_kept(world: World, as_user: SignIn, page: str) -> None:
    answer = as_user(world.doctor).post(SAVE, sent(world.doctor, visit(), page=page)).json()

    assert answer["saved_at"] is None and not FormDraft.objects.exists()


def test_a_form_beyond_all_measure_is_not_kept(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    answer = client.post(SAVE, sent(world.doctor, visit(note="x" * drafts.LARGEST))).json()

    assert answer["state"] == "ready" and not FormDraft.objects.exists()


def test_a_person_keeps_fifty_drafts_the_newest(world: World, as_user: SignIn) -> None:
    now = clock.now()
    for number in range(drafts.MOST + 1):
        place = drafts.Place.of(NEW, str(uuid4()))
        assert place is not None
        drafts.save(world.doctor, place, [("inr", str(number))], now=now + timedelta(seconds=number))

    kept = [dict(row.draft.typed)["inr"] for row in drafts.unfinished(world.doctor, now)]
    assert len(kept) == drafts.MOST and "0" not in kept


def test_a_page_says_whose_it_is_to_the_browser_and_to_nobody_else(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    answer = client.get("/")
    key = browser_key(world.doctor)

    assert f'data-owner="{key}"' in answer.content.decode()
    assert client.cookies["page_owner"].value == key
    assert str(world.doctor.pk).replace("-", "") not in key
    client.post("/accounts/logout/")
    client.get("/accounts/login/")
    assert client.cookies["page_owner"].value == ""


def test_the_kept_pages_name_nobody(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    for path in (NEW, "/offline/"):
        page = client.get(path, headers={"X-Kept": "1"}).content.decode()
        assert "doctor@test.example" not in page and "Menu of" not in page


def test_a_token_that_no_longer_holds_loses_nothing(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.doctor)
    answer = client.post(NEW, {**visit(), "page_owner": mark_of(world.doctor)})

    assert answer.status_code == 403
    assert f"{NEW}?draft=" in answer.content.decode()
    assert FormDraft.objects.get().user == world.doctor
