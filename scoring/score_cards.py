"""What each published score is, for whom, how it is counted, and how sure we are of our reading of it."""

from dataclasses import dataclass

from scoring.issues import gettext_noop


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """One score. `title`, `population`, `reading` and `certainty` are English texts marked for translation.

    `inputs`: names in `scoring.INPUTS`. `formula`: in the publication's units. `certainty`: what of it was
    not read in a source but is general knowledge; empty if nothing. `citation_read`: whether the publication
    itself was read; otherwise `CITATION_CERTAINTY` belongs beside citation and DOI.
    """

    name: str
    title: str
    population: str
    inputs: tuple[str, ...]
    formula: str
    reading: str
    citation: str
    doi: str
    certainty: str = ""
    citation_read: bool = False


_CHRONIC = gettext_noop("Chronic liver disease")
_CIRRHOSIS = gettext_noop("Cirrhosis")
_TRANSPLANT = gettext_noop("Candidates for liver transplantation")
_ACLF = gettext_noop("Acute-on-chronic liver failure")
_RISKS_FROM_CODE = gettext_noop(
    "The coefficients of the predicted mortality were read in program code, not in the publication."
)

CITATION_CERTAINTY = gettext_noop("Publication details are general knowledge and were not read again.")
"""To be shown wherever citation and DOI are, unless the publication was read."""

