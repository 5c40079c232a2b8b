"""The dictionary of the tables of the whole journey, and the same as a data dictionary of REDCap."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from referral.pathway.refusals import Text
from referral.statistics.reports.export_columns import dictionary
from referral.statistics.reports.journey import CASES, NUMBERS, OF_MANY, TABLES, columns_of

NAMES: Mapping[str, Text] = {
    CASES: gettext_lazy("cases, one line each"),
    "assessments": gettext_lazy("assessments of the eight indicators"),
    "assessment_values": gettext_lazy("values of the assessments"),
    "organ_tables": gettext_lazy("tables of organ failure"),
    "organ_values": gettext_lazy("values of the tables of organ failure"),
    "panel_values": gettext_lazy("values of the laboratory panels"),
    "immune_values": gettext_lazy("immune markers"),
    "precipitants": gettext_lazy("precipitants"),
    "interventions": gettext_lazy("treatments of the precipitants"),
    "treatments": gettext_lazy("items of the treatment checklist"),
    "sessions": gettext_lazy("artificial liver sessions"),
    "kit": gettext_lazy("results of the six-metabolite kit"),
    "transplant": gettext_lazy("status towards a transplant"),
}
MEANINGS: Mapping[str, Text] = {
    "case": gettext_lazy("code of the case in this file"),
    "days": gettext_lazy("span of days after the first visit: 0-1, 2-7, 8-28, 29+; * where it was left out"),
    "band": gettext_lazy("band of the risk"),
    "red_flags": gettext_lazy("red flags, codes"),
    "value_of": gettext_lazy("what was measured; the unit is in the name"),
    "number": gettext_lazy("the value, where it is a number"),
    "text": gettext_lazy("the value, where it is a code or true or false"),
    "definition": gettext_lazy("definition of ACLF that led, code"),
    "grade": gettext_lazy("what it said"),
    "failures": gettext_lazy("failing organs"),
    "failing": gettext_lazy("which organs failed, codes"),
    "clif_c_of": gettext_lazy("CLIF-C OF score"),
    "precipitant": gettext_lazy("precipitant, code"),
    "icd10": gettext_lazy("ICD-10 code (WHO)"),
    "treatment": gettext_lazy("kind of treatment, code"),
    "item": gettext_lazy("item of the checklist, code"),
    "progress": gettext_lazy("planned, done or declined"),
    "reason": gettext_lazy("reason, code"),
    "mode": gettext_lazy("mode of artificial liver, code"),
    "hours": gettext_lazy("length of the session in hours"),
    "plasma_ml": gettext_lazy("plasma exchanged or adsorbed, mL"),
    "anticoagulant": gettext_lazy("anticoagulant, code"),
    "complications": gettext_lazy("complications, codes"),
    "answer": gettext_lazy("answer of the kit"),
    "probability": gettext_lazy("probability that the kit gave, 0 to 1"),
    "organ_failure_at_sampling": gettext_lazy("whether an organ was failing when the sample was taken"),
    "decision": gettext_lazy("status towards a transplant, code"),
    "division": gettext_lazy("division of the admitted: all, grade, mode, begun, as on the page of outcomes"),
    "group": gettext_lazy("code of the group in it; empty for those without a table of organ failure"),
    "by_day": gettext_lazy("day after the admission up to which this is told: 28 or 90"),
    "step": gettext_lazy("place in the order of the events; 0 is the admission, the last is the day itself"),
    "at_risk": gettext_lazy("patients still followed, to whom nothing had happened before"),
    "deaths": gettext_lazy("deaths at this step"),
    "transplants": gettext_lazy("transplants at this step"),
    "measure": gettext_lazy("between which moments, as the page of statistics measures it, code"),
    "seconds": gettext_lazy("how long it took in a closed case, in seconds"),
    "model": gettext_lazy("risk model"),
    "record": gettext_lazy(
        "own: cases whose first assessment was by the model; shadow: those that it scored in shadow; "
        "in_force_beside: the model in force on the same cases"
    ),
    "part": gettext_lazy(
        "all; group: of similar risk; threshold: who has that risk or more; unknown: without a known "
        "outcome; flags_...: who was flagged by which of the two"
    ),
    "at": gettext_lazy("number of the group, or the threshold"),
    "patients": gettext_lazy("cases in this part"),
    "events": gettext_lazy("how many of them died or had a transplant within 90 days"),
    "predicted": gettext_lazy("mean of the predicted risks, 0 to 1, rounded"),
    "concordant": gettext_lazy(
        "pairs of a case with and one without the end point in which the first had the higher risk"
    ),
    "tied": gettext_lazy("pairs in which both had the same risk"),
    "squares_with": gettext_lazy(
        "sum of squares over the cases with the end point of twice the number of those without it at a lower "
        "risk plus the number at the same"
    ),
    "squares_without": gettext_lazy(
        "sum of squares over the cases without the end point of twice the number of those with it at a "
        "higher risk plus the number at the same"
    ),
}
DICTIONARY_HEADER = ("table", "column", "type", "meaning_en", "meaning_zh")
REDCAP_HEADER = (
    *("Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label"),
    *("Choices, Calculations, OR Slider Labels", "Field Note"),
    *("Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max"),
    *("Identifier?", "Branching Logic (Show field only if...)", "Required Field?", "Custom Alignment"),
    *("Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?", "Field Annotation"),
)


def journey_dictionary() -> Iterator[tuple[str, ...]]:
    """Each column of each table with its type and what it is, in English and Chinese."""
    in_both = [_meanings(language) for language in ("en", "zh-hans")]
    for table in (CASES, *TABLES, *OF_MANY):
        for column in columns_of(table):
            words = tuple(meanings[table, column] for meanings in in_both)
            yield (table, column, type_of(table, column), *words)


def type_of(table: str, column: str) -> str:
    """`number` or `text`; the cells of cases are text, because a span can stand in any."""
    return "number" if table != CASES and column in NUMBERS else "text"


def _meanings(language: str) -> dict[tuple[str, str], str]:
    with override(language):
        of_cases = {(CASES, name): str(meaning) for name, meaning, _blurred in dictionary()}
        rest = {
            (table, column): str(MEANINGS[column])
            for table in (*TABLES, *OF_MANY)
            for column in columns_of(table)
        }
        return of_cases | rest


def redcap_dictionary() -> Iterator[tuple[str, ...]]:
    """The same as REDCap imports it: a form for each table, its fields with their labels in the language of
    the reader; the record is the case, the other tables of cases are repeating forms."""
    yield _field("record_id", CASES, _("code of the case in this file"))
    for table in (CASES, *TABLES):
        section = str(NAMES[table])
        for column in columns_of(table):
            if column != "case":
                validation = "number" if type_of(table, column) == "number" else ""
                meaning = _reader_meaning(table, column)
                yield _field(f"{table}_{column}".lower(), table, meaning, section, validation)
                section = ""


def _reader_meaning(table: str, column: str) -> str:
    if table != CASES:
        return str(MEANINGS[column])
    return next(str(meaning) for name, meaning, _blurred in dictionary() if name == column)


def _field(name: str, form: str, label: str, section: str = "", validation: str = "") -> tuple[str, ...]:
    return (name, form, section, "text", label, "", "", validation, *[""] * 10)
