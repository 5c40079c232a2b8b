"""Having a report read beside a form: proposals with their doubts, compared with the patient of the form."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from accounts import clock
from files import checking
from labs.models import LabReading
from labs.readings import worker
from labs.readings.sandbox import ReadPages
from labs.readings.sources import source_of
from referral.models import Case, CaseFile
from tests.files.pictures import BAD_INSIDE, EICAR, jpeg
from tests.labs.conftest import REPORT
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import typed
from tests.world import World

SHEET = "姓名：李四 性别：女 年龄：71岁\nTBIL 356.8 umol/L\nALB <38.4 g/L\n尿素 60 mg/dL\nINR 2.31"


@pytest.fixture(autouse=True)
def store(tmp_path: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FILE_STORE = {"folder": str(tmp_path / "store")}
    for place in ("files.hints.send", "labs.readings.hints.send"):
        monkeypatch.setattr(place, lambda *_arguments, **_options: None)


def page(answer: Any) -> str:
    return str(answer.content.decode())


def read(client: Any, **sent: Any) -> Any:
    return client.post("/labs/readings/", sent)


def test_pasted_lines_become_proposals_and_nothing_becomes_a_value(world: World, as_user: SignIn) -> None:
    shown = page(read(as_user(world.doctor), text=SHEET))
    assert 'data-name="bilirubin" data-value="356.8" data-unit="umol/L"' in shown
    assert "This is a limit of the measurement, not a value." in shown
    assert "Take the limit 38.4 as the value" in shown
    assert "Take as BUN mg/dL" in shown or 'data-unit="BUN mg/dL"' in shown
    assert not Case.objects.exists()


def test_a_marker_of_hepatitis_is_proposed_with_its_answer(world: World, as_user: SignIn) -> None:
    shown = page(read(as_user(world.doctor), text="HBsAg 阳性(+)\nHBeAg 0.35 S/CO"))
    assert 'data-name="hbsag" data-value="positive"' in shown
    assert 'data-name="hbeag" data-value="negative"' in shown
    taken = LabReading.objects.get()
    source = source_of(taken, "hbsag", "positive", None)
    assert source is not None and not source["corrected"]
    assert source_of(taken, "hbsag", "negative", None) == {**source, "corrected": True}


def test_the_report_of_another_patient_is_asked_about_before_anything_is_taken(
    world: World, as_user: SignIn
) -> None:
    shown = page(read(as_user(world.doctor), text=SHEET, name="张三", sex="male", birth_date="1970-01-02"))
    assert "The report names 李四, the form 张三." in shown
    assert "sex: on the report female, in the form male." in shown.lower()
    assert "Age: on the report 71" in shown
    assert shown.count("disabled") == shown.count("data-take")


def test_of_the_same_patient_nothing_is_asked(world: World, as_user: SignIn) -> None:
    shown = page(read(as_user(world.doctor), text=SHEET, name="李 四", sex="female"))
    assert "data-same" not in shown and "disabled" not in shown


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"text": " "}, 422, "There is nothing to read."),
        ({"text": "MSH|^~"}, 422, "has no results, is damaged"),
        ({"text": "x" * 20_001}, 422, "longer than 20000"),
        ({}, 422, "There is nothing to read."),
        ({"file": SimpleUploadedFile("a.jpg", b"<svg/>")}, 422, "SVG drawings"),
        ({"file": SimpleUploadedFile("a.jpg", EICAR)}, 422, "neither a picture"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(
    sent: dict[str, Any], status: int, words: str, world: World, as_user: SignIn
) -> None:
    answer = read(as_user(world.doctor), **sent)
    assert (answer.status_code, words in answer.json()["message"]) == (status, True)


@pytest.mark.parametrize("case", BAD_INSIDE)
def test_a_picture_that_is_wrong_inside_is_said_where_the_person_waits(
    case: str, world: World, as_user: SignIn
) -> None:
    client = as_user(world.doctor)
    make, _code = BAD_INSIDE[case]
    shown = page(read(client, file=SimpleUploadedFile("a.jpg", make())))
    assert "The report is being read." in shown
    checking.check(now=clock.now())
    reading = LabReading.objects.get()
    shown = page(client.get(f"/labs/readings/{reading.pk}/"))
    assert 'class="file-trouble"' in shown


def test_a_picture_that_waits_for_the_scanner_says_so_where_the_person_waits(
    world: World, as_user: SignIn, settings: Settings
) -> None:
    settings.CLAMD = {"host": "127.0.0.1", "port": "1"}
    client = as_user(world.doctor)
    read(client, file=SimpleUploadedFile("a.jpg", jpeg()))
    checking.check(now=clock.now())
    reading = LabReading.objects.get()
    assert "waits for the virus scanner" in page(client.get(f"/labs/readings/{reading.pk}/"))


def test_a_long_number_is_proposed_with_all_its_figures(world: World, as_user: SignIn) -> None:
    shown = page(read(as_user(world.doctor), text="铁蛋白 12345.67 ng/mL\nHBV-DNA 3.42E+06 IU/mL"))
    assert 'data-value="12345.67"' in shown and 'data-value="3420000"' in shown


def test_the_picture_goes_with_its_values_to_the_ward(
    world: World, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "labs.readings.sandbox.read", lambda *_pages: ReadPages(REPORT, ["data:image/jpeg;base64,AA"])
    )
    client, now = as_user(world.doctor), clock.now()
    read(client, file=SimpleUploadedFile("a.jpg", jpeg()))
    checking.check(now=now)
    assert worker.read_next(now)
    reading = LabReading.objects.get()
    assert 'src="data:image/jpeg;base64,AA"' in page(client.get(f"/labs/readings/{reading.pk}/"))
    form = typed(world, bilirubin="356.8", source_bilirubin=str(reading.pk))
    assert client.post("/cases/new/", form).status_code == 302
    case, file = Case.objects.get(), CaseFile.objects.get()
    assert (file.case, file.kind, file.file) == (case, "laboratory", reading.file)
    seen = page(as_user(world.specialist).get(f"/cases/{case.pk}/"))
    assert f'href="/cases/{case.pk}/files/{file.pk}/">read from a picture</a>' in seen
    assert "read from a picture: 1" in seen


def test_a_picture_of_which_nothing_was_taken_stays_away_from_the_case(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    read(client, file=SimpleUploadedFile("a.jpg", jpeg()))
    client.post("/cases/new/", typed(world))
    assert Case.objects.exists() and not CaseFile.objects.exists()


def test_two_reports_at_once_and_a_blurred_one_are_said_above_the_proposals(
    world: World, as_user: SignIn
) -> None:
    both = "姓名：张三 男 52岁\nTBIL 356.8 umol/L\n姓名：李四 女 71岁\nINR 1.3"
    shown = page(read(as_user(world.doctor), text=both))
    assert shown.index("More than one report seems to be on it.") < shown.index("data-take")
    reading = LabReading.objects.get()
    reading.form, reading.result = "photo", {**reading.result, "unread": ["356"] * 16}
    reading.save()
    assert "Most lines could not be read." in page(as_user(world.doctor).get(f"/labs/readings/{reading.pk}/"))


def test_without_the_extra_the_button_is_gone_and_the_page_says_why(
    world: World, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.templatetags.readings.is_installed", lambda: False)
    shown = page(as_user(world.doctor).get("/cases/new/"))
    assert 'id="reader-file"' not in shown
    assert "the extra “ocr” is not installed" in shown


def test_a_report_among_the_files_of_a_case_leads_to_the_form_of_its_values(
    world: World, as_user: SignIn
) -> None:
    case, now = world.flagged(clock.now()), clock.now()
    client = as_user(world.doctor)
    sent = {"file": SimpleUploadedFile("a.jpg", jpeg()), "kind": "laboratory"}
    assert client.post(f"/cases/{case.pk}/files/", sent).status_code == 302
    file = CaseFile.objects.get()
    address = f"/cases/{case.pk}/indicators/?report={file.pk}"
    assert address not in page(client.get(f"/cases/{case.pk}/files/")), "not before its check"
    checking.check(now=now)
    assert address in page(client.get(f"/cases/{case.pk}/files/"))
    assert f'data-report="{file.pk}"' in page(client.get(address))
    asked = read(client, case_file=str(file.pk), case=str(case.pk))
    assert asked.status_code == 200 and LabReading.objects.get().file == file.file
    ward = page(as_user(world.specialist).get(f"/cases/{case.pk}/files/"))
    assert "?report=" not in ward, "the ward has no form for values yet"


def test_the_calculator_reads_reports_too(world: World, as_user: SignIn) -> None:
    shown = page(as_user(world.doctor).get("/calculator/"))
    assert "data-reader" in shown and "labs.js" in shown