SCORE_CARDS: tuple[ScoreCard, ...] = (
    ScoreCard(
        name="MELD",
        title=gettext_noop("Model for end-stage liver disease (UNOS)"),
        population=_TRANSPLANT,
        inputs=("bilirubin", "creatinine", "inr", "dialysis"),
        formula=(
            "10 (0.957 ln Cr + 0.378 ln Bili + 1.120 ln INR + 0.643); mg/dL, each at least 1; "
            "Cr at most 4, and 4 on dialysis"
        ),
        reading=gettext_noop("6 to 40, rounded; higher is sicker."),
        citation="Kamath PS, Hepatology 2001;33:464-470; OPTN policy 9.1.D",
        doi="10.1053/jhep.2001.22172",
    ),
    ScoreCard(
        name="MELD-Na",
        title=gettext_noop("MELD with sodium (OPTN 2016)"),
        population=_TRANSPLANT,
        inputs=("bilirubin", "creatinine", "inr", "sodium_mmol_l", "dialysis"),
        formula="MELD + 1.32 (137 - Na) - 0.033 MELD (137 - Na) if MELD > 11; Na within 125-137",
        reading=gettext_noop("6 to 40. MELD is rounded first; sodium counts only above 11."),
        citation="OPTN policy 9.1.D, January 2016",
        doi="",
    ),
    ScoreCard(
        name="MELD 3.0",
        title=gettext_noop("MELD 3.0"),
        population=_TRANSPLANT,
        inputs=("bilirubin", "creatinine", "inr", "sodium_mmol_l", "albumin_g_l", "sex", "dialysis"),
        formula=(
            "1.33 female + 4.56 ln Bili + 0.82 (137 - Na) - 0.24 (137 - Na) ln Bili + 9.09 ln INR + "
            "11.14 ln Cr "
            "+ 1.85 (3.5 - Alb) - 1.83 (3.5 - Alb) ln Cr + 6; Cr at most 3; Alb within 1.5-3.5 g/dL; "
            "under 18 years 7.33 for 6 + 1.33 female"
        ),
        reading=gettext_noop("6 to 40, rounded; higher is sicker."),
        citation="Kim WR, Gastroenterology 2021;161:1887-1895",
        doi="10.1053/j.gastro.2021.08.050",
    ),
    ScoreCard(
        name="CTP",
        title=gettext_noop("Child-Turcotte-Pugh"),
        population=_CIRRHOSIS,
        inputs=("bilirubin", "albumin_g_l", "inr", "ascites", "encephalopathy_grade"),
        formula=(
            "1-3 points each: Bili <2 / 2-3 / >3 mg/dL; Alb >3.5 / 2.8-3.5 / <2.8 g/dL; INR <1.7 / "
            "1.7-2.3 / >2.3; "
            "ascites none / mild / moderate or severe; encephalopathy 0 / I-II / III-IV"
        ),
        reading=gettext_noop("Class A 5-6, B 7-9, C 10-15."),
        citation="Pugh RN, Br J Surg 1973;60:646-649",
        doi="10.1002/bjs.1800600817",
        certainty=gettext_noop(
            "The limits for cholestatic disease are general knowledge and are not used here."
        ),
    ),
    ScoreCard(
        name="ALBI",
        title=gettext_noop("Albumin-bilirubin grade"),
        population=_CHRONIC,
        inputs=("bilirubin", "albumin_g_l"),
        formula="0.66 log10 Bili (µmol/L) - 0.085 Alb (g/L)",
        reading=gettext_noop("Grade 1 up to -2.60, 2 up to -1.39, 3 above."),
        citation="Johnson PJ, J Clin Oncol 2015;33:550-558",
        doi="10.1200/JCO.2014.57.9151",
        certainty=gettext_noop(
            "The coefficient 0.085 is general knowledge; several public calculators use 0.0852."
        ),
    ),
    ScoreCard(
        name="CLIF-C OF",
        title=gettext_noop("CLIF-C organ failure score"),
        population=_CIRRHOSIS,
        inputs=(
            *("bilirubin", "creatinine", "encephalopathy_grade", "inr", "map_mmhg", "vasopressors"),
            *("pao2_fio2", "spo2_fio2", "mechanical_ventilation", "dialysis"),
        ),
        formula="1-3 points each for liver, kidney, brain, coagulation, circulation, respiration",
        reading=gettext_noop("6 to 18. The kidney fails from 2 points, the other organs from 3."),
        citation="Jalan R, J Hepatol 2014;61:1038-1047",
        doi="10.1016/j.jhep.2014.06.012",
        certainty=gettext_noop(
            "Bilirubin of exactly 12 mg/dL counts as failing, as the definition of organ failure says; "
            "the printed "
            "table says above 12. Which cells count as failure is general knowledge; the lower limits of "
            "respiration (200 and 214) were read at second hand."
        ),
    ),
    ScoreCard(
        name="CLIF-C ACLF",
        title=gettext_noop("CLIF-C ACLF score"),
        population=_ACLF,
        inputs=("age_years", "wbc_10e9_l"),
        formula="10 (0.33 OF + 0.04 age + 0.63 ln WBC - 2); P = 1 - exp(-c exp(b score))",
        reading=gettext_noop("0 to 100, with predicted mortality at 28 and 90 days. For patients with ACLF."),
        citation="Jalan R, J Hepatol 2014;61:1038-1047",
        doi="10.1016/j.jhep.2014.06.012",
        certainty=_RISKS_FROM_CODE,
    ),
    ScoreCard(
        name="CLIF-C AD",
        title=gettext_noop("CLIF-C acute decompensation score"),
        population=gettext_noop("Cirrhosis with acute decompensation, without ACLF"),
        inputs=("age_years", "creatinine", "inr", "wbc_10e9_l", "sodium_mmol_l"),
        formula="10 (0.03 age + 0.66 ln Cr (mg/dL) + 1.71 ln INR + 0.88 ln WBC - 0.05 Na + 8)",
        reading=gettext_noop(
            "Low up to 45, high from 60, with predicted mortality. Not for patients with ACLF."
        ),
        citation="Jalan R, J Hepatol 2015;62:831-840",
        doi="10.1016/j.jhep.2014.11.012",
        certainty=gettext_noop(
            "The coefficients of the predicted mortality and the limits 45 and 60 were read in program code, "
            "not in the publication; other code has 50 for 45."
        ),
    ),
    ScoreCard(
        name="COSSH-ACLF II",
        title=gettext_noop("COSSH-ACLF II score"),
        population=gettext_noop("HBV-related acute-on-chronic liver failure"),
        inputs=("inr", "encephalopathy_grade", "neutrophils_10e9_l", "bilirubin", "urea", "age_years"),
        formula=(
            "1.649 ln INR + 0.457 HE (1-3) + 0.425 ln neutrophils + 0.396 ln Bili (µmol/L) "
            "+ 0.576 ln urea (mmol/L) + 0.033 age"
        ),
        reading=gettext_noop("Low below 7.4, high from 8.4 (28-day mortality)."),
        citation="Li J, J Hepatol 2021;75:1104-1115",
        doi="10.1016/j.jhep.2021.05.026",
        certainty=gettext_noop(
            "The coefficients were read at second hand; units, points for encephalopathy and cut-offs are "
            "general knowledge."
        ),
    ),
    ScoreCard(
        name="AARC",
        title=gettext_noop("AARC score (APASL)"),
        population=_ACLF,
        inputs=("bilirubin", "creatinine", "inr", "lactate_mmol_l", "encephalopathy_grade"),
        formula=(
            "1-3 points each: Bili <15 / 15-25 / >25 mg/dL; Cr <0.7 / 0.7-1.5 / >1.5 mg/dL; "
            "INR <1.8 / 1.8-2.5 / >2.5; lactate <1.5 / 1.5-2.5 / >2.5 mmol/L; encephalopathy 0 / I-II "
            "/ III-IV"
        ),
        reading=gettext_noop("Grade I 5-7, II 8-10, III 11-15."),
        citation="Choudhury A, Hepatol Int 2017;11:461-471",
        doi="10.1007/s12072-017-9816-z",
        certainty=gettext_noop("The mortality of the grades is general knowledge."),
    ),
    ScoreCard(
        name="iMELD",
        title=gettext_noop("Integrated MELD"),
        population=_CIRRHOSIS,
        inputs=("bilirubin", "creatinine", "inr", "age_years", "sodium_mmol_l", "dialysis"),
        formula="MELD + 0.3 age - 0.7 Na + 100",
        reading=gettext_noop("Higher is sicker; counted from the rounded MELD."),
        citation="Luca A, Liver Transpl 2007;13:1174-1180",
        doi="10.1002/lt.21197",
        certainty=gettext_noop("The formula is general knowledge."),
    ),
    ScoreCard(
        name="FIB-4",
        title=gettext_noop("FIB-4 index"),
        population=_CHRONIC,
        inputs=("age_years", "ast_u_l", "alt_u_l", "platelets_10e9_l"),
        formula="age × AST / (platelets × √ALT)",
        reading=gettext_noop(
            "Below 1.45 advanced fibrosis is unlikely, above 3.25 likely. Acute injury raises it."
        ),
        citation="Sterling RK, Hepatology 2006;43:1317-1325",
        doi="10.1002/hep.21178",
    ),
    ScoreCard(
        name="APRI",
        title=gettext_noop("AST to platelet ratio index"),
        population=_CHRONIC,
        inputs=("ast_u_l", "ast_upper_limit_u_l", "platelets_10e9_l"),
        formula="(AST / upper limit of normal) × 100 / platelets",
        reading=gettext_noop(
            "Below 0.5 fibrosis is unlikely, above 1.5 likely; above 2.0 cirrhosis is likely."
        ),
        citation="Wai CT, Hepatology 2003;38:518-526",
        doi="10.1053/jhep.2003.50346",
    ),
)
"""In the order of `scoring.SCORES`. Bibliographic details are general knowledge."""

