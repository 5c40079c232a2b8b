"""The frame of every page: who gets where, in which language, under which policy of contents."""

import json
import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import User
from scoring import DEFAULT_MODEL, seal
from scoring.cards import model_card
from scoring.services import install_model
from tests.portal.conftest import SignIn
from tests.world import NOW, World

PLACES = ["portal:home", "portal:inbox", "portal:preferences", "portal:about", "portal:board"]


@pytest.mark.parametrize("name", [*PLACES, "portal:new_case"])
def test_nobody_gets_in_without_signing_in(name: str, db: None) -> None:
    answer = Client().get(reverse(name))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=")


def test_a_fragment_of_an_ended_session_sends_its_whole_page_to_sign_in(db: None) -> None:
    answer = Client().get("/inbox/unread/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Refresh"]) == (401, "true")


def test_people_of_a_ward_are_led_to_its_board(world: World, as_user: SignIn) -> None:
    assert as_user(world.specialist).get("/").headers["Location"] == "/board/"


def test_a_role_without_patients_is_told_so(world: World, as_user: SignIn) -> None:
    assert "does not treat patients" in as_user(world.administrator).get("/").content.decode()


def test_a_researcher_is_led_to_the_statistics(world: World, as_user: SignIn) -> None:
    assert as_user(world.researcher).get("/").headers["Location"] == "/statistics/"


@pytest.mark.parametrize(
    "path", ["/", "/cases/new/", "/inbox/", "/me/", "/about/", "/models/aclf8-provisional/"]
)
def test_pages_keep_their_own_strict_policy(world: World, as_user: SignIn, path: str) -> None:
    answer = as_user(world.doctor).get(path)
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<[^>]+\sstyle=", page)
    assert not re.search(r"<[^>]+\son[a-z]+=", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", page)
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!doi\.org)', page)
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_card_says_where_every_number_is_from_and_what_it_was_calibrated_on(
    world: World, as_user: SignIn
) -> None:
    page = as_user(world.doctor).get("/models/aclf8-provisional/").content.decode()
    document = DEFAULT_MODEL.document
    calibration = model_card(DEFAULT_MODEL).calibration
    for words in (*calibration["marginals"].values(), *calibration["targets"].values()):
        assert escape(words) in page
    for term in document["terms"]:
        for source in term["source"]:
            assert f'href="#source-{list(document["sources"]).index(source) + 1}"' in page
    assert page.count('id="source-') == len(document["sources"])


def test_the_card_is_in_chinese_for_who_reads_chinese(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    client.post("/language/", {"language": "zh-hans", "next": "/about/"})
    page = client.get("/models/aclf8-provisional/").content.decode()
    marginals = model_card(DEFAULT_MODEL, language="zh-hans").calibration["marginals"]
    assert all(escape(words) in page for words in marginals.values())
    assert "held within" not in page
    assert "normal" not in re.sub(r"<code>.*?</code>", "", page.partition("<main")[2])


def test_the_card_of_a_fitted_model_says_how_it_was_fitted_as_far_as_its_file_does(
    world: World, as_user: SignIn
) -> None:
    fit = {"patients": 441, "apparent_c": 0.6612, "corrected_c": None, "cohort": "unknown"}
    document = seal({**DEFAULT_MODEL.document, "name": "network-model", "fit": fit})
    install_model(text=json.dumps(document), actor=None, reason="ours", now=NOW)

    page = as_user(world.doctor).get("/models/network-model/").content.decode()

    section = page.partition('id="fit"')[2].partition("</section>")[0]
    assert re.findall(r"<dd>(.*?)</dd>", section) == ["441", "0.6612"]


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/"])
def test_entrance_pages_keep_it_too(db: None, path: str) -> None:
    page = Client().get(path).content.decode()

    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", page)
    assert "bundles/base.css" in page


def test_a_persons_language_wins_over_the_browsers(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)

    page = client.get("/about/", headers={"Accept-Language": "zh-CN"}).content.decode()

    assert '<html lang="en"' in page


def test_changing_the_language_is_remembered_for_the_person_and_the_browser(
    world: World, as_user: SignIn
) -> None:
    client = as_user(world.doctor)

    answer = client.post("/language/", {"language": "zh-hans", "next": "/about/"})

    world.doctor.refresh_from_db()
    assert (answer.headers["Location"], world.doctor.language) == ("/about/", User.Language.CHINESE)
    assert client.cookies["django_language"].value == "zh-hans"
    assert '<html lang="zh-hans"' in client.get("/about/").content.decode()


@pytest.mark.parametrize(
    "onward", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_the_language_switch_leads_nowhere_else(db: None, onward: str) -> None:
    assert Client().post("/language/", {"language": "en", "next": onward}).headers["Location"] == "/"


def test_an_unknown_language_changes_nothing(world: World, as_user: SignIn) -> None:
    as_user(world.doctor).post("/language/", {"language": "xx", "next": "/"})

    world.doctor.refresh_from_db()
    assert world.doctor.language == "en"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_does_not_exist_is_said_kindly_in_both_languages(
    world: World, as_user: SignIn, language: str
) -> None:
    client = as_user(world.doctor)
    client.post("/language/", {"language": language, "next": "/"})

    answer = client.get("/nothing/here/")

    assert answer.status_code == 404
    assert f'<html lang="{language}"' in answer.content.decode()
    assert "trouble-page" in answer.content.decode()


@pytest.mark.parametrize(
    "page", ["400.html", "403.html", "404.html", "413.html", "429.html", "500.html", "403_csrf.html"]
)
def test_pages_for_trouble_need_neither_a_person_nor_a_database(page: str) -> None:
    written = render_to_string(page)

    assert "trouble-page" in written
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", written)


def test_a_page_that_is_too_old_says_how_to_go_on(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.doctor)

    answer = client.post("/cases/new/", {"name": "某人"})

    assert answer.status_code == 403
    assert "trouble-page" in answer.content.decode()
    assert "某人" not in answer.content.decode()


def test_the_unread_count_stands_beside_the_inbox(world: World, as_user: SignIn) -> None:
    world.flagged()

    assert "unread-count" in as_user(world.specialist).get("/about/").content.decode()
    assert "unread-count" not in as_user(world.other_doctor).get("/about/").content.decode()
