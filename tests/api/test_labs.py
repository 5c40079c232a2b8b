"""Reading the text of a laboratory report through the API: proposals in the reader's language."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from accounts import clock
from files import checking
from labs.reading import LONGEST_TEXT
from labs.readings import worker
from tests.api.conftest import API, Answer, Caller
from tests.files.pictures import encrypted_pdf, jpeg
from tests.labs.conftest import READ
from tests.referral.case_files import added_and_checked
from tests.world import World

SHEET = """姓名：王小明  性别：男  年龄：52岁  住院号：0012345
采样时间：2026-11-29 01:35
TBIL  总胆红素  356.8 ↑  umol/L  0-26
INR  国际标准化比值  2.31 ↑    0.8-1.2
UREA  尿素  60  mg/dL
PT  22.5 s"""


def read(caller: Caller, text: Any, **headers: str) -> Any:
    return caller.post("/labs/read", {"text": text}, **headers)


def test_a_report_becomes_proposals_with_their_doubts_in_words(doctor: Caller) -> None:
    answer = read(doctor, SHEET)
    assert answer.status == 200
    assert answer.body["patient"] == {
        "name": "王小明",
        "sex": "male",
        "age_years": 52,
        "number": "0012345",
    }
    proposed = {row["input"]: (row["value"], row["unit"]) for row in answer.body["findings"]}
    assert proposed == {
        "bilirubin": (356.8, "umol/L"),
        "inr": (2.31, None),
        "urea": (60, None),
        None: (22.5, "s"),
    }
    doubts = {row["test"]: [doubt["code"] for doubt in row["doubts"]] for row in answer.body["findings"]}
    assert doubts["bilirubin_total"] == []
    assert doubts["urea"] == ["urea_or_nitrogen"]
    urea = next(row for row in answer.body["findings"] if row["test"] == "urea")
    assert urea["doubts"][0]["message"].endswith("Choose which.")


def test_names_and_doubts_are_in_the_language_of_the_reader(doctor: Caller) -> None:
    (finding,) = read(doctor, "TBIL 356.8", Accept_Language="zh-hans").body["findings"]
    assert finding["name"] == "总胆红素"
    assert finding["doubts"] == [{"code": "no_unit", "message": "旁边未印单位，请选择单位。"}]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MSH|^~\\&|LIS", "message_damaged"),
        ("1" * 2_001, "line_too_long"),
        (" \n ", "empty"),
        ("", "empty"),
        ("x" * (LONGEST_TEXT + 1), "max_length"),
        (None, "null"),
        ([], "invalid"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_field(doctor: Caller, text: Any, code: str) -> None:
    answer = read(doctor, text)
    assert (answer.status, answer.fields) == (422, {"text": code})


def test_nothing_of_a_report_is_kept_by_anybody_on_the_way(doctor: Caller) -> None:
    answer = read(doctor, SHEET)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in answer.headers


@pytest.fixture
def picture(tmp_path: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> bytes:
    settings.FILE_STORE = {"folder": str(tmp_path / "store")}
    for place in ("files.hints.send", "labs.readings.hints.send"):
        monkeypatch.setattr(place, lambda *_arguments, **_options: None)
    monkeypatch.setattr("labs.readings.sandbox.read", lambda *_pages: READ)
    return jpeg()


def send(caller: Caller, **body: Any) -> Answer:
    sent = caller.client.post(f"{API}/labs/read", body, headers=caller.headers)
    return caller._as_promised("POST", "/labs/read", sent)


def test_a_picture_is_a_reading_that_waits_and_is_asked_for_again(doctor: Caller, picture: bytes) -> None:
    id = str(uuid4())
    answers = [send(doctor, file=SimpleUploadedFile("a.jpg", picture), id=id) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    first, again = (answer.body for answer in answers)
    assert (first["state"], first["report"], again["id"]) == ("waiting", None, first["id"])
    checking.check(now=clock.now())
    worker.read_next(clock.now())
    done = doctor.get(f"/labs/readings/{first['id']}").body
    (finding,) = done["report"]["findings"]
    assert (done["state"], finding["value"], finding["cutout"]) == ("read", 356.8, READ.cutouts[0])


def test_a_picture_that_cannot_be_read_says_why_and_what_to_do(doctor: Caller, picture: bytes) -> None:
    waiting = send(doctor, file=SimpleUploadedFile("a.jpg", encrypted_pdf())).body
    checking.check(now=clock.now())
    failed = doctor.get(f"/labs/readings/{waiting['id']}").body
    assert (failed["state"], failed["reason"]) == ("failed", "encrypted")
    assert "password" in failed["reason_text"]


def test_a_picture_of_a_case_is_read_and_one_of_an_unseen_case_does_not_exist(
    doctor: Caller, world: World, picture: bytes
) -> None:
    row = added_and_checked(world.flagged(clock.now()), world.doctor, content=picture, now=clock.now())
    assert send(doctor, case_file=str(row.pk)).status == 202
    assert send(Caller(world.second_specialist), case_file=str(row.pk)).status == 404


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"file": "no file"}, "file", "invalid"),
        ({"file": SimpleUploadedFile("a.jpg", b"<svg/>")}, "file", "svg"),
        ({"file": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff"), "id": "7"}, "id", "invalid"),
        ({"file": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff"), "kind": "x"}, "kind", "unknown_field"),
        ({"case_file": "7"}, "case_file", "invalid"),
    ],
)
def test_what_is_no_picture_to_read_is_refused_at_its_field(
    body: dict[str, Any], field: str, code: str, doctor: Caller, picture: bytes
) -> None:
    answer = send(doctor, **body)
    assert (answer.status, answer.fields) == (422, {field: code})
