"""Synthetic patients: names that nobody can take for real, and values such as laboratories report."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np

from referral.identity.birth import BirthDate
from referral.identity.national_id import check_character
from referral.identity.written import Identity

PROFILES: Mapping[str, Mapping[str, Any]] = {
    "low": {"cirrhosis": False, "bilirubin": 52, "inr": 1.08, "urea": 3.9, "sodium": 140},
    "moderate": {"cirrhosis": True, "bilirubin": 58, "inr": 1.21, "urea": 4.2, "sodium": 139},
    "high": {"cirrhosis": True, "bilirubin": 158, "inr": 1.74, "urea": 6.2, "sodium": 135},
    "very_high": {"cirrhosis": True, "bilirubin": 176, "inr": 1.98, "urea": 8.4, "sodium": 131, "grade": 2},
    "red_flag": {"cirrhosis": True, "bilirubin": 262, "inr": 1.9, "urea": 7.4, "sodium": 134, "grade": 3},
    "bleeding": {
        "cirrhosis": True,
        "bilirubin": 64,
        "inr": 1.58,
        "urea": 10.4,
        "sodium": 134,
        "bleeds": True,
    },
}
"""Typical values by how ill somebody is; SI units."""


def indicators(profile: str, *, seed: int, sampled_at: datetime) -> dict[str, Any]:
    """The eight indicators but the age, which comes from the birth date; laboratory values vary by 4 %."""
    values = PROFILES[profile]
    vary = iter((1 + 0.04 * np.random.default_rng(seed).uniform(-1, 1, 4)).tolist())
    return {
        "cirrhosis": values["cirrhosis"],
        "variceal_bleeding": values.get("bleeds", False),
        "encephalopathy_grade": values.get("grade", 0),
        "bilirubin": round(values["bilirubin"] * next(vary)),
        "bilirubin_unit": "umol/L",
        "inr": round(values["inr"] * next(vary), 2),
        "urea": round(values["urea"] * next(vary), 1),
        "urea_unit": "mmol/L",
        "sodium_mmol_l": round(140 + (values["sodium"] - 140) * next(vary)),
        "sampled_at": sampled_at.isoformat(),
    }


def demo_person(number: int, *, on: date) -> Identity:
    """Patient `number`, 34 to 65 years old on the day `on`. The ID's region 000000 exists nowhere."""
    age, born_in = 34 + number * 7 % 32, 1 + number % 12
    born = date(on.year - age - 1, born_in, 1 + number % 27)
    sex = "female" if number % 3 == 0 else "male"
    return Identity(
        name=f"演示患者{number:02}",
        sex=sex,
        birth_date=BirthDate.on(born),
        national_id=_national_id(number, sex, born) if number % 2 else "",
        local_number=f"DEMO-{number:04}",
        phone=f"000{number:08}",
    )


def _national_id(number: int, sex: str, born: date) -> str:
    """Made as a resident's number is; the last digit of the serial number is odd for men."""
    serial = 2 * (number % 400) + (sex == "male")
    digits = f"000000{born:%Y%m%d}{serial:03}"
    return digits + check_character(digits)
