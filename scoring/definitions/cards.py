"""What each definition is, for whom, from where, and how sure we are of our reading of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from scoring.issues import gettext_noop

Certainty = Literal["read", "part_read", "not_read"]


@dataclass(frozen=True, slots=True)
class DefinitionCard:
    """One definition. `title`, `population`, `criteria` and `caution` are English texts marked for
    translation.

    `certainty`: whether the criteria were read in a source, in part, or not at all (general knowledge);
    `caution` says what was not read. `read_in`: where they were read, if not in the publication cited.
    """

    name: str
    title: str
    population: str
    criteria: str
    citation: str
    doi: str
    certainty: Certainty
    caution: str = ""
    read_in: str = ""


CERTAINTIES: Mapping[str, str] = MappingProxyType(
    {
        "read": gettext_noop("criteria read in a source"),
        "part_read": gettext_noop("criteria read in part, the rest general knowledge"),
        "not_read": gettext_noop("criteria not read in the source: general knowledge"),
    }
)

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "not_cirrhosis": gettext_noop("The definition is for cirrhosis, and there is none."),
        "not_hepatitis_b": gettext_noop(
            "The definition is for hepatitis B, and the liver disease is another."
        ),
        "no_liver_disease": gettext_noop("The definition is for a chronic liver disease, and there is none."),
        "no_failing_organ": gettext_noop("No organ fails."),
        "single_failure_alone": gettext_noop(
            "One organ fails, which by itself does not count: creatinine is below 1.5 mg/dL (133 µmol/L) and "
            "there is no encephalopathy that counts."
        ),
        "failing_organs": gettext_noop("By the organs that fail."),
        "bilirubin_and_inr": gettext_noop(
            "Bilirubin of 205 µmol/L (12 mg/dL) or more with INR of 1.5 or more suffices."
        ),
        "bilirubin_and_coagulation": gettext_noop("By bilirubin, coagulation and complications."),
        "pre_failure": gettext_noop("Bilirubin rises while coagulation is not yet that of liver failure."),
        "below_the_edges": gettext_noop("Bilirubin and coagulation are below its edges."),
        "between_stages": gettext_noop("Only one of bilirubin and coagulation is as in liver failure."),
        "criteria_met": gettext_noop("Jaundice, coagulation, and ascites or encephalopathy are as it asks."),
        "criteria_not_met": gettext_noop(
            "Jaundice, coagulation, and ascites or encephalopathy are not all as it asks."
        ),
        "fewer_than_two": gettext_noop("Fewer than two of its four organs fail."),
        "kidney_replacement": gettext_noop("Kidney replacement therapy is stage 3."),
        "creatinine_over_baseline": gettext_noop("By creatinine over its baseline."),
        "urine_output": gettext_noop("By urine output."),
        "creatinine_without_baseline": gettext_noop(
            "Creatinine of 353.6 µmol/L or more is stage 3, also without a baseline."
        ),
    }
)
"""Why a definition answers as it does, by code."""

_CIRRHOSIS = gettext_noop("Cirrhosis with acute decompensation")
_ANY_CHRONIC = gettext_noop("Chronic liver disease with or without cirrhosis")
_KIDNEY = gettext_noop("Any patient with a baseline creatinine of the last three months")
_RISE_OF_UNKNOWN_TIME = gettext_noop("Whether a rise of creatinine took 48 hours is not known.")

CARDS: tuple[DefinitionCard, ...] = (
    DefinitionCard(
        name="china",
        title=gettext_noop("Chinese guideline for liver failure"),
        population=_ANY_CHRONIC,
        criteria=gettext_noop(
            "Bilirubin of 171 µmol/L or more, or rising by 17.1 a day, with INR of 1.5 or more or PTA of 40 "
            "% or less. Early: INR below 1.9, PTA above 30 %; middle: below 2.6, above 20 %, or one "
            "complication; late: beyond, or two complications. Pre-failure: 85.5 to below 171 or rising, PTA "
            "above 40 to 50 %, or INR below 1.5 where PTA is not known."
        ),
        citation="J Clin Hepatol 2024;40:2371",
        doi="10.12449/JCH241206",
        certainty="not_read",
        caution=gettext_noop(
            "Edges, stages and what counts as a complication are general knowledge: the text of the "
            "guideline could not be read."
        ),
    ),
    DefinitionCard(
        name="cossh",
        title="COSSH",
        population=gettext_noop("Hepatitis B with or without cirrhosis"),
        criteria=gettext_noop(
            "1: kidney failure alone; liver failure with INR of 1.5 or more, creatinine of 1.5 mg/dL or "
            "more, or encephalopathy I-II; failure of coagulation, circulation or respiration with that "
            "creatinine or encephalopathy; brain failure with that creatinine. 2: two failures. "
            "3: three or more."
        ),
        citation="Wu T, Gut 2018;67:2181-2191",
        doi="10.1136/gutjnl-2017-314641",
        certainty="part_read",
        caution=gettext_noop("Organ failures were read; how they are graded is general knowledge."),
        read_in="Crit Care 2023, doi 10.1186/s13054-023-04540-4, table 1",
    ),
    DefinitionCard(
        name="easl_clif",
        title="EASL-CLIF",
        population=_CIRRHOSIS,
        criteria=gettext_noop(
            "1a: kidney failure alone; 1b: one other failure with creatinine of 1.5 to below 2 mg/dL or "
            "encephalopathy I-II (brain failure: with that creatinine); 2: two failures; 3a: three; 3b: four "
            "to six."
        ),
        citation="Moreau R, Gastroenterology 2013;144:1426-1437",
        doi="10.1053/j.gastro.2013.02.042",
        certainty="read",
        caution=gettext_noop("The division of grade 3 into 3a and 3b is general knowledge."),
        read_in="World J Gastroenterol 2023;29:232-240",
    ),
    DefinitionCard(
        name="apasl",
        title="APASL",
        population=gettext_noop("Chronic liver disease, first decompensation"),
        criteria=gettext_noop(
            "Bilirubin of 5 mg/dL or more and INR of 1.5 or more (PTA below 40 %), with ascites or "
            "encephalopathy within four weeks."
        ),
        citation="Sarin SK, Hepatol Int 2009;3:269-282; 2019;13:353-390",
        doi="10.1007/s12072-019-09946-3",
        certainty="part_read",
        caution=gettext_noop(
            "Read at second hand for 2009; that later versions keep these edges is general knowledge."
        ),
    ),
    DefinitionCard(
        name="by_number",
        title=gettext_noop("Number of failing organs"),
        population=gettext_noop("Acute-on-chronic liver failure"),
        criteria=gettext_noop("I: one organ fails; II: two; III: three or more."),
        citation="He K, Li H, J Clin Hepatol 2025;41:1025-1029",
        doi="10.12449/JCH250604",
        certainty="read",
    ),
    DefinitionCard(
        name="nacseld",
        title="NACSELD",
        population=_CIRRHOSIS,
        criteria=gettext_noop(
            "Two or more of: shock (vasopressors, or mean pressure below 60 mmHg), encephalopathy III-IV, "
            "kidney replacement, mechanical ventilation."
        ),
        citation="Bajaj JS, Hepatology 2014;60:250-256",
        doi="10.1002/hep.27077",
        certainty="part_read",
        caution=gettext_noop("The edges of shock and of encephalopathy are general knowledge."),
        read_in="Clin Mol Hepatol 2023;29:670-689",
    ),
    DefinitionCard(
        name="kdigo",
        title="KDIGO",
        population=_KIDNEY,
        criteria=gettext_noop(
            "1: creatinine 1.5 to below 2 times its baseline, or 26.5 µmol/L over it within 48 hours; 2: 2 "
            "to below 3 times; 3: 3 times or more, 353.6 µmol/L or more, or kidney replacement. By urine "
            "output, where it is known: 1: below 0.5 mL/kg/h for 6 to 12 hours; 2: for 12 or more; 3: below "
            "0.3 for 24 or more, or none for 12 or more. The higher stage counts."
        ),
        citation="KDIGO, Kidney Int Suppl 2012;2:1-138",
        doi="10.1038/kisup.2012.1",
        certainty="read",
        caution=_RISE_OF_UNKNOWN_TIME,
        read_in="Ren Replace Ther 2018;4, doi 10.1186/s41100-018-0156-9, table 4",
    ),
    DefinitionCard(
        name="ica_aki",
        title="ICA-AKI",
        population=gettext_noop("Cirrhosis with a baseline creatinine of the last three months"),
        criteria=gettext_noop(
            "1: creatinine 1.5 to 2 times its baseline, or 26.5 µmol/L over it within 48 hours (1a below "
            "1.5 mg/dL, 1b from there); 2: above 2 to 3 times; 3: above 3 times, 353.6 µmol/L or more with "
            "such a rise, or kidney replacement."
        ),
        citation="Angeli P, Gut 2015;64:531-537",
        doi="10.1136/gutjnl-2014-308874",
        certainty="read",
        caution=gettext_noop(
            "Urine output is no criterion of it; whether a rise of creatinine took 48 hours is not known."
        ),
    ),
)
"""The definitions in the order to show them."""

NOT_READ: tuple[DefinitionCard, ...] = (
    DefinitionCard(
        name="china_2025",
        title=gettext_noop("Chinese guideline for ACLF (2025)"),
        population=_ANY_CHRONIC,
        criteria="",
        citation="Interpretation: J Clin Hepatol 2025;41:844-850",
        doi="10.12449/JCH250508",
        certainty="not_read",
        caution=gettext_noop("Its criteria could not be read. Nothing is graded by it."),
    ),
)
"""Definitions that exist and are not applied."""
