"""Observations that were sent, as typed values of `scoring`."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from fhir.codes import LOINC
from fhir.datatypes import own_system
from fhir.writing.elements import Findings, codings_of, text_of
from labs.coded import AmbiguousCode, UnitContradicts, UnknownCode, coded_input, unit_said
from scoring import INPUTS
from scoring.numbers import is_number

TAKEN = (
    *("status", "code", "subject", "effectiveDateTime", "issued", "category", "performer", "basedOn"),
    *("valueQuantity", "valueBoolean", "valueInteger", "valueCodeableConcept", "valueString", "encounter"),
    *("identifier", "specimen", "referenceRange", "interpretation"),
)
FINAL = frozenset({"final", "amended", "corrected"})
OF_THE_PATIENT = frozenset({"age_years", "sex"})


def read_values(
    observations: Sequence[tuple[str, Mapping[str, Any]]], findings: Findings
) -> tuple[dict[str, Any], list[str]]:
    """What was measured, as `scoring.read_inputs` takes it, and the input of each Observation.

    `observations` are pairs of where one stands and the resource. Two for one input are refused: which of
    them counts is for a person.
    """
    values: dict[str, Any] = {"sampled_at": {}}
    names: list[str] = []
    for where, resource in observations:
        findings.refuse_unknown(resource, where, TAKEN)
        name = _read(values, where, resource, findings)
        names.append(name)
        if name and names.count(name) > 1:
            text = _("There are two values of %(input)s. Send the one that counts.") % {"input": name}
            findings.add(where, text, "duplicate")
    return values, names


def _read(values: dict[str, Any], where: str, resource: Mapping[str, Any], findings: Findings) -> str:
    if text_of(resource.get("status")) not in FINAL:
        text = _("Only final values are taken (final, amended, corrected): this one is “%(status)s”.")
        findings.add(f"{where}.status", text % {"status": text_of(resource.get("status"))})
    codings = codings_of(resource.get("code"))
    loinc = next((row["code"] for row in codings if row.get("system") == LOINC), "")
    own = next((row["code"] for row in codings if row.get("system") == own_system("input")), "")
    name = (
        _coded(values, where, resource, loinc, findings)
        if loinc
        else _own(values, where, resource, own, findings)
    )
    moment = text_of(resource.get("effectiveDateTime"))
    if name and INPUTS[name].laboratory:
        if not moment:
            findings.required(f"{where}.effectiveDateTime")
        values["sampled_at"][name] = moment
    return name


def _coded(
    values: dict[str, Any], where: str, resource: Mapping[str, Any], loinc: str, findings: Findings
) -> str:
    quantity = resource.get("valueQuantity")
    if not isinstance(quantity, Mapping) or not is_number(quantity.get("value")):
        findings.add(f"{where}.valueQuantity", _("A measured value needs “valueQuantity.value”, a number."))
        return ""
    if quantity.get("comparator"):
        text = _("A bound (“%(sign)s”) is no value. A person has to decide what it means.")
        findings.add(f"{where}.valueQuantity.comparator", text % {"sign": quantity["comparator"]})
    unit = unit_said(loinc, text_of(quantity.get("code")), text_of(quantity.get("unit")))
    try:
        coded = coded_input(loinc, unit)
    except UnknownCode:
        text = _("The LOINC code %(code)s is not known here.")
        findings.add(f"{where}.code", text % {"code": loinc[:20]}, "code-invalid")
    except UnitContradicts as error:
        findings.add(f"{where}.valueQuantity", _contradiction(loinc, unit, error.expected))
    except AmbiguousCode as error:
        text = _("Hospitals mean different things by %(code)s. Use one of %(instead)s.")
        findings.add(
            f"{where}.code", text % {"code": loinc, "instead": ", ".join(error.instead)}, "code-invalid"
        )
    else:
        values[coded.input] = quantity["value"]
        if coded.unit_field:
            values[coded.unit_field] = coded.unit
        return coded.input
    return ""


def _contradiction(loinc: str, unit: str, expected: str) -> Any:
    if not unit:
        text = _("No unit is given. The code %(code)s is measured in %(expected)s.")
        return text % {"code": loinc, "expected": expected}
    text = _("The unit “%(unit)s” contradicts the code %(code)s, which is measured in %(expected)s.")
    return text % {"unit": unit[:20], "code": loinc, "expected": expected}


def _own(
    values: dict[str, Any], where: str, resource: Mapping[str, Any], name: str, findings: Findings
) -> str:
    spec = INPUTS.get(name)
    if spec is None or name in OF_THE_PATIENT:
        text = _("This code is not known here. Use LOINC, or %(system)s with the name of an input.")
        findings.add(f"{where}.code", text % {"system": own_system("input")}, "code-invalid")
        return ""
    value = _plain(resource)
    if value is None or (spec.unit_field and spec.unit_field in INPUTS):
        findings.required(f"{where}.value[x]")
        return ""
    if spec.unit_field:
        quantity = resource.get("valueQuantity")
        values[spec.unit_field] = text_of(quantity.get("unit")) if isinstance(quantity, Mapping) else ""
    values[name] = value
    return name


def _plain(resource: Mapping[str, Any]) -> Any:
    """value[x] without a code of LOINC: a flag, a grade, a choice, or a number in the unit it names."""
    for name in ("valueBoolean", "valueInteger", "valueString"):
        if name in resource:
            return resource[name]
    if codings := codings_of(resource.get("valueCodeableConcept")):
        return codings[0]["code"]
    quantity = resource.get("valueQuantity")
    return quantity.get("value") if isinstance(quantity, Mapping) else None
