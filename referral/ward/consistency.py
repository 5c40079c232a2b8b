"""Whether a diagnosis and the stored table of organ failure say the same."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from referral.codes import DiagnosisCategory
from referral.models import OrganFailureAssessment
from referral.pathway.refusals import Text

FAILS: Text = _(
    "The last table of organ failure has a failing organ. If the diagnosis is right all the same, confirm "
    "it and say why in the note."
)
IS_ACLF: Text = _(
    "By the definition that leads, the last table is ACLF. If the diagnosis is right all the same, confirm "
    "it and say why in the note."
)
IS_NONE: Text = _(
    "By the definition that leads, the last table is not ACLF. If the diagnosis is right all the same, "
    "confirm it and say why in the note."
)
_WITHOUT_FAILURE = (
    *(DiagnosisCategory.EARLY_ACLF, DiagnosisCategory.DECOMPENSATION),
    DiagnosisCategory.LIVER_INJURY,
)
_NO_ACLF = ("none", "pre", False)
_RESULT_FIELDS = ("grade", "stage", "aclf")


def contradiction(category: str, table: OrganFailureAssessment | None) -> Text:
    """The question that a diagnosis raises beside the table it rests on; empty where the two agree, or where
    the table leaves it open.
    """
    if table is None:
        return ""
    if category == DiagnosisCategory.EARLY_ACLF and table.failures:
        return FAILS
    leading: Mapping[str, object] = table.grading[table.grading["leading"]]
    is_aclf = leading["at_least"] not in _NO_ACLF
    if category in _WITHOUT_FAILURE:
        return IS_ACLF if is_aclf else ""
    decided = any(leading.get(field) is not None for field in _RESULT_FIELDS)
    if category == DiagnosisCategory.ACLF and decided and not is_aclf and not table.failures:
        return IS_NONE
    return ""
