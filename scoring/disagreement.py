"""Whether the risk model and a published score of the same values say something else, by more than a band.

MELD and MELD-Na by the hospital mortality of three months that was published by bands of MELD (Wiesner R,
Gastroenterology 2003;124:91-96: below 10 1.9 %, 10-19 6.0 %, 20-29 19.6 %, 30-39 52.6 %, 40 and more 71.3 %);
CLIF-C ACLF and CLIF-C AD by their published risk at 90 days; COSSH-ACLF II by its cut-offs of 7.4 and 8.4,
general knowledge, whose middle stands for two of our bands. The horizons and end points are not ours, which
is why only more than a band is called a disagreement.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scoring.definitions.bedside import CAUSE_UNKNOWN, HEPATITIS_B
from scoring.evaluation import BANDS, band_of
from scoring.scores import ScoreValue

MELD_RISKS: tuple[tuple[float, float], ...] = ((40, 0.713), (30, 0.526), (20, 0.196), (10, 0.060), (0, 0.019))
"""From this MELD on, the mortality that was published."""
COSSH_BANDS: Mapping[str, tuple[str, ...]] = {
    "low": ("low",),
    "intermediate": ("moderate", "high"),
    "high": ("very_high", "high"),
}
ORDER = tuple(BANDS)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a published score says: `band` is the nearest of ours, `risk` (0-1) where one was published."""

    score: str
    value: float
    band: str
    risk: float | None
    is_far: bool


def opinions(risk_90d: float, scores: Mapping[str, ScoreValue], *, cause: str = "") -> list[Opinion]:
    """What each score that applies says beside a risk of the model; `is_far`: by more than a band.

    `cause`: the chronic liver disease, where it is known. COSSH-ACLF II is of hepatitis B and has no say of
    another.
    """
    ours = ORDER.index(band_of(risk_90d))
    return [
        Opinion(name, value.value, near, risk, abs(ORDER.index(near) - ours) > 1)
        for name, value, bands, risk in _placed(scores)
        if name != "COSSH-ACLF II" or cause in ("", CAUSE_UNKNOWN, HEPATITIS_B)
        for near in (min(bands, key=lambda band: abs(ORDER.index(band) - ours)),)
    ]


def _placed(
    scores: Mapping[str, ScoreValue],
) -> Iterator[tuple[str, ScoreValue, tuple[str, ...], float | None]]:
    """The scores with the bands they may mean, and their risk."""
    for name in ("MELD-Na", "MELD", "COSSH-ACLF II", "CLIF-C ACLF", "CLIF-C AD"):
        value = scores.get(name)
        if value is None or value.applies is False or (name == "MELD" and "MELD-Na" in scores):
            continue
        if name == "COSSH-ACLF II":
            yield name, value, COSSH_BANDS[str(value.grade)], None
            continue
        risk = (value.risk or {}).get("90d") if name.startswith("CLIF") else _meld_risk(value.value)
        if risk is not None:
            yield name, value, (band_of(risk),), risk


def _meld_risk(meld: float) -> float:
    return next(risk for least, risk in MELD_RISKS if meld >= least)
