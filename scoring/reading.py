"""Raw input of one patient to typed, normalised values, with everything that is wrong or unusual about it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from scoring.inputs import ANY_INPUT, EIGHT, INPUTS, UNIT_FIELDS_OF_ANY, Input
from scoring.issues import Issue, as_text, quoted
from scoring.numbers import without_bound
from scoring.parsing import RefusedError, Value, is_blank, parse, soft_limits
from scoring.sampling import Sampling, read_sampling

_CONFIRMABLE = frozenset({*ANY_INPUT, "sampled_at"})
_URINE_DECIMALS = 3
HIGHEST_RATIO = INPUTS["pao2_fio2"].soft[1] or 0
_BESIDE_VALUES = frozenset({*UNIT_FIELDS_OF_ANY, "sampled_at", "confirmed", "sources"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What one patient's raw input says.

    `values`: normalised, by key with the unit in it (`bilirubin_umol_l`); only usable ones.
    `entered`: as typed, by input name: `{"value": ..., "unit": ...}` (no unit where it is fixed).
    `missing`: those of the eight indicators that have no usable value, by input name.
    `issues`: refusals; `warnings`: soft limits and doubts about sampling times.
    `sampled_at`: by input name, for the values whose time is known.
    """

    values: Mapping[str, Value]
    entered: Mapping[str, Mapping[str, Any]]
    missing: tuple[str, ...]
    issues: tuple[Issue, ...] = ()
    warnings: tuple[Issue, ...] = ()
    sampled_at: Mapping[str, datetime] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """True when all eight indicators are usable and nothing was refused."""
        return not self.missing and not self.issues

    @property
    def unconfirmed(self) -> tuple[Issue, ...]:
        """The warnings that still need a person to say that the value is right."""
        return tuple(w for w in self.warnings if w.needs_confirmation and w.field not in self.confirmed)

    def as_dict(self) -> dict[str, Any]:
        """JSON form, enough to reproduce the reading: values, entered, sampled_at, confirmed."""
        return {
            "values": dict(self.values),
            "entered": {name: dict(entry) for name, entry in self.entered.items()},
            "sampled_at": {name: time.isoformat() for name, time in self.sampled_at.items()},
            "confirmed": sorted(self.confirmed),
        }


def read_inputs(
    raw: Mapping[str, object],
    *,
    now: datetime | None = None,
    latest: datetime | None = None,
    expect_sampled_at: bool = False,
    inputs: Mapping[str, Input] = INPUTS,
) -> Reading:
    """Reads one patient's input.

    `raw` uses the names of `inputs` (`TYPED_INPUTS` for a bedside table) and of units, `sampled_at` (one
    time, or times by input name) and `confirmed` (fields whose unusual value or limit of the measurement is
    right); `sources` is nothing to a score. With `now` (aware), samples older than 12 h are asked about and
    future ones refused; with `latest` alone, as for a file, only what lies after it is refused; samples 12 h
    apart are asked about always. With `expect_sampled_at` an unknown time is a warning. Oxygen by FiO2, and
    urine by weight and hour, are among the values. Never raises for bad input: see `Reading.issues`.
    """
    confirmed = confirmed_names(raw.get("confirmed"))
    accepted = inputs.keys() | _BESIDE_VALUES
    issues = [Issue(name, "unknown_field") for name in raw if name not in accepted]
    values: dict[str, Value] = {}
    entered: dict[str, Mapping[str, Any]] = {}
    warnings: list[Issue] = []
    for name, spec in inputs.items():
        if name not in raw or is_blank(typed := raw[name]):
            continue
        unit = raw.get(spec.unit_field) if spec.unit_field else None
        entered[name] = _as_typed(typed, unit)
        value, refused, noticed = _value(spec, typed, unit, takes_bound=name in confirmed)
        issues += refused
        warnings += noticed
        if value is not None:
            values[spec.key] = value
    issues += _cross_checks(values)
    values |= {**ratios(values), **urine_rate(values)}
    warnings += [*_half_a_ratio(values, raw), *_part_of_urine(values)]
    sampling = read_sampling(
        raw.get("sampled_at"), list(entered), now=now, latest=latest, expected=expect_sampled_at
    )
    return _reading(values, entered, issues, warnings, sampling, confirmed)


def _value(
    spec: Input, typed: object, unit: object, *, takes_bound: bool
) -> tuple[Value | None, list[Issue], list[Issue]]:
    """A value, what it is refused with, and what is noteworthy about it."""
    try:
        value, used_unit = parse(spec, typed, unit)
    except RefusedError as refusal:
        if refusal.issue.code == "bound":
            return _bound(spec, as_text(typed).strip(), unit, is_taken=takes_bound)
        return None, [refusal.issue], []
    return value, [], soft_limits(spec, value, used_unit)


def _bound(
    spec: Input, typed: str, unit: object, *, is_taken: bool
) -> tuple[Value | None, list[Issue], list[Issue]]:
    """A limit of the measurement (`>513`): its number is the value only where a person said so.

    What is unusual about the number is asked together with that.
    """
    number = without_bound(typed)
    try:
        value, used_unit = parse(spec, number, unit)
    except RefusedError as refusal:
        impossible = Issue(spec.name, "bound", {"value": quoted(typed).strip()})
        return None, [refusal.issue if is_taken else impossible], []
    doubts = soft_limits(spec, value, used_unit)
    if is_taken:
        return value, [], [Issue(spec.name, "bound_taken", {"value": typed, "number": number}), *doubts]
    asked = {"value": quoted(typed).strip(), "hint": "take_the_number", "number": number}
    return None, [Issue(spec.name, "bound", asked)], doubts


