"""The code table of precipitants: what each of ours is in ICD-10 and SNOMED CT, and how sure that is.

ICD-10 codes are those of the WHO edition, checked against its text; what only the American edition (CM) has
is left out, because the same code can mean opposite things in the two. SNOMED CT stands only where the code
was seen in a public code list.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referral.codes import PrecipitantCode

P = PrecipitantCode


class ICD10(TextChoices):
    """Codes of the WHO edition that a precipitant may be recorded with, in our words."""

    A41_9 = "A41.9", _("A41.9 sepsis")
    A49_9 = "A49.9", _("A49.9 bacterial infection")
    B15_0 = "B15.0", _("B15.0 hepatitis A with coma")
    B15_9 = "B15.9", _("B15.9 hepatitis A without coma")
    B17_0 = "B17.0", _("B17.0 delta superinfection of hepatitis B")
    B17_2 = "B17.2", _("B17.2 acute hepatitis E")
    B18_0 = "B18.0", _("B18.0 chronic hepatitis B with delta agent")
    B18_1 = "B18.1", _("B18.1 chronic hepatitis B without delta agent")
    B25_1 = "B25.1", _("B25.1 cytomegalovirus hepatitis")
    B27_0 = "B27.0", _("B27.0 Epstein-Barr virus disease")
    B37_1 = "B37.1", _("B37.1 candidiasis of the lungs")
    B37_7 = "B37.7", _("B37.7 candidal sepsis")
    B44_0 = "B44.0", _("B44.0 invasive aspergillosis of the lungs")
    B44_1 = "B44.1", _("B44.1 other aspergillosis of the lungs")
    B49 = "B49", _("B49 mycosis, not specified")
    E83_0 = "E83.0", _("E83.0 disorder of copper metabolism")
    I81 = "I81", _("I81 portal vein thrombosis")
    I82_0 = "I82.0", _("I82.0 Budd-Chiari syndrome")
    I85_0 = "I85.0", _("I85.0 bleeding oesophageal varices")
    I98_3 = "I98.3", _("I98.3 bleeding oesophageal varices in cirrhosis")
    J10_0 = "J10.0", _("J10.0 influenza with pneumonia, virus identified")
    J10_1 = "J10.1", _("J10.1 influenza of the airways, virus identified")
    J11_1 = "J11.1", _("J11.1 influenza of the airways, virus not identified")
    J18_9 = "J18.9", _("J18.9 pneumonia")
    K65_0 = "K65.0", _("K65.0 acute peritonitis")
    K70_1 = "K70.1", _("K70.1 alcoholic hepatitis")
    K70_4 = "K70.4", _("K70.4 alcoholic hepatic failure")
    K71_1 = "K71.1", _("K71.1 toxic liver disease with necrosis")
    K71_2 = "K71.2", _("K71.2 toxic liver disease with acute hepatitis")
    K71_6 = "K71.6", _("K71.6 toxic liver disease with other hepatitis")
    K71_9 = "K71.9", _("K71.9 toxic liver disease")
    K75_4 = "K75.4", _("K75.4 autoimmune hepatitis")
    K91_8 = "K91.8", _("K91.8 digestive disorder after a procedure")
    K92_2 = "K92.2", _("K92.2 gastrointestinal bleeding")
    N39_0 = "N39.0", _("N39.0 urinary tract infection")
    R53 = "R53", _("R53 malaise and fatigue")
    U07_1 = "U07.1", _("U07.1 COVID-19, virus identified")
    U07_2 = "U07.2", _("U07.2 COVID-19, virus not identified")
    X50 = "X50", _("X50 overexertion")
    Y83_8 = "Y83.8", _("Y83.8 other surgical procedure")
    Y83_9 = "Y83.9", _("Y83.9 surgical procedure")
    Y84_8 = "Y84.8", _("Y84.8 other medical procedure")


@dataclass(frozen=True, slots=True)
class Coding:
    """`icd10`: the codes that fit, the usual one first. `snomed`: empty where none was verified."""

    icd10: tuple[str, ...] = ()
    snomed: str = ""

    @property
    def certainty(self) -> str:
        """`verified` where every code was checked in a source, `none` where there is no code."""
        return "verified" if self.icd10 or self.snomed else "none"


CODINGS: Mapping[PrecipitantCode, Coding] = {
    P.HBV_FLARE: Coding(("B18.1", "B18.0"), "66071002"),
    P.NUC_STOP: Coding(),
    P.HDV_SUPER: Coding(("B17.0",)),
    P.HAV: Coding(("B15.9", "B15.0"), "40468003"),
    P.HEV: Coding(("B17.2",), "7111000119109"),
    P.OTHER_VIRAL: Coding(("B25.1", "B27.0")),
    P.BACT_INF: Coding(("A49.9", "A41.9", "J18.9", "N39.0", "K65.0")),
    P.FUNGAL_INF: Coding(("B49", "B37.1", "B37.7", "B44.0", "B44.1")),
    P.INFLUENZA: Coding(("J11.1", "J10.0", "J10.1")),
    P.COVID: Coding(("U07.2", "U07.1")),
    P.ALCOHOL: Coding(("K70.1", "K70.4"), "235875008"),
    P.GI_BLEED: Coding(("K92.2", "I85.0", "I98.3"), "17709002"),
    P.DILI: Coding(("K71.9", "K71.1", "K71.2", "K71.6")),
    P.SURGERY: Coding(("Y83.9", "K91.8")),
    P.TIPS: Coding(("Y83.8", "Y84.8")),
    P.AIH: Coding(("K75.4",), "408335007"),
    P.WILSON: Coding(("E83.0",)),
    P.PVT: Coding(("I81",)),
    P.BCS: Coding(("I82.0",)),
    P.ISCHAEMIC: Coding(),
    P.EXERTION: Coding(("R53", "X50")),
    P.OTHER: Coding(),
    P.UNKNOWN: Coding(),
}

SNOMED_ONLY_FOR: Mapping[PrecipitantCode, frozenset[str]] = {P.GI_BLEED: frozenset({"I85.0", "I98.3"})}
"""Where the SNOMED code is narrower than ours: the ICD-10 codes it goes with."""


INFECTIONS = frozenset({P.BACT_INF, P.FUNGAL_INF, P.INFLUENZA, P.COVID})
"""Precipitants for which immune markers are meant."""


def fitting(icd10: str) -> list[PrecipitantCode]:
    """The precipitants that a code may be recorded with."""
    return [precipitant for precipitant, coding in CODINGS.items() if icd10 in coding.icd10]


def usual_icd10(precipitant: str) -> str:
    """The ICD-10 code to store when none was chosen; empty where there is none."""
    return next(iter(CODINGS[PrecipitantCode(precipitant)].icd10), "")


def snomed_of(precipitant: str, icd10: str) -> str:
    """The SNOMED CT code of a recorded precipitant; empty where none is verified."""
    code = PrecipitantCode(precipitant)
    narrow = SNOMED_ONLY_FOR.get(code)
    return CODINGS[code].snomed if narrow is None or icd10 in narrow else ""