_ORGAN_INPUTS = next(card.inputs for card in SCORE_CARDS if card.name == "CLIF-C OF")

GRADE_CARDS: tuple[ScoreCard, ...] = (
    ScoreCard(
        name="EASL-CLIF",
        title=gettext_noop("EASL-CLIF grade of ACLF"),
        population=gettext_noop("Cirrhosis with acute decompensation"),
        inputs=_ORGAN_INPUTS,
        formula=(
            "1a kidney failure alone; 1b one other failure with creatinine 1.5 to <2 mg/dL or encephalopathy "
            "I-II (brain failure: with that creatinine); 2 two failures; 3a three; 3b four to six"
        ),
        reading=gettext_noop("None, 1a, 1b, 2, 3a, 3b; by the number of failing organs."),
        citation="Moreau R, Gastroenterology 2013;144:1426-1437",
        doi="10.1053/j.gastro.2013.02.042",
        certainty=gettext_noop("The division of grade 3 into 3a and 3b is general knowledge."),
    ),
    ScoreCard(
        name="simple grade",
        title=gettext_noop("Simple grade by number of organ failures"),
        population=_ACLF,
        inputs=_ORGAN_INPUTS,
        formula="I one organ failure; II two; III three or more",
        reading=gettext_noop("I, II, III; organs fail by the CLIF-C table."),
        citation="He K, Li H, J Clin Hepatol 2025;41:1025-1029",
        doi="10.12449/JCH250604",
        citation_read=True,
    ),
)
"""The grades of `scoring.aclf_grade`, as cards."""
