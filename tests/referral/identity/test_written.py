"""What is typed of a patient is completed from the ID, and asked about where it contradicts itself."""

from datetime import date
from typing import Any

import pytest

from referral.identity.birth import BirthDate
from referral.identity.written import Identity, hints, read
from referral.pathway.refusals import ConfirmationNeeded, InputError
from tests.world import resident, someone

VISITED = date(2026, 5, 17)
WOMAN = resident(2, date(1962, 5, 3))


def refused(**changes: Any) -> dict[str, str]:
    with pytest.raises(InputError) as refusal:
        read(someone(**changes), visited=VISITED)
    assert all(str(message).endswith(".") for _field, _code, message in refusal.value.rows)
    return {field: code for field, code, _message in refusal.value.rows}


def test_a_valid_id_fills_sex_and_birth_date() -> None:
    reading = read(Identity(name="王芳", national_id=WOMAN), visited=VISITED)
    assert (reading.sex, str(reading.birth_date)) == ("female", "1962-05-03")


def test_a_valid_id_makes_an_estimated_birth_date_exact() -> None:
    reading = read(Identity(name="王芳", birth_date=BirthDate(1963), national_id=WOMAN), visited=VISITED)
    assert str(reading.birth_date) == "1962-05-03"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"national_id": WOMAN[:-1] + "0"}, "national_id"),
        ({"national_id": "110101196213031234"}, "national_id"),
        ({"national_id": WOMAN[:-1]}, "national_id"),
        ({"national_id": WOMAN, "sex": "female"}, "birth_date"),
        ({"national_id": WOMAN, "sex": "female", "birth_date": BirthDate(1970)}, "birth_date"),
        ({"national_id": WOMAN, "birth_date": date(1962, 5, 3)}, "sex"),
    ],
)
def test_a_contradiction_is_asked_about_at_its_field_and_what_was_typed_stays(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ConfirmationNeeded):
        read(someone(**changes), visited=VISITED)
    asked = refused(**changes)
    assert asked[f"patient.{field}"] == "needs_confirmation"
    names = frozenset(name.removeprefix("patient.") for name in asked)
    reading = read(someone(**changes, confirmed=names), visited=VISITED)
    assert (reading.sex, reading.national_id) == (changes.get("sex", "male"), changes["national_id"])


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"name": "\u200b "}, ("patient.name", "required")),
        ({"name": "张\n三"}, ("patient.name", "unprintable")),
        ({"name": "张\x00三"}, ("patient.name", "unprintable")),
        ({"phone": "138\u2028"}, ("patient.phone", "unprintable")),
        ({"sex": ""}, ("patient.sex", "required")),
        ({"birth_date": None}, ("patient.birth_date", "required")),
        ({"birth_date": date(2026, 5, 18)}, ("patient.birth_date", "out_of_range")),
        ({"birth_date": BirthDate(2027)}, ("patient.birth_date", "out_of_range")),
        ({"birth_date": date(1880, 1, 1)}, ("patient.birth_date", "out_of_range")),
        (
            {"confirmed_same": True, "confirmed_different": True},
            ("patient.confirmed_different", "contradictory"),
        ),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(changes: dict[str, Any], row: tuple[str, str]) -> None:
    assert refused(**changes) == dict([row])


def test_an_id_born_after_the_visit_does_not_fill_what_cannot_be() -> None:
    unborn = resident(1, date(2030, 1, 1))
    assert refused(national_id=unborn, birth_date=None) == {"patient.birth_date": "out_of_range"}


def test_names_are_kept_as_written_without_what_nobody_sees() -> None:
    assert read(someone(name=" 阿卜杜拉\u200b•  买买提\ufeff"), visited=VISITED).name == "阿卜杜拉• 买买提"


@pytest.mark.parametrize(
    "name", ["无", "不详", "姓名不详", "未知", "待补", "N/A", "unknown", "xxx", "无名", "／"]
)
def test_a_placeholder_is_no_name_and_asks_for_what_tells_them_apart(name: str) -> None:
    assert refused(name=name) == {"patient.name": "required"}


@pytest.mark.parametrize("name", ["无名氏", "无名氏（桥下）", "吴无忌", "安娜", "Na Li", "空海"])
def test_a_name_that_resembles_a_placeholder_is_a_name(name: str) -> None:
    assert read(someone(name=name), visited=VISITED).name == name


def test_a_placeholder_counts_as_empty_with_a_hint() -> None:
    typed = someone(national_id="不详", local_number="待补")
    reading = read(typed, visited=VISITED)
    assert (reading.national_id, reading.local_number) == ("", "")
    assert [row[:2] for row in hints(typed)] == [
        ("patient.national_id", "placeholder"),
        ("patient.local_number", "placeholder"),
    ]
