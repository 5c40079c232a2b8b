"""The published scores read a second time, from their publications and not from `scoring`.

Written for comparison only: plain, slow, without units or checks. mg/dL, g/dL and mmol/L unless named.
"""

import math
from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]
Answer = tuple[float, str | int | None]

ln = math.log


def held(x: float, low: float, high: float = math.inf) -> float:
    return low if x < low else high if x > high else x


def half_up(x: float) -> int:
    return math.floor(round(x, 9) + 0.5)


def six_to_forty(x: float) -> int:
    return int(held(half_up(x), 6, 40))


def meld_i(v: Values) -> float:
    cr = 4.0 if v["dialysis"] else held(v["cr"], 1, 4)
    return 9.57 * ln(cr) + 3.78 * ln(held(v["bili"], 1)) + 11.2 * ln(held(v["inr"], 1)) + 6.43


def meld(v: Values) -> Answer:
    return six_to_forty(meld_i(v)), None


def meld_na(v: Values) -> Answer:
    first, na = half_up(meld_i(v)), held(v["na"], 125, 137)
    return six_to_forty(first + (137 - na) * (1.32 - 0.033 * first) if first > 11 else first), None


def meld_3(v: Values) -> Answer:
    bili, inr, na, alb = (
        held(v["bili"], 1),
        held(v["inr"], 1),
        held(v["na"], 125, 137),
        held(v["alb"], 1.5, 3.5),
    )
    cr = 3.0 if v["dialysis"] else held(v["cr"], 1, 3)
    constant = 7.33 if v["age"] < 18 else 6 + 1.33 * (v["sex"] == "female")
    labs = 4.56 * ln(bili) + 9.09 * ln(inr) + 11.14 * ln(cr)
    sodium, albumin = (137 - na) * (0.82 - 0.24 * ln(bili)), (3.5 - alb) * (1.85 - 1.83 * ln(cr))
    return six_to_forty(constant + labs + sodium + albumin), None


def points(x: float, low: float, high: float) -> int:
    return 1 + (x >= low) + (x > high)


def encephalopathy(grade: int) -> int:
    return {0: 1, 1: 2, 2: 2, 3: 3, 4: 3}[grade]


def ctp(v: Values) -> Answer:
    albumin = 1 if v["alb"] > 3.5 else 2 if v["alb"] >= 2.8 else 3
    ascites = ["none", "mild", "moderate_severe"].index(v["ascites"]) + 1
    total = points(v["bili"], 2, 3) + albumin + points(v["inr"], 1.7, 2.3) + ascites + encephalopathy(v["he"])
    return total, "A" if total < 7 else "B" if total < 10 else "C"


def albi(v: Values) -> Answer:
    score = 0.66 * math.log10(17.1 * v["bili"]) - 0.85 * v["alb"]
    return score, 1 if score <= -2.6 else 3 if score > -1.39 else 2


def subscores(v: Values) -> dict[str, int]:
    return {
        "liver": 1 + (v["bili"] >= 6) + (v["bili"] >= 12),
        "kidney": 3 if v["dialysis"] else 1 + (v["cr"] >= 2) + (v["cr"] >= 3.5),
        "brain": encephalopathy(v["he"]),
        "coagulation": 1 + (v["inr"] >= 2) + (v["inr"] >= 2.5),
        "circulation": 3 if v["vasopressors"] else 1 + (v["map"] < 70),
        "respiration": 3 if v["ventilated"] else 1 + (v["pf"] <= 300) + (v["pf"] <= 200),
    }


def failing(v: Values) -> set[str]:
    return {organ for organ, score in subscores(v).items() if score >= (2 if organ == "kidney" else 3)}


def easl_clif(v: Values) -> str:
    fails = failing(v)
    if len(fails) != 1:
        return "none" if not fails else "2" if len(fails) == 2 else "3a" if len(fails) == 3 else "3b"
    if fails == {"kidney"}:
        return "1a"
    kidney_suffers = 1.5 <= v["cr"] < 2
    return "1b" if kidney_suffers or (v["he"] in (1, 2) and fails != {"brain"}) else "none"


def clif_c_of(v: Values) -> Answer:
    return sum(subscores(v).values()), None


def clif_c_aclf(v: Values) -> Answer:
    return held(3.3 * clif_c_of(v)[0] + 0.4 * v["age"] + 6.3 * ln(v["wbc"]) - 20, 0, 100), None


def clif_c_ad(v: Values) -> Answer:
    labs = 6.6 * ln(v["cr"]) + 17.1 * ln(v["inr"]) + 8.8 * ln(v["wbc"])
    score = 0.3 * v["age"] + labs - 0.5 * v["na"] + 80
    return score, "low" if score <= 45 else "high" if score >= 60 else "intermediate"


def cossh_aclf_2(v: Values) -> Answer:
    labs = 1.649 * ln(v["inr"]) + 0.425 * ln(v["neutrophils"]) + 0.396 * ln(17.1 * v["bili"])
    score = labs + 0.576 * ln(v["urea"]) + 0.457 * encephalopathy(v["he"]) + 0.033 * v["age"]
    return score, "low" if score < 7.4 else "high" if score >= 8.4 else "intermediate"


def aarc(v: Values) -> Answer:
    labs = points(v["bili"], 15, 25) + points(v["cr"], 0.7, 1.5) + points(v["inr"], 1.8, 2.5)
    total = labs + points(v["lactate"], 1.5, 2.5) + encephalopathy(v["he"])
    return total, "I" if total < 8 else "II" if total < 11 else "III"


def imeld(v: Values) -> Answer:
    return meld(v)[0] + 0.3 * v["age"] - 0.7 * v["na"] + 100, None


def fib_4(v: Values) -> Answer:
    return v["age"] * v["ast"] / v["platelets"] / v["alt"] ** 0.5, None


def apri(v: Values) -> Answer:
    return 100 * v["ast"] / v["ast_limit"] / v["platelets"], None


SCORES = {
    "MELD": meld,
    "MELD-Na": meld_na,
    "MELD 3.0": meld_3,
    "CTP": ctp,
    "ALBI": albi,
    "CLIF-C OF": clif_c_of,
    "CLIF-C ACLF": clif_c_aclf,
    "CLIF-C AD": clif_c_ad,
    "COSSH-ACLF II": cossh_aclf_2,
    "AARC": aarc,
    "iMELD": imeld,
    "FIB-4": fib_4,
    "APRI": apri,
}
