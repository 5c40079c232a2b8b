import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from files import checking, contents, sandbox, signals
from files.inspection.inspect import inspect
from files.inspection.pictures import LONGEST_SIDE, PREVIEW_SIDE
from files.models import LEASE, FileState, StoredFile
from files.refusals import REASONS, StoreAway
from tests.files.conftest import Take
from tests.files.pictures import BAD_INSIDE, GOOD, from_a_telephone, heic, jpeg, pdf, saved, sheet
from tests.world import NOW

Checked = Callable[[bytes], StoredFile]
MINUTE = timedelta(minutes=1)


def page(file: StoredFile, number: int = 1) -> Image.Image:
    part = contents.part_of(file, "page", number)
    assert part is not None
    picture = Image.open(io.BytesIO(contents.read(part)))
    picture.load()
    return picture


@pytest.mark.parametrize("kind", GOOD)
def test_every_kind_that_is_taken_can_be_seen_after_its_check(kind: str, checked: Checked) -> None:
    file = checked(GOOD[kind]())
    assert file.state == FileState.CHECKED
    assert file.checked_at == NOW
    assert contents.page_count(file) == (2 if kind == "pdf" else 1)
    assert page(file).format == "JPEG"
    preview = contents.part_of(file, "preview")
    assert preview is not None and max(preview.width or 0, preview.height or 0) <= PREVIEW_SIDE


@pytest.mark.parametrize("case", BAD_INSIDE)
def test_what_is_wrong_inside_is_refused_with_its_reason_and_not_kept(
    case: str, checked: Checked, objects: Callable[[], set[str]]
) -> None:
    make, code = BAD_INSIDE[case]
    file = checked(make())
    assert (file.state, file.reason) == (FileState.REFUSED, code)
    assert not file.parts.exists()


def test_every_reason_that_the_inspection_gives_has_its_sentence() -> None:
    assert {code for _make, code in BAD_INSIDE.values()} <= set(REASONS)


def test_a_picture_stands_upright_and_says_nothing_of_where_it_was_taken(checked: Checked) -> None:
    file = checked(from_a_telephone())
    picture = page(file)
    assert picture.size == sheet().size
    red, green, _blue = picture.getpixel((20, 20))  # type: ignore[misc]
    assert red > 150 and green < 80
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not file.parts.filter(role="original").exists()


def test_a_heic_loses_where_it_was_taken_too(checked: Checked) -> None:
    picture = page(checked(heic()))
    assert picture.size == (320, 240)
    assert not picture.getexif()


def test_a_pdf_keeps_what_was_sent_for_downloading(checked: Checked) -> None:
    content = pdf()
    original = contents.part_of(checked(content), "original")
    assert original is not None
    assert contents.read(original) == content


def test_letters_of_8_points_on_a4_stay_as_they_were_photographed() -> None:
    """A picture of 108 megapixels' telephone cut to what is taken: A4, with text 8 points high."""
    width, height = 6000, 8485
    dots_to_the_inch = width / (210 / 25.4)
    font = ImageFont.load_default(8 / 72 * dots_to_the_inch)
    photo = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(photo).text((400, 400), "INR 2.31  UREA 11.0 mmol/L  Na 129", fill="black", font=font)
    result = inspect(saved(photo, "JPEG", quality=90)).pages[0]
    shown = Image.open(io.BytesIO(result.content)).convert("L")
    assert max(shown.size) == LONGEST_SIDE
    letters_high = 8 / 72 * max(shown.size) / (297 / 25.4)
    assert letters_high > 35
    expected = photo.convert("L").resize(shown.size, Image.Resampling.LANCZOS)
    where = (270, 270, 1500, 340)
    difference = [
        abs(one - other)
        for one, other in zip(shown.crop(where).tobytes(), expected.crop(where).tobytes(), strict=True)
    ]
    assert sum(difference) / len(difference) < 3


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_every_depth_are_drawn(mode: str) -> None:
    grey = Image.linear_gradient("L").resize((300, 300))
    picture = (
        grey.point(lambda value: value * 200, "I").convert("I;16") if mode == "I;16" else grey.convert(mode)
    )
    result = inspect(saved(picture, "PNG"))
    low, high = Image.open(io.BytesIO(result.pages[0].content)).convert("L").getextrema()
    assert low < 20 and high > 235  # type: ignore[operator]


