"""How fast scoring is: the risk model on columns, beside the same arithmetic written out, and the whole way
from text.

`python -m bench.scoring` prints a table and writes bench/results/scoring.json. Everything runs on one core;
each figure is the median of several runs, ours and the bare expression taking turns.
"""

import io
import json
import math
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring import DEFAULT_MODEL, comparators, evaluate, read_inputs
from scoring.batch import risks
from scoring.calibration import Cohort, simulate_cohort
from scoring.lines import result_lines
from scoring.rows import csv_rows

PATIENTS = 2_000_000
RUNS = 9
CSV_PATIENTS = 20_000
RESULTS = Path(__file__).parent / "results" / "scoring.json"

TARGET_PER_SECOND = 5_000_000
TARGET_SHARE_OF_BARE = 0.5
TARGET_ONE_PATIENT_MS = 2.0

ONE_PATIENT: dict[str, Any] = {
    **{"age_years": 52, "cirrhosis": True, "variceal_bleeding": False, "encephalopathy_grade": 1},
    **{"bilirubin": 11.3, "bilirubin_unit": "mg/dL", "inr": 2.1, "urea": 28, "urea_unit": "BUN mg/dL"},
    **{"sodium_mmol_l": 131, "creatinine": 1.2, "creatinine_unit": "mg/dL", "albumin_g_l": 29},
    **{"wbc_10e9_l": 8, "neutrophils_10e9_l": 5, "platelets_10e9_l": 90, "alt_u_l": 300, "ast_u_l": 280},
    **{"ast_upper_limit_u_l": 40, "lactate_mmol_l": 1.8, "ascites": "mild", "sex": "male", "map_mmhg": 78},
    **{"pao2_fio2": 360},
}


def seconds(run: Callable[[], object]) -> float:
    """How long one run took."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def bare_expression(cohort: Cohort) -> NDArray[np.float64]:
    """The provisional model as one would write it for a single use, whole columns at a time."""
    coefficient = {term.input: term.coefficients[0] for term in DEFAULT_MODEL.terms}
    levels = np.array([0.0, 1.0, 1.0, 2.0, 2.0])
    predictor = (
        coefficient["age_years"] * cohort["age_years"]
        + coefficient["cirrhosis"] * cohort["cirrhosis"]
        + coefficient["variceal_bleeding"] * cohort["variceal_bleeding"]
        + coefficient["encephalopathy_grade"] * levels[cohort["encephalopathy_grade"].astype(np.intp)]
        + coefficient["bilirubin"] * np.log(cohort["bilirubin_umol_l"])
        + coefficient["inr"] * np.log(cohort["inr"])
        + coefficient["urea"] * np.log(cohort["urea_mmol_l"])
        + coefficient["sodium_mmol_l"] * np.minimum(cohort["sodium_mmol_l"], 145)
    )
    return -np.expm1(-np.exp(DEFAULT_MODEL.horizons[0].log_cumulative_hazard + predictor))


def measure_columns() -> dict[str, float]:
    """Patients per second through `scoring.batch.risks` and through the bare expression."""
    cohort = simulate_cohort(size=PATIENTS)
    difference = np.abs(risks(DEFAULT_MODEL, cohort) - bare_expression(cohort)).max()
    ours, bare = [], []
    for _ in range(RUNS):
        ours.append(seconds(lambda: risks(DEFAULT_MODEL, cohort)))
        bare.append(seconds(lambda: bare_expression(cohort)))
    return {
        "batch_per_second": PATIENTS / statistics.median(ours),
        "bare_numpy_per_second": PATIENTS / statistics.median(bare),
        "share_of_bare": statistics.median(bare) / statistics.median(ours),
        "largest_difference": float(difference),
    }


def measure_one_patient() -> dict[str, float]:
    """Milliseconds from raw input to risk, contributions, warnings and all thirteen comparators."""

    def once() -> None:
        reading = read_inputs(ONE_PATIENT)
        json.dumps([evaluate(reading).as_dict(), {n: s.as_dict() for n, s in comparators(reading).items()}])

    once()
    times = sorted(seconds(once) * 1000 for _ in range(500))
    return {
        "one_patient_ms": statistics.median(times),
        "one_patient_p99_ms": times[math.ceil(0.99 * 500) - 1],
    }


def measure_csv() -> dict[str, float]:
    """Patients per second from CSV text to JSON lines, comparators included."""
    header = ",".join(ONE_PATIENT)
    row = ",".join(str(value) for value in ONE_PATIENT.values())
    content = "\n".join([header, *[row] * CSV_PATIENTS]).encode()

    def whole() -> None:
        for line, _ in result_lines(csv_rows(io.BytesIO(content)), model=DEFAULT_MODEL, threshold=0.15):
            json.dumps(line, ensure_ascii=False)

    return {"csv_per_second": CSV_PATIENTS / statistics.median(seconds(whole) for _ in range(3))}


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    figures = measure_columns() | measure_one_patient() | measure_csv()
    targets = [
        ("Risk model on columns, patients/s", figures["batch_per_second"], f">= {TARGET_PER_SECOND:,}"),
        ("Bare NumPy expression, patients/s", figures["bare_numpy_per_second"], ""),
        ("Share of the bare expression's speed", figures["share_of_bare"], f">= {TARGET_SHARE_OF_BARE}"),
        ("One patient, raw input to JSON, ms", figures["one_patient_ms"], f"< {TARGET_ONE_PATIENT_MS}"),
        ("  99th centile, ms", figures["one_patient_p99_ms"], ""),
        ("CSV to JSON lines, patients/s", figures["csv_per_second"], ""),
    ]
    print(f"{'Scoring, one core':<40}{'measured':>14}  target")
    for name, figure, target in targets:
        print(f"{name:<40}{figure:>14,.{0 if figure > 100 else 3}f}  {target}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    met = (
        figures["batch_per_second"] >= TARGET_PER_SECOND
        and figures["share_of_bare"] >= TARGET_SHARE_OF_BARE
        and figures["one_patient_ms"] < TARGET_ONE_PATIENT_MS
    )
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
