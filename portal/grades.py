"""Both grades of organ failure in words. While organs are not known they are lower bounds, and say so."""

from django.utils.translation import gettext as _

from scoring import texts


def easl_clif(grade: str, *, is_complete: bool) -> str:
    """A grade of EASL-CLIF, as `aclf_grade` names it."""
    return _bounded(str(texts.ACLF_GRADE[grade]), is_none=grade == "none", is_complete=is_complete)


def by_number(simple_grade: str, *, is_complete: bool) -> str:
    """The grade by the number of failing organs: I, II, III, or empty without one."""
    named = _("grade %(simple_grade)s") % {"simple_grade": simple_grade}
    words = named if simple_grade else _("no failing organ")
    return _bounded(words, is_none=not simple_grade, is_complete=is_complete)


def _bounded(words: str, *, is_none: bool, is_complete: bool) -> str:
    if is_complete:
        return words
    return _("cannot be said yet") if is_none else _("at least %(grade)s") % {"grade": words}
