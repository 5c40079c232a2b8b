"""The terms a risk model can be made of. Each maps one input to its share of the linear predictor.

All work alike on a number and on a NumPy array of them, so one patient and a million are scored by the same
code. NumPy is loaded with the first value: what only names terms, as the deadline engine does, needs none.
"""

from dataclasses import dataclass
from typing import Any, Literal

from scoring.inputs import INPUTS

TermKind = Literal["linear", "log", "capped", "level", "spline"]


@dataclass(frozen=True, slots=True)
class Term:
    """One term.

    `linear`: coefficient * x; `log`: coefficient * ln x; `capped`: coefficient * x with x held within [lower,
    upper]; `level`: coefficient * levels[x] for a grade 0, 1, 2, ...; `spline`: restricted cubic spline of x
    (of ln x with `log_scale`) with Harrell's basis, one coefficient fewer than knots. `lower` and `upper` may
    bound `log` and `spline` too. x is the normalised value times `scale`, in `unit`.
    """

    input: str
    kind: TermKind
    coefficients: tuple[float, ...]
    unit: str = ""
    scale: float = 1.0
    lower: float | None = None
    upper: float | None = None
    levels: tuple[float, ...] = ()
    knots: tuple[float, ...] = ()
    log_scale: bool = False

    @property
    def key(self) -> str:
        """Name of the normalised value this term reads."""
        return INPUTS[self.input].key

    def share(self, value: Any) -> Any:
        """This term's share of the linear predictor, for a number or an array of normalised values."""
        import numpy as np

        if self.kind == "level":
            return (self.coefficients[0] * np.array(self.levels))[np.asarray(value, dtype=np.intp)]
        x = value * self.scale if self.scale != 1.0 else value
        if self.lower is not None or self.upper is not None:
            x = np.clip(x, self.lower, self.upper)
        if self.kind == "spline":
            return self._spline(np.log(x) if self.log_scale else x)
        return self.coefficients[0] * (np.log(x) if self.kind == "log" else x)

    def _spline(self, x: Any) -> Any:
        return sum(c * basis for c, basis in zip(self.coefficients, spline_basis(x, self.knots), strict=True))


def spline_basis(x: Any, knots: tuple[float, ...]) -> list[Any]:
    """Harrell's restricted cubic spline basis (k - 1 columns for k knots), linear beyond the outer knots.

    The cubic columns are divided by (last knot - first knot)^2, as in the R package rms, so that published
    coefficients can be copied. Regression Modeling Strategies, 2nd ed. 2015, section 2.4.5.
    """
    first, before_last, last = knots[0], knots[-2], knots[-1]
    norm = (last - first) ** 2
    columns: list[Any] = [x]
    for knot in knots[:-2]:
        cubic = (
            _cube(x - knot)
            - _cube(x - before_last) * (last - knot) / (last - before_last)
            + _cube(x - last) * (before_last - knot) / (last - before_last)
        )
        columns.append(cubic / norm)
    return columns


def _cube(distance: Any) -> Any:
    """By multiplication, the same for a number and a column; NumPy's power is another one for each."""
    import numpy as np

    positive = np.maximum(distance, 0.0)
    return positive * positive * positive