def test_what_can_be_seen_through_is_white() -> None:
    clear = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    result = inspect(saved(clear, "PNG"))
    assert Image.open(io.BytesIO(result.pages[0].content)).getpixel((30, 30)) == (255, 255, 255)


def test_a_picture_of_cmyk_and_a_picture_with_a_profile_are_drawn() -> None:
    assert inspect(saved(sheet().convert("CMYK"), "JPEG")).pages
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert inspect(saved(sheet(), "JPEG", icc_profile=profile)).pages


def test_the_inspection_runs_without_the_keys_and_settings_of_the_product(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: dict[str, object] = {}
    run = sandbox.subprocess.run

    def watched(*args: object, **options: object) -> object:
        seen.update(options)
        return run(*args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(sandbox.subprocess, "run", watched)
    assert sandbox.inspect(jpeg()).pages
    assert set(seen["env"]) == {"PATH", "PYTHONDONTWRITEBYTECODE"}  # type: ignore[call-overload]


def test_a_file_for_which_a_busy_machine_had_no_time_is_checked_again(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = take()
    with monkeypatch.context() as busy:
        busy.setattr(sandbox, "LONGEST_SECONDS", 0.01)
        checking.check(now=NOW)
    file.refresh_from_db()
    assert (file.state, file.attempts, file.leased_until) == (FileState.RECEIVED, 1, None)
    checking.check(now=NOW + MINUTE)
    file.refresh_from_db()
    assert file.state == FileState.CHECKED


def test_a_file_for_which_the_time_never_suffices_is_refused(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = take()
    monkeypatch.setattr(sandbox, "LONGEST_SECONDS", 0.01)
    for minute in range(checking.MOST_ATTEMPTS + 1):
        checking.check(now=NOW + minute * MINUTE)
    file.refresh_from_db()
    assert (file.state, file.reason) == (FileState.REFUSED, "too_complex")


def test_a_file_whose_check_ends_its_worker_again_and_again_is_refused(take: Take) -> None:
    file = take()
    now = NOW
    for _ in range(checking.MOST_ATTEMPTS):
        assert checking._lease(now, None) == [file]  # the worker dies here
        assert checking._lease(now, None) == []
        now += LEASE + MINUTE
    checking.check(now=now)
    file.refresh_from_db()
    assert (file.state, file.reason) == (FileState.REFUSED, "too_complex")


def test_a_check_whose_lease_ran_out_settles_nothing(take: Take) -> None:
    file = take()
    (first,) = checking._lease(NOW, None)
    (second,) = checking._lease(NOW + LEASE + MINUTE, None)
    checking._settle(first, FileState.REFUSED, NOW, reason="broken")
    file.refresh_from_db()
    assert file.state == FileState.RECEIVED
    checking._settle(second, FileState.REFUSED, NOW, reason="broken")
    file.refresh_from_db()
    assert file.state == FileState.REFUSED


def test_a_store_that_is_away_is_waited_for(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    file = take()

    def away(_part: object) -> bytes:
        raise StoreAway

    with monkeypatch.context() as patched:
        patched.setattr(contents, "read", away)
        for minute in range(10):
            checking.check(now=NOW + 2 * minute * MINUTE)
    file.refresh_from_db()
    assert (file.state, file.attempts) == (FileState.RECEIVED, 0)
    checking.check(now=NOW + timedelta(hours=1))
    file.refresh_from_db()
    assert file.state == FileState.CHECKED


def test_who_has_attached_a_file_hears_of_its_check(take: Take) -> None:
    heard: list[str] = []

    def hear(file: StoredFile, **_: object) -> None:
        heard.append(file.state)

    signals.file_settled.connect(hear)
    try:
        take()
        checking.check(now=NOW)
    finally:
        signals.file_settled.disconnect(hear)
    assert heard == [FileState.CHECKED]


def test_a_bad_file_stops_no_other(take: Take, folder: Path) -> None:
    bad, good = take(jpeg()[:4000]), take(jpeg())
    checking.check(now=NOW)
    bad.refresh_from_db(), good.refresh_from_db()
    assert (bad.state, good.state) == (FileState.REFUSED, FileState.CHECKED)
