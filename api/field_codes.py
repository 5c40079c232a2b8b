"""The stable codes of single fields: why one needs correction, or has to be looked at."""

from collections.abc import Callable, Mapping

from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from files.refusals import REASONS
from labs.refusals import REFUSALS
from referral.pathway.refusals import Text


def _with_any_limit(text: str) -> str:
    return gettext(text) % {"limit": "N"}


with_any_limit: Callable[[str], Text] = lazy(_with_any_limit, str)
"""The words of a code that names a limit, for every value of the limit, in the reader's language."""
FORM: Mapping[str, Text] = {
    "required": _("Left out, or empty."),
    "invalid": _("Not of the form that is asked for."),
    "null": _("Cannot be null."),
    "blank": _("Cannot be empty."),
    "min_length": _("Too short."),
    "max_length": _("Too long."),
    "min_value": _("Too small."),
    "max_value": _("Too large."),
    "max_string_length": _("Written with too many digits."),
    "overflow": _("Beyond what can be kept."),
    "not_a_list": _("Not a list."),
    "empty": _("An empty list."),
    "invalid_choice": _("Not one of the answers that can be given."),
    "unknown_field": _("A name that is not known here."),
    "unprintable": _("Line breaks or characters that nobody can see."),
    "invalid_unicode": _("Text that is no valid Unicode."),
    "surrogate_characters_not_allowed": _("Text that is no valid Unicode."),
    "null_characters_not_allowed": _("Text with a null character."),
    "date": _("A date where a date and time is asked for."),
    "datetime": _("A date and time where a date is asked for."),
    "invalid_text": _("Text that is no valid Unicode."),
    "not_an_object": _("Not an object."),
    "too_many": _("More than can be taken at once."),
    "one_of": _("One of two has to be given, not both."),
    "not_with_ids": _("Cannot be combined with ids."),
    "not_found": _("Does not exist here."),
    "read_only": _("Cannot be changed."),
}
"""What every field can be refused for, most of it by the framework."""
IDENTITY: Mapping[str, Text] = {
    "needs_confirmation": _("Unusual, or at odds with another field: confirmed by name where it is right."),
    "placeholder": _("A placeholder, taken as empty."),
    "contradictory": _("Two answers that exclude each other."),
    "unchanged": _("What is on record already."),
    "id_of_another": _("The ID of somebody of whom something differs."),
    "number_of_another": _("The hospital number of somebody of whom something differs."),
    "recorded_dead": _("The number of somebody who is recorded dead."),
    "known_elsewhere": _("Somebody whom another hospital has treated."),
    "confirm_identity": _("Somebody of the same name and birth date."),
    "look_up_first": _("The patient has to be looked up first."),
    "not_this_patient": _("Not what is on record of the patient."),
}
"""What is asked or refused about who the patient is."""
TIMES: Mapping[str, Text] = {
    "in_future": _("In the future."),
    "in_the_past": _("In the past."),
    "out_of_order": _("Before or after something that it cannot precede or follow."),
    "too_old": _("Too long ago."),
    "too_early": _("Earlier than this can be known."),
    "too_far": _("Too far ahead."),
    "not_later": _("Not later than it is already."),
    "not_after_start": _("Not after the start."),
    "not_after_departure": _("Not after the departure."),
    "after_report": _("After the report."),
    "after_the_day": _("After the day that is asked about."),
    "other_date_of_death": _("Another date of death than the one on record."),
}
"""What is wrong with a time."""
PATHWAY: Mapping[str, Text] = {
    "not_needed": _("Has no place here."),
    "not_another_ward": _("No other ward of this network."),
    "not_in_catchment": _("A ward that the hospital does not ask first."),
    "other_network": _("A ward of another network."),
    "ward_closed": _("A ward that is closed."),
    "not_open": _("A deadline that is no longer open."),
    "not_missed": _("A deadline that was not missed."),
    "of_others": _("A deadline of somebody else."),
    "in_ward": _("The patient is in the ward."),
    "found_before": _("Recorded before."),
    "nothing_to_treat": _("There is nothing to treat."),
    "other_precipitant": _("The codes are of another precipitant."),
    "has_treatment": _("A treatment depends on it."),
    "missing": _("A value is missing."),
    "promised": _("A bed that another patient has been promised."),
    "twice": _("With the case already."),
    "id_taken": _("The id is taken."),
}
"""What the pathway refuses of a fact."""
VALUES: Mapping[str, Text] = {
    "not_a_number": _("Not a number."),
    "number_ambiguous": _("Can be two numbers."),
    "bound_taken": _("Computed with the limit of a measurement, which somebody took for the value."),
    "not_plain": _("Is not plainly one value: another test, unit or number stands there."),
    "bound": _("A limit of the measurement, not a value; confirmed by name, its number is taken for one."),
    "units_contradict": _("Names another unit than the one stated."),
    "unit_contradicts_heading": _("Names another unit than the heading."),
    "not_finite": _("Not a measured value."),
    "not_whole": _("Not a whole number within the limits."),
    "not_a_choice": _("Not one of the possible answers."),
    "not_yes_or_no": _("Neither yes nor no."),
    "unit_missing": _("Without a unit."),
    "unit_unknown": _("A unit that is not known."),
    "unit_ambiguous": _("A unit that can mean two things."),
    "out_of_range": _("Impossible."),
    "neutrophils_exceed_wbc": _("More neutrophils than white cells."),
    "time_invalid": _("Not a time."),
    "time_without_offset": _("A time without a time zone."),
    "sampled_in_future": _("Sampled in the future."),
    "date_ambiguous": _("Can be two dates."),
    "date_invalid": _("Not a date."),
    "not_utf8": _("Text that cannot be read."),
    "too_many_cells": _("More cells than the heading has."),
    "malformed_row": _("A row that cannot be read."),
    "invalid_json": _("Not valid JSON."),
    "repeated_name": _("A name that stands there twice."),
    "unusually_low": _("Unusually low."),
    "unusually_high": _("Unusually high."),
    "perhaps_mg_dl": _("Perhaps in mg/dL."),
    "perhaps_umol_l": _("Perhaps in µmol/L."),
    "perhaps_mmol_l": _("Perhaps in mmol/L."),
    "perhaps_g_dl": _("Perhaps in g/dL."),
    "perhaps_g_l": _("Perhaps in g/L."),
    "perhaps_mg_l": _("Perhaps in mg/L."),
    "perhaps_ug_dl": _("Perhaps in µg/dL."),
    "perhaps_ul": _("Perhaps per µL."),
    "perhaps_10e9_l": _("Perhaps in 10⁹/L."),
    "perhaps_kpa": _("Perhaps in kPa."),
    "perhaps_mmhg": _("Perhaps in mmHg."),
    "perhaps_seconds": _("Perhaps a time in seconds."),
    "perhaps_pta": _("Perhaps the prothrombin activity."),
    "perhaps_percent": _("Perhaps in per cent."),
    "perhaps_chloride": _("Perhaps the chloride."),
    "perhaps_map_kpa": _("Perhaps a pressure in kPa."),
    "perhaps_systolic": _("Perhaps the systolic pressure."),
    "perhaps_pao2": _("Perhaps the PaO2."),
    "perhaps_flow": _("Perhaps a flow in litres."),
    "needs_fio2": _("Says nothing without the FiO2."),
    "needed_for_urine": _("Urine says nothing without it."),
    "needs_oxygen": _("Says nothing without SpO2 or PaO2."),
    "ratio_out_of_reach": _("A ratio that cannot be reached."),
    "stale_sample": _("An old sample."),
    "stale_samples": _("Old samples."),
    "scattered_samples": _("Samples far apart in time."),
    "sampled_at_missing": _("Without a time of sampling."),
    "age_by_birth_date": _("Another age than by the birth date."),
    "not_said": _("Not recorded."),
    "long_ago": _("Long ago."),
}
"""What is wrong with, or doubtful about, a value."""
GRADES: Mapping[str, Text] = {
    "outside_population": _("Outside the patients the model was made for."),
    "outside_model_range": _("Beyond the range of the model."),
    "not_used": _("Not used here."),
    "counts_as_no": _("Not stated, counts as no."),
    "counts_as_known": _("Not stated, counts as known."),
    "complications_from_values": _("Complications counted from the values."),
    "fewer_than_values_show": _("Fewer than the values show."),
    "stages_differ": _("Values point to different stages."),
    "between_stages": _("Between two stages."),
    "rise_of_unknown_time": _("A rise within an unknown time."),
    "decompensated_before": _("Decompensated before."),
}
"""What to know of a risk or a grade."""
REPORTS: Mapping[str, Text] = {code: with_any_limit(text) for code, text in REFUSALS.items()}
"""Why a laboratory report cannot be read."""
FIELD_CODES: Mapping[str, Text] = {
    **REASONS,
    **REPORTS,
    **FORM,
    **IDENTITY,
    **TIMES,
    **PATHWAY,
    **VALUES,
    **GRADES,
}
