"""A fitted model as a sealed provisional model file."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.inputs import EIGHT, INPUTS
from scoring.modelcheck import FORMAT
from scoring.modelfile import seal
from scoring.research.cohort import COPIES, Cohort
from scoring.research.fit import Fitted
from scoring.research.survival import Outcome
from scoring.riskmodel import MAIN_HORIZON_DAYS
from scoring.terms import Term

Column = NDArray[np.float64]

ENOUGH_EVENTS_PER_COEFFICIENT = 10
ENOUGH_OBSERVED = 10
_SEEN_QUANTILES = (0.01, 0.99)


def document_of(fitted: Fitted) -> dict[str, Any]:
    """The sealed model document, status provisional, with how it was made and what limits it."""
    plan, used = fitted.plan, fitted.used
    outcome = used.describe_outcome(MAIN_HORIZON_DAYS)
    return seal(
        {
            "format": FORMAT,
            "name": plan.name,
            "version": plan.version,
            "status": "provisional",
            "title": plan.title,
            "summary": {
                "en": f"Provisional: fitted to {outcome['patients']} patients, not validated on others.",
                "zh-hans": f"暂定模型：由{outcome['patients']}例患者拟合，未在其他患者中验证。",
            },
            "end_point": {
                "en": "Death or liver transplantation within 90 days",
                "zh-hans": "90天内死亡或肝移植",
            },
            "population": {
                "intended": plan.population,
                "derivation": {
                    "en": f"{plan.population}: {outcome['patients']} patients with all inputs, "
                    f"{outcome['events_by_horizon']} end points within {MAIN_HORIZON_DAYS} days.",
                    "zh-hans": f"{plan.population}：{outcome['patients']}例患者指标齐全，"
                    f"{MAIN_HORIZON_DAYS}天内{outcome['events_by_horizon']}例终点事件。",
                },
                "age_years": _range(used.column("age_years"), fallback=[18, 120]),
            },
            "sources": {"cohort": {"citation": f"Own cohort: {plan.population}"}},
            **_numbers(fitted),
            "limits": _limits(fitted, outcome),
            "fit": _record(fitted, outcome),
        }
    )


def _numbers(fitted: Fitted) -> dict[str, Any]:
    """Terms, baseline, reference patient and validity."""
    seen = {term.key: fitted.used.column(term.key) for term in fitted.terms}
    measured = [term.key for term in fitted.terms if INPUTS[term.input].kind == "number"]
    errors = iter(fitted.cox.standard_errors.tolist())
    log_hazard = round(fitted.cox.log_cumulative_hazard, 6)
    return {
        "terms": [_term(term, [next(errors) for _ in term.coefficients]) for term in fitted.terms],
        "baseline": {
            "centre": 0,
            "certainty": "fitted",
            "source": ["cohort"],
            "horizons": [{"days": MAIN_HORIZON_DAYS, "log_cumulative_hazard": log_hazard}],
        },
        "reference": {key: _middle(values) for key, values in seen.items()},
        "validity": {key: _range(seen[key]) for key in measured},
    }


def _term(term: Term, errors: list[float]) -> dict[str, Any]:
    rounded = [round(coefficient, 6) for coefficient in term.coefficients]
    entry: dict[str, Any] = {"input": term.input, "kind": term.kind}
    if term.unit:
        entry["unit"] = term.unit
    entry |= {"coefficients": rounded} if term.kind == "spline" else {"coefficient": rounded[0]}
    optional = {"lower": term.lower, "upper": term.upper, "levels": term.levels, "knots": term.knots}
    entry |= {name: value for name, value in optional.items() if value not in (None, ())}
    if term.log_scale:
        entry["log_scale"] = True
    spread = ", ".join(f"{error:.3g}" for error in errors)
    note = {"en": f"Standard error {spread}.", "zh-hans": f"标准误{spread}。"}
    return entry | {"certainty": "fitted", "source": ["cohort"], "note": note}


def _middle(values: Column) -> float:
    """The median; the commoner answer of a yes/no input, the middle grade of a grade."""
    return float(f"{np.quantile(values, 0.5, method='lower'):.4g}")


def _range(values: Column, *, fallback: list[float] | None = None) -> list[float]:
    measured = values[~np.isnan(values)]
    if fallback is not None and len(measured) == 0:
        return fallback
    low, high = (float(f"{edge:.3g}") for edge in np.quantile(measured, _SEEN_QUANTILES))
    return [low, high] if low < high else [low, low + 1]


def _limits(fitted: Fitted, outcome: Mapping[str, int]) -> list[dict[str, str]]:
    """What a reader must know, in sentences of both languages."""
    cohort, count, ended = fitted.cohort, len(fitted.cox.coefficients), outcome["events"]
    left_out = len(cohort) - outcome["patients"]
    constant = ", ".join(fitted.constant)
    measured = inputs_of(cohort)
    lacking = ", ".join(name for name in EIGHT if name not in measured)
    limits = [
        ("Fitted to one cohort and not validated on another.", "仅由一个队列拟合，未在其他队列中验证。")
    ]
    limits += _of_the_file(cohort)
    if left_out:
        limits += [
            (
                f"Complete cases only: {left_out} of {len(cohort)} patients lack an input.",
                f"仅纳入完整病例：{len(cohort)}例患者中有{left_out}例缺少某项指标。",
            )
        ]
    if ended < ENOUGH_EVENTS_PER_COEFFICIENT * count:
        limits += [
            (
                f"Few end points ({ended}) for {count} coefficients; expect optimism.",
                f"终点事件较少（{ended}例），而系数有{count}个，结果可能偏乐观。",
            )
        ]
    observed, lost = _observed_at_horizon(fitted), outcome["censored_before_horizon"]
    if lost and observed < ENOUGH_OBSERVED:
        limits += [
            (
                f"Only {observed} patients were followed up to day {MAIN_HORIZON_DAYS}, {lost} were lost "
                "before: the level of the risk is uncertain.",
                f"仅{observed}例患者随访至第{MAIN_HORIZON_DAYS}天，{lost}例在此之前失访：风险的绝对水平不确定。",
            )
        ]
    if constant:
        limits += [(f"Left out, the same for all: {constant}.", f"因全部患者取值相同而未纳入：{constant}。")]
    if lacking:
        limits += [(f"Not measured in the cohort: {lacking}.", f"该队列未测定：{lacking}。")]
    return [{"en": english, "zh-hans": chinese} for english, chinese in limits]


def _of_the_file(cohort: Cohort) -> list[tuple[str, str]]:
    """What to say of rows of the file that are no patients, or perhaps the same ones; else nothing."""
    excluded, sentences = sum(cohort.excluded.values()), []
    if excluded:
        sentences += [
            (
                f"{excluded} of {cohort.rows} rows of the file were left out; “excluded_rows” says why.",
                f"文件共{cohort.rows}行，其中{excluded}行未纳入，原因见“excluded_rows”。",
            )
        ]
    if cohort.copies:
        sentences += [
            (
                COPIES % {"count": cohort.copies},
                f"有{cohort.copies}例患者的全部数值与前面另一编号的患者相同。如为同一人，请予剔除。",
            )
        ]
    sentences += [
        (
            str(doubt),
            f"{doubt.filling['input']}：有{doubt.filling['count']}个数值更像其他单位或其他检验项目的结果，"
            "已按原值使用，请核对。",
        )
        for doubt in cohort.doubts()
    ]
    return sentences


def inputs_of(cohort: Cohort) -> list[str]:
    """Names of the numeric inputs that at least one patient has."""
    numeric = [spec for spec in INPUTS.values() if spec.kind != "choice"]
    return [spec.name for spec in numeric if not np.isnan(cohort.column(spec.key)).all()]


def _record(fitted: Fitted, outcome: Mapping[str, int]) -> dict[str, Any]:
    """How the fit was made, for whoever wants to repeat it."""
    plan, cohort, optimism = fitted.plan, fitted.cohort, fitted.optimism
    return {
        "command": "manage.py fit_model",
        "method": f"Cox regression to day {MAIN_HORIZON_DAYS}, Efron's ties, Breslow's baseline",
        "cohort": cohort.fingerprint,
        "rows_in_file": cohort.rows,
        "patients_in_file": len(cohort),
        **outcome,
        "horizon_days": MAIN_HORIZON_DAYS,
        "longest_follow_up_days": float(f"{fitted.longest_days:.6g}"),
        "observed_at_horizon": _observed_at_horizon(fitted),
        "excluded_rows": dict(cohort.excluded),
        "excluded_lines": {
            code: [str(line) for line in lines] for code, lines in cohort.excluded_lines.items()
        },
        "transplantations": cohort.transplantations,
        "copies": cohort.copies,
        "impossible_values": dict(cohort.refused),
        "missing": cohort.missing(plan.inputs),
        "apparent_c": _rounded(optimism.apparent_c),
        "corrected_c": _rounded(optimism.corrected_c),
        "corrected_slope": _rounded(optimism.corrected_slope),
        "bootstrap_resamples": optimism.resamples,
        "seed": plan.seed,
    }


def _observed_at_horizon(fitted: Fitted) -> int:
    return Outcome(fitted.used.time_days, fitted.used.event).observed_at(MAIN_HORIZON_DAYS)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
