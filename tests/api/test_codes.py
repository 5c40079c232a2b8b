"""GET /codes: every closed set of the API with its words, in both languages, and nothing beside the file."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from django.test import Client
from django.utils.module_loading import import_string

from accounts.refusals import AccountRefusal
from api import permissions
from api.problem_codes import MEANINGS, ApiCode
from api.v1.docs import document
from api.vocabularies import vocabularies
from config.channel_environment import FOLDERS
from notifications.channels.names import ChannelName
from notifications.contacts.contact_methods import ContactMethodCode
from referral.pathway.refusals import PathwayCode
from referral.pathway.vocabulary import State
from tests.api.conftest import Caller

HAN = re.compile(r"[\u4e00-\u9fff]")
NAMES = {"Language", "InputName", "ConfirmableName", "ImmuneMarker", "LeadingDefinition"}
"""Sets in which some words are symbols or names in every language."""
THE_SAME = {"app", "ACLF", "Webhook", "INR≥2.5", "PERT"}


@pytest.fixture
def anybody(db: None) -> Caller:
    return Caller(None)


def enumerations() -> dict[str, Any]:
    return {name: row for name, row in document()["components"]["schemas"].items() if "enum" in row}


def by_name(caller: Caller) -> dict[str, dict[str, str]]:
    rows = caller.get("/codes").body["results"]
    return {row["name"]: {one["code"]: one["label"] for one in row["codes"]} for row in rows}


def test_the_words_of_every_enumeration_can_be_read_without_a_sign_in(anybody: Caller) -> None:
    answered = by_name(anybody)
    for name, schema in enumerations().items():
        assert list(answered[name]) == schema["enum"]
        assert list(answered[name].values()) == schema["x-enum-descriptions"]
        assert len(set(schema["x-enum-varnames"])) == len(schema["enum"])
        assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", constant) for constant in schema["x-enum-varnames"]), name


def test_the_words_are_chinese_unless_english_is_asked_for(db: None) -> None:
    for language in ("zh-CN", "fr", ""):
        answered = by_name(Caller(None, language))
        assert answered["State"]["in_transit"] == "转运途中" or HAN.search(answered["State"]["in_transit"])
        english = {
            (name, code): text
            for name, words in answered.items()
            for code, text in words.items()
            if not (name in NAMES or name.endswith("Unit") or text in THE_SAME or HAN.search(text))
        }
        assert not english


def test_no_set_is_spelt_out_twice(db: None) -> None:
    """Codes in the file are references to an enumeration; what stands in a place of its own is no word."""
    own = [path for path, schema in _inline(document()) if any(isinstance(v, str) for v in schema["enum"])]
    assert own == ["components.headers.Idempotency-Replayed.schema"]


def _inline(part: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(part, list):
        return [file for row in part for file in _inline(row, path)]
    if not isinstance(part, dict):
        return []
    is_named = re.fullmatch(r"components\.schemas\.\w+", path)
    own = [(path, part)] if isinstance(part.get("enum"), list) and not is_named else []
    inner = [file for name, row in part.items() for file in _inline(row, f"{path}.{name}".lstrip("."))]
    return own + inner


def test_the_sets_are_those_of_the_product(anybody: Caller) -> None:
    answered = by_name(anybody)
    assert list(answered["State"]) == State.values
    assert {"assess", "admit"} <= set(answered["Verb"])
    assert "expire_offer" not in answered["Verb"], "which only the engine does"
    assert sorted(expected.name for expected in vocabularies()) == sorted(answered)


def test_every_code_of_a_refusal_is_listed_with_what_it_means() -> None:
    stated = {*get_args(ApiCode), *get_args(PathwayCode), *get_args(ContactMethodCode)}
    stated |= {refusal.code for refusal in (AccountRefusal, *AccountRefusal.__subclasses__())}
    stated |= {rule.code for rule in vars(permissions).values() if hasattr(rule, "code")}
    assert stated <= set(MEANINGS)


def test_every_channel_that_comes_with_the_product_is_named() -> None:
    paths = ["inapp.InAppChannel", "email.EmailChannel", *FOLDERS.values()]
    classes = [import_string(f"notifications.channels.{path}") for path in paths]
    assert {one.name: str(one.label) for one in classes} == {one.value: str(one.label) for one in ChannelName}
    folders = {path.parent.name for path in Path("notifications/channels").glob("*/channel.py")}
    assert folders == {path.partition(".")[0] for path in paths}


def test_whoever_has_the_words_already_is_told_so(db: None) -> None:
    first = Client().get("/api/v1/codes", headers={"Accept-Language": "en"})
    assert "Accept-Language" in first.headers["Vary"]
    assert first.headers["Cache-Control"] == "public, max-age=3600"
    again = Client().get(
        "/api/v1/codes", headers={"Accept-Language": "en", "If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    chinese = Client().get(
        "/api/v1/codes", headers={"Accept-Language": "zh", "If-None-Match": first.headers["ETag"]}
    )
    assert chinese.status_code == 200
