"""Pictures and documents over the API: sent, listed, read in parts, opened by links."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import clock
from files import checking, links
from files.models import StoredFile
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.api.conftest import API, Answer, Caller
from tests.contract.conformance import findings
from tests.files.pictures import EICAR, encrypted_pdf, jpeg, pdf, png
from tests.referral.case_files import added_and_checked
from tests.world import World


def send(
    caller: Caller, case: Case, content: bytes, headers: dict[str, str] | None = None, **inputs: Any
) -> Answer:
    path = f"/cases/{case.pk}/files"
    file = SimpleUploadedFile("IMG_0001.JPG", content, "application/octet-stream")
    body = {"file": file, "kind": "laboratory", **inputs}
    sent = caller.client.post(f"{API}{path}", body, headers={**caller.headers, **(headers or {})})
    return caller._as_promised("POST", path, sent)


def read(caller: Caller, path: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = caller.client.get(f"{API}{path}", headers={**caller.headers, **named})
    assert not findings("GET", f"{API}{path}", response)
    return response


@pytest.fixture
def case(world: World) -> Case:
    return world.flagged(clock.now())


def test_a_file_is_sent_checked_listed_and_read_by_the_ward(case: Case, world: World) -> None:
    doctor, ward, content = Caller(world.doctor), Caller(world.specialist), pdf()
    sent = send(doctor, case, content, caption="CT", taken_at="2026-01-02T08:00:00+08:00", kind="imaging")
    assert sent.status == 201
    assert (sent.body["state"], sent.body["parts"], sent.body["media_type"]) == (
        "received",
        [],
        "application/pdf",
    )
    checking.check(now=clock.now())
    (row,) = ward.get(f"/cases/{case.pk}/files").body["results"]
    assert (row["state"], row["kind"], row["caption"]) == ("checked", "imaging", "CT")
    assert [part["role"] for part in row["parts"]] == ["original", "page", "page", "preview"]
    whole = read(ward, f"/cases/{case.pk}/files/{row['id']}/original/0")
    assert whole.status_code == 200
    assert whole.content == content
    assert whole["Accept-Ranges"] == "bytes"


def test_a_part_is_read_by_ranges(case: Case, world: World) -> None:
    content = pdf()
    row = added_and_checked(case, world.doctor, content=content, now=clock.now())
    path, caller = f"/cases/{case.pk}/files/{row.pk}/original/0", Caller(world.specialist)
    some = read(caller, path, Range="bytes=5-9")
    assert (some.status_code, some.content) == (206, content[5:10])
    assert some["Content-Range"] == f"bytes 5-9/{len(content)}"
    beyond = read(caller, path, Range="bytes=999999999-")
    assert (beyond.status_code, Answer(beyond).code) == (416, "beyond_the_end")
    assert beyond["Content-Range"] == f"bytes */{len(content)}"
    assert read(caller, path, If_None_Match=some["ETag"]).status_code == 304


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (EICAR, "not_accepted"), (b"<svg/>", "svg"), (b"MZ" + bytes(9), "program")],
)
def test_what_is_not_taken_is_said_at_the_field_in_the_readers_language(
    content: bytes, code: str, case: Case, world: World
) -> None:
    english, chinese = (send(Caller(world.doctor, language), case, content) for language in ("en", "zh-hans"))
    assert english.status == chinese.status == 422
    assert english.fields == {"file": code} or code == "empty"
    assert english.body["errors"][0]["message"] != chinese.body["errors"][0]["message"]


def test_what_is_wrong_inside_is_said_in_the_list(case: Case, world: World) -> None:
    caller = Caller(world.doctor)
    assert send(caller, case, encrypted_pdf()).status == 201
    checking.check(now=clock.now())
    (row,) = caller.get(f"/cases/{case.pk}/files").body["results"]
    assert (row["state"], row["reason"]) == ("refused", "encrypted")
    assert "password" in row["reason_text"]


def test_too_large_a_body_is_refused_before_it_is_read(case: Case, world: World) -> None:
    answer = send(Caller(world.doctor), case, b"\xff\xd8\xff" + bytes(22 * 1024 * 1024))
    assert (answer.status, answer.code) == (413, "too_large")


def test_a_file_just_over_the_limit_is_told_the_limit(case: Case, world: World) -> None:
    answer = send(Caller(world.doctor), case, b"\xff\xd8\xff" + bytes(20 * 1024 * 1024))
    assert answer.fields == {"file": "too_large"}


@pytest.mark.parametrize(
    ("inputs", "fields"),
    [
        ({"kind": "selfie"}, {"kind": "invalid"}),
        ({"kind": ""}, {"kind": "required"}),
        ({"colour": "red"}, {"colour": "unknown_field"}),
        ({"id": "1"}, {"id": "invalid"}),
        ({"caption": "x" * 81}, {"caption": "invalid"}),
        ({"taken_at": "yesterday"}, {"taken_at": "invalid"}),
    ],
)
def test_wrong_facts_are_refused_by_name(
    inputs: dict[str, str], fields: dict[str, str], case: Case, world: World
) -> None:
    assert send(Caller(world.doctor), case, jpeg(), **inputs).fields == fields
    assert not case.files.exists()


@pytest.mark.parametrize("body", [None, [], [1], "x", 1, True])
def test_what_is_no_form_and_no_object_is_refused(body: Any, case: Case, world: World) -> None:
    raw = json.dumps(body).encode()
    answer = Caller(world.doctor).send("POST", f"/cases/{case.pk}/files", raw)
    assert (answer.status, answer.code) == (400, "not_an_object")


def test_sent_again_by_key_by_id_or_by_content_it_is_one_file(case: Case, world: World) -> None:
    caller, id = Caller(world.doctor), str(uuid4())
    first = send(caller, case, jpeg(), {"Idempotency-Key": "one"}, id=id)
    for again in (
        send(caller, case, jpeg(), {"Idempotency-Key": "one"}, id=id),
        send(caller, case, jpeg(), id=id),
        send(caller, case, jpeg()),
    ):
        assert (again.status, again.body["id"]) == (201, first.body["id"])
    assert case.files.count() == StoredFile.objects.count() == 1
    other = send(caller, case, png(), {"Idempotency-Key": "one"}, id=id)
    assert (other.status, other.code) == (409, "idempotency_key_reused")


def test_a_link_opens_one_part_without_signing_in_while_its_person_sees_the_case(
    case: Case, world: World
) -> None:
    row = added_and_checked(case, world.doctor, now=clock.now())
    ward, nobody = Caller(world.specialist), Caller(None)
    made = ward.send("POST", f"/cases/{case.pk}/files/{row.pk}/links", {"role": "page", "number": 1})
    assert made.status == 200
    path = made.body["url"].partition(API)[2]
    assert read(nobody, path).content.startswith(b"\xff\xd8\xff")
    assert read(nobody, path, Range="bytes=0-1").status_code == 206
    perform(case, Verb.DECLINE, actor=world.specialist, now=clock.now(), reason="no_bed")
    assert read(nobody, path).status_code == 404


def test_a_link_that_is_old_or_made_up_opens_nothing(
    case: Case, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = added_and_checked(case, world.doctor, now=clock.now())
    token = links.make(user=world.doctor, attachment=row.pk, role="page", number=1)
    assert read(Caller(None), f"/files/{token}").status_code == 200
    assert read(Caller(None), f"/files/{token}x").status_code == 404
    monkeypatch.setattr(links, "GOOD_FOR_SECONDS", -1)
    assert read(Caller(None), f"/files/{token}").status_code == 404


def test_a_link_ends_with_the_password_and_the_account_of_who_made_it(case: Case, world: World) -> None:
    row = added_and_checked(case, world.doctor, now=clock.now())
    path = f"/files/{links.make(user=world.doctor, attachment=row.pk, role='page', number=1)}"
    assert read(Caller(None), path).status_code == 200
    world.doctor.set_password("another-long-password")
    world.doctor.save()
    assert read(Caller(None), path).status_code == 404
    again = f"/files/{links.make(user=world.doctor, attachment=row.pk, role='page', number=1)}"
    assert read(Caller(None), again).status_code == 200
    world.doctor.is_active = False
    world.doctor.save()
    assert read(Caller(None), again).status_code == 404


def test_a_link_is_not_made_of_what_nobody_understands(case: Case, world: World) -> None:
    row = added_and_checked(case, world.doctor, now=clock.now())
    body = {"role": "page", "number": 1, "hours": 24}
    answer = Caller(world.doctor).send("POST", f"/cases/{case.pk}/files/{row.pk}/links", body)
    assert (answer.status, answer.fields) == (422, {"hours": "unknown_field"})


def test_files_of_another_case_or_of_strangers_are_as_none(case: Case, world: World) -> None:
    row = added_and_checked(case, world.doctor, now=clock.now())
    other = world.flagged(clock.now(), name="别人")
    assert read(Caller(world.doctor), f"/cases/{other.pk}/files/{row.pk}/page/1").status_code == 404
    stranger = Caller(world.other_doctor)
    assert stranger.get(f"/cases/{case.pk}/files").status == 404
    assert send(stranger, case, jpeg()).status == 404
    assert read(stranger, f"/cases/{case.pk}/files/{row.pk}/page/1").status_code == 404
    link = stranger.send("POST", f"/cases/{case.pk}/files/{row.pk}/links", {"role": "page", "number": 1})
    assert link.status == 404


def test_a_file_is_marked_as_entered_in_error(case: Case, world: World) -> None:
    row = added_and_checked(case, world.doctor, now=clock.now())
    caller = Caller(world.doctor)
    done = caller.send(
        "POST", f"/cases/{case.pk}/retract-file", {"file": str(row.pk), "reason": "wrong_patient"}
    )
    assert done.status == 200
    (listed,) = caller.get(f"/cases/{case.pk}/files").body["results"]
    assert listed["error_reason"] == "wrong_patient"
