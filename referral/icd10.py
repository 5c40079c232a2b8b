"""ICD-10 for what the pathway asks: the chronic liver disease, cirrhosis, bleeding from varices."""

from collections.abc import Mapping
from types import MappingProxyType

from referral.codes import ChronicLiverDisease as D

ICD10 = "http://hl7.org/fhir/sid/icd-10"
"""The system of the WHO's codes. What extends them (`http://hl7.org/fhir/sid/icd-10-cn`) is read alike."""
ICD10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
CATEGORY_LENGTH = len("K70.3")

DISEASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        D.HEPATITIS_B: ("B18.1", "B18.0"),
        D.HEPATITIS_C: ("B18.2",),
        D.ALCOHOL: ("K70.9", "K70.3", "K70.1", "K70.2", "K70.4", "K70.0"),
        D.MASLD: ("K76.0", "K75.8"),
        D.AUTOIMMUNE: ("K75.4",),
        D.CHOLESTATIC: ("K74.3", "K83.0"),
        D.WILSON: ("E83.0",),
        D.DRUG: ("K71.9", "K71.7", "K71.3", "K71.4", "K71.5"),
        D.OTHER: ("K76.9", "K74.6", "K73.9"),
        D.UNKNOWN: ("K76.9",),
    }
)
"""ICD-10 (WHO) of the chronic liver disease; the first is what we say, all are understood."""

BY_ICD10: Mapping[str, str] = MappingProxyType(
    {code: disease for disease, codes in reversed(list(DISEASES.items())) for code in reversed(codes)}
)
"""The disease that a code says."""
CIRRHOSIS = frozenset({"K70.3", "K71.7", "K74.4", "K74.5", "K74.6"})
BLEEDING = frozenset({"I85.0", "I98.3"})
BLEEDING_CM = frozenset({"I85.01", "I85.11"})
"""In the American modification I85.00 and I85.10 are varices that do not bleed."""


def category(system: str, code: str) -> str:
    """The code of the WHO that `code` of a system extends (`K74.600x001` is `K74.6`); empty for no ICD-10."""
    return code.strip().upper()[:CATEGORY_LENGTH] if system.startswith(ICD10) else ""


def disease_of(system: str, code: str) -> str:
    """The chronic liver disease that a code says; empty where it says none."""
    return BY_ICD10.get(category(system, code), "")


def says_cirrhosis(system: str, code: str) -> bool:
    return category(system, code) in CIRRHOSIS


def says_bleeding(system: str, code: str) -> bool:
    """Whether a code says bleeding from oesophageal varices."""
    if system.startswith(ICD10_CM):
        return code.strip().upper() in BLEEDING_CM
    return category(system, code) in BLEEDING
