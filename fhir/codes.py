"""Codes of others for what we have: LOINC and UCUM for values; which diseases ICD-10 says exactly.

This material contains content from LOINC (https://loinc.org), copyright Regenstrief Institute, Inc. and the
LOINC Committee, available at no cost under the license at https://loinc.org/license.
"""

from collections.abc import Mapping
from types import MappingProxyType

from labs.catalogue import TESTS
from referral.codes import ChronicLiverDisease as D

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"

LOINC_BY_UNIT: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (test.input, unit): code
        for test in reversed(list(TESTS.values()))
        if test.input
        for code, (_property, unit) in reversed(list(test.loinc.items()))
        if unit is not None
    }
)
"""The LOINC code of an input in a unit (as `scoring` spells it); the first of the catalogue."""

UCUM_BY_UNIT: Mapping[str, str] = MappingProxyType(
    {
        "": "1",
        "umol/L": "umol/L",
        "mg/dL": "mg/dL",
        "mmol/L": "mmol/L",
        "10^9/L": "10*9/L",
        "U/L": "U/L",
        "g/L": "g/L",
        "g/dL": "g/dL",
        "mmHg": "mm[Hg]",
        "%": "%",
        "IU/mL": "[IU]/mL",
        "ng/mL": "ng/mL",
        "pg/mL": "pg/mL",
        "receptors/cell": "{receptors}/{cell}",
        "umol/L/d": "umol/L/d",
    }
)
INR_UNIT = "{INR}"

SAID_EXACTLY = frozenset({D.HEPATITIS_B, D.HEPATITIS_C, D.ALCOHOL, D.MASLD, D.AUTOIMMUNE, D.WILSON, D.DRUG})
"""Diseases whose ICD-10 code says what ours says; the others are said in our own code only."""
