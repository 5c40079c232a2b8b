"""From what a face was given to the values that a verb takes."""

import math
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.models import User, Ward
from accounts.moments import YEARS, read_moment
from accounts.text import read_line, read_lines
from files.models import StoredFile
from labs.typed import LONGEST_LINE, value_in
from referral.identity.birth import BirthDate
from referral.models import RETRACTABLE, Assessment, Case, CaseFile, Deadline, Record
from referral.pathway.inputs.shapes import Shape, VerbInput
from scoring.numbers import read_number
from scoring.units import spelling


def _text(verb_input: VerbInput, value: Any, case: Case, user: User) -> str:
    if not isinstance(value, str) or len(value) > verb_input.max_length:
        raise ValueError
    text = read_line(value) if verb_input.is_line else read_lines(value)
    if not text:
        raise ValueError
    return text


def _choice(verb_input: VerbInput, value: Any, case: Case, user: User) -> str:
    if not isinstance(verb_input.choices, type):
        raise TypeError
    return str(verb_input.choices(value).value)


def _number(verb_input: VerbInput, value: Any, case: Case, user: User) -> int:
    number = int(str(value))
    if isinstance(verb_input.choices, tuple) and number not in verb_input.choices:
        raise ValueError
    return number


def _moment(verb_input: VerbInput, value: Any, case: Case, user: User) -> datetime:
    return read_moment(value)


def _values(verb_input: VerbInput, value: Any, case: Case, user: User) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError
    return dict(value)


def _decimal(verb_input: VerbInput, value: Any, case: Case, user: User) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or "_" in str(value):
        raise ValueError
    number = _written_number(verb_input, value) if isinstance(value, str) else float(value)
    below = verb_input.low is not None and number < verb_input.low
    if not math.isfinite(number) or below or (verb_input.high is not None and number > verb_input.high):
        raise ValueError
    return number


def _written_number(verb_input: VerbInput, text: str) -> float:
    """A number as people write it: in any width, with a decimal comma, with its unit behind it."""
    try:
        return float(unicodedata.normalize("NFKC", text))
    except ValueError:
        printed = read_number(text)
    if printed is None or printed.bound or printed.ambiguous:
        raise ValueError(text)
    if printed.unit and spelling(printed.unit) != spelling(str(verb_input.unit)):
        raise ValueError(text)
    return printed.value


def _birth_date(verb_input: VerbInput, value: Any, case: Case, user: User) -> BirthDate:
    return value if isinstance(value, BirthDate) else BirthDate.parse(str(value).strip())


ANSWERS = {"true": True, "yes": True, "false": False, "no": False}


def _boolean(verb_input: VerbInput, value: Any, case: Case, user: User) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.strip().lower() not in ANSWERS:
        raise ValueError
    return ANSWERS[value.strip().lower()]


def _date(verb_input: VerbInput, value: Any, case: Case, user: User) -> date:
    if isinstance(value, datetime):
        raise TypeError
    day = value if isinstance(value, date) else date.fromisoformat(value)
    if day.year not in YEARS:
        raise ValueError
    return day


def _names(value: Any) -> list[Any]:
    """A list as it is; text with commas, as a form sends it, as the list it means."""
    named = [part for part in value.split(",") if part] if isinstance(value, str) else value
    if not isinstance(named, list | tuple):
        raise TypeError
    return list(dict.fromkeys(named))


def _several(verb_input: VerbInput, value: Any, case: Case, user: User) -> list[str]:
    return [_choice(verb_input, name, case, user) for name in _names(value)]


def _confirmed(verb_input: VerbInput, value: Any, case: Case, user: User) -> list[str]:
    named = _names(value)
    if any(not isinstance(name, str) or len(name) > LONGEST_NAME for name in named):
        raise ValueError
    return named


MOST_PAIRS = 20
LONGEST_NAME = 60


def _pairs(verb_input: VerbInput, value: Any, case: Case, user: User) -> dict[str, float | str]:
    """From an object, or from lines of “name: value” as a form sends them."""
    if isinstance(value, str):
        lines = [line.replace("：", ":").partition(":") for line in value.splitlines() if line.strip()]
        if any(not sign for _name, sign, _value in lines):
            raise ValueError
        value = {name.strip(): text for name, _sign, text in lines}
    if not isinstance(value, Mapping) or len(value) > MOST_PAIRS:
        raise ValueError
    return {_pair_name(name): _pair_value(given) for name, given in value.items()}


def _pair_name(name: Any) -> str:
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not read_line(name):
        raise ValueError
    return read_line(name)


def _pair_value(given: Any) -> float | str:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise TypeError
    if isinstance(given, str):
        text = _pair_name(given)
        return float(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else text
    if not math.isfinite(given):
        raise ValueError
    return given


def _measured(verb_input: VerbInput, value: Any, case: Case, user: User) -> Any:
    """As typed, of a pasted line its number: `scoring` reads it with its unit and limits."""
    if not isinstance(value, bool | int | float | str) or len(str(value)) > LONGEST_LINE:
        raise ValueError
    return value_in(verb_input.name, value) if isinstance(value, str) else value


def _one_of(rows: Callable[[Case, User], QuerySet[Any]]) -> Callable[[VerbInput, Any, Case, User], Model]:
    def parse(verb_input: VerbInput, value: Any, case: Case, user: User) -> Model:
        row = rows(case, user).filter(pk=UUID(str(getattr(value, "pk", value)))).first()
        if row is None:
            raise ValueError
        return row

    return parse


def _record(verb_input: VerbInput, value: Any, case: Case, user: User) -> Record:
    key = UUID(str(getattr(value, "pk", value)))
    is_mistake = case.retractions.filter(record=key).exists()
    for model in RETRACTABLE.values():
        record = model.objects.filter(case=case, pk=key).first()
        if record is not None and is_mistake == (verb_input.shape is Shape.MISTAKE):
            return record
    raise ValueError


PARSERS: dict[Shape, Callable[[VerbInput, Any, Case, User], Any]] = {
    Shape.TEXT: _text,
    Shape.CHOICE: _choice,
    Shape.NUMBER: _number,
    Shape.MOMENT: _moment,
    Shape.VALUES: _values,
    Shape.DECIMAL: _decimal,
    Shape.BOOLEAN: _boolean,
    Shape.DATE: _date,
    Shape.SEVERAL: _several,
    Shape.PAIRS: _pairs,
    Shape.MEASURED: _measured,
    Shape.UNIT: _measured,
    Shape.CONFIRMED: _confirmed,
    Shape.BIRTH_DATE: _birth_date,
    Shape.WARD: _one_of(lambda case, user: Ward.objects.visible_to(user).select_related("hospital")),
    Shape.DEADLINE: _one_of(lambda case, user: Deadline.objects.filter(case=case)),
    Shape.ASSESSMENT: _one_of(lambda case, user: Assessment.objects.filter(case=case)),
    Shape.LOOSE_FILE: _one_of(lambda case, user: StoredFile.objects.loose_of(user)),
    Shape.CASE_FILE: _one_of(lambda case, user: CaseFile.objects.counting().filter(case=case)),
    Shape.RECORD: _record,
    Shape.MISTAKE: _record,
}