def _reading(
    values: dict[str, Value],
    entered: dict[str, Mapping[str, Any]],
    issues: list[Issue],
    warnings: list[Issue],
    sampling: Sampling,
    confirmed: frozenset[str],
) -> Reading:
    return Reading(
        values=values,
        entered=entered,
        missing=tuple(name for name in EIGHT if INPUTS[name].key not in values),
        issues=(*issues, *sampling.issues),
        warnings=(*warnings, *sampling.warnings),
        sampled_at=sampling.times,
        confirmed=confirmed,
    )


def with_bounds_as_missing(reading: Reading) -> Reading:
    """The reading of a row of a file: a bound (`>513`) costs its own value only, a warning names it."""
    bounds = tuple(issue for issue in reading.issues if issue.code == "bound")
    if not bounds:
        return reading
    others = tuple(issue for issue in reading.issues if issue.code != "bound")
    bounds = tuple(replace(issue, params={"value": issue.params["value"]}) for issue in bounds)
    return replace(reading, issues=others, warnings=(*reading.warnings, *bounds))


def without_unusable(reading: Reading, needed: Collection[str]) -> Reading:
    """The reading of a row of a file: what cannot be used of an input that is not `needed` costs that value
    only, a warning names it."""
    optional = [spec for name, spec in ANY_INPUT.items() if name not in needed]
    optional = [spec for spec in optional if spec.key not in reading.values]
    fields = {field for spec in optional for field in (spec.name, spec.unit_field)}
    fields -= {ANY_INPUT[name].unit_field for name in needed}
    left_out = tuple(issue for issue in reading.issues if issue.field in fields)
    others = tuple(issue for issue in reading.issues if issue.field not in fields)
    return replace(reading, issues=others, warnings=(*reading.warnings, *left_out))


def _as_typed(typed: object, unit: object) -> dict[str, Any]:
    entry: dict[str, Any] = {"value": str(typed) if isinstance(typed, Decimal) else typed}
    if not is_blank(unit):
        entry["unit"] = as_text(unit).strip()
    return entry


def ratios(values: Mapping[str, Value]) -> dict[str, Value]:
    """PaO2/FiO2 and SpO2/FiO2, by key, where both numbers of one are there; they take the place of a typed
    one."""
    fio2 = values.get("fio2")
    values_of_ratios = {"pao2_fio2": values.get("pao2_mmhg"), "spo2_fio2": values.get("spo2_percent")}
    return {
        key: round(float(oxygen) / float(fio2), 1)
        for key, oxygen in values_of_ratios.items()
        if oxygen is not None and fio2 is not None
    }


def urine_rate(values: Mapping[str, Value]) -> dict[str, Value]:
    """Urine by weight and hour, by key, where volume, hours and weight are there; it takes the place of a
    typed one."""
    volume, hours, weight = (values.get(name) for name in ("urine_ml", "urine_hours", "weight_kg"))
    if volume is None or hours is None or weight is None:
        return {}
    return {"urine_ml_kg_h": round(float(volume) / float(hours) / float(weight), _URINE_DECIMALS)}


def _part_of_urine(values: Mapping[str, Value]) -> list[Issue]:
    """A question where a volume or rate of urine says nothing because its time or the weight is missing."""
    given = next((name for name in ("urine_ml", "urine_ml_kg_h") if name in values), None)
    needed = (
        ("urine_hours", "weight_kg")
        if given == "urine_ml" and "urine_ml_kg_h" not in values
        else ("urine_hours",)
    )
    lacking = [name for name in needed if given and name not in values]
    return [Issue(name, "needed_for_urine", {"given": given}) for name in lacking]


def _half_a_ratio(values: Mapping[str, Value], raw: Mapping[str, object]) -> list[Issue]:
    """A question where one of the two numbers of a ratio is missing, so that nothing comes of the other."""
    oxygen = [name for name in ("pao2", "spo2_percent") if INPUTS[name].key in values]
    if values.get("mechanical_ventilation") or "spo2_fio2" in values or "pao2_fio2" in values:
        return _ratio_out_of_reach(values)
    if oxygen and "fio2" not in values and is_blank(raw.get("fio2")):
        return [Issue("fio2", "needs_fio2", {"given": oxygen[0]})]
    if "fio2" in values and not oxygen and all(is_blank(raw.get(name)) for name in ("pao2", "spo2_percent")):
        return [Issue("spo2_percent", "needs_oxygen")]
    return []


def _ratio_out_of_reach(values: Mapping[str, Value]) -> list[Issue]:
    """A question about a computed PaO2/FiO2 that no lungs reach: oxygen was given, or the unit is another."""
    ratio = values.get("pao2_fio2")
    if "fio2" not in values or not isinstance(ratio, float) or ratio <= HIGHEST_RATIO:
        return []
    return [Issue("fio2", "ratio_out_of_reach", {"value": ratio, "limit": HIGHEST_RATIO})]


def _cross_checks(values: dict[str, Value]) -> list[Issue]:
    """Contradictions between values; the value at fault is taken out."""
    neutrophils, white_cells = (values.get("neutrophils_10e9_l"), values.get("wbc_10e9_l"))
    if not isinstance(neutrophils, float) or not isinstance(white_cells, float) or neutrophils <= white_cells:
        return []
    del values["neutrophils_10e9_l"]
    return [Issue("neutrophils_10e9_l", "neutrophils_exceed_wbc", {"value": neutrophils, "wbc": white_cells})]


def confirmed_names(raw: object) -> frozenset[str]:
    """The inputs named in `confirmed`: a list, or text with blanks or commas between them."""
    names = raw.replace(",", " ").split() if isinstance(raw, str) else raw
    if not isinstance(names, list | tuple | set | frozenset):
        return frozenset()
    return frozenset(name for name in names if isinstance(name, str) and name in _CONFIRMABLE)
