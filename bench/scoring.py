"""How fast scoring is: the risk model on columns, beside the same arithmetic written out, and the whole way
from text.

`python -m bench.scoring` prints a table and writes bench/results/scoring.json. Everything runs on one core;
each figure is the median of several runs, ours and the bare expression taking turns.
"""

import io
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import report, rig
from bench.report import Figure
from scoring import DEFAULT_MODEL, comparators, evaluate, read_inputs
from scoring.batch import risks
from scoring.calibration import Cohort, simulate_cohort
from scoring.lines import result_lines
from scoring.rows import csv_rows

PATIENTS = 2_000_000
RUNS = 9
CSV_PATIENTS = 20_000
LARGEST_DIFFERENCE = 1e-9

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


def measure_columns() -> list[Figure]:
    """Patients per second through `scoring.batch.risks` and through the bare expression."""
    cohort = simulate_cohort(size=PATIENTS)
    difference = np.abs(risks(DEFAULT_MODEL, cohort) - bare_expression(cohort)).max()
    if difference > LARGEST_DIFFERENCE:
        raise SystemExit(f"The bare expression is another model: the risks differ by {difference}.")
    ours, bare = [], []
    for _ in range(RUNS):
        ours.append(seconds(lambda: risks(DEFAULT_MODEL, cohort)))
        bare.append(seconds(lambda: bare_expression(cohort)))
    own, other = report.median(ours), report.median(bare)
    return [
        report.at_least("risk model on columns, patients/s", PATIENTS / own, TARGET_PER_SECOND),
        Figure("  bare NumPy expression of the same, patients/s", PATIENTS / other),
        report.at_least("  share of its speed", other / own, TARGET_SHARE_OF_BARE),
    ]


def measure_one_patient() -> list[Figure]:
    """Milliseconds from raw input to risk, contributions, warnings and all thirteen comparators."""

    def once() -> None:
        reading = read_inputs(ONE_PATIENT)
        json.dumps([evaluate(reading).as_dict(), {n: s.as_dict() for n, s in comparators(reading).items()}])

    once()
    times = [seconds(once) * 1000 for _ in range(500)]
    return [
        report.below("one patient, raw input to JSON, ms", report.median(times), TARGET_ONE_PATIENT_MS),
        Figure("  99th centile, ms", report.centile(times, 0.99)),
    ]


def measure_csv() -> list[Figure]:
    """Patients per second from CSV text to JSON lines, comparators included."""
    header = ",".join(ONE_PATIENT)
    row = ",".join(str(value) for value in ONE_PATIENT.values())
    content = "\n".join([header, *[row] * CSV_PATIENTS]).encode()

    def whole() -> None:
        for line, _ in result_lines(csv_rows(io.BytesIO(content)), model=DEFAULT_MODEL, threshold=0.15):
            json.dumps(line, ensure_ascii=False)

    per_second = CSV_PATIENTS / report.median(seconds(whole) for _ in range(3))
    return [Figure("CSV to JSON lines with all scores, patients/s", per_second)]


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    figures = [*measure_columns(), *measure_one_patient(), *measure_csv()]
    conditions = rig.machine() | {"patients": PATIENTS, "runs": RUNS, "numpy": np.__version__}
    return report.publish("scoring", "Scoring, one core", figures, conditions)


if __name__ == "__main__":
    raise SystemExit(main())
