"""Refuses what no measurement can be, where a score is called without `read_inputs` before it."""

import math
from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec, TypeVar

from scoring.inputs import INPUTS

_WORDS: Mapping[str, tuple[str, ...]] = {
    "ascites": INPUTS["ascites"].choices,
    "sex": INPUTS["sex"].choices,
    "cause": ("cholestatic_or_alcoholic", "other"),
}
_GRADES = (0, 1, 2, 3, 4)

_ERRORS = (
    "ValueError for a number that is negative or not finite (or zero where its logarithm is taken), a West "
    "Haven grade beyond 0-4, or an unknown word."
)

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


def measured(score: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
    """The score, with ValueError for what cannot be instead of an answer that means nothing; its
    documentation says so.
    """

    @wraps(score)
    def checked(*args: _Given.args, **given: _Given.kwargs) -> _Answer:
        for name, value in given.items():
            if value is not None:
                check_measured(name, value)
        return score(*args, **given)

    checked.__doc__ = f"{score.__doc__}\n\n    {_ERRORS}"
    return checked


def check_measured(name: str, value: object) -> None:
    """Raises ValueError if an argument is no possible measurement; None, yes and no always are."""
    if value is None or isinstance(value, bool):
        return
    if name in _WORDS:
        possible = value in _WORDS[name]
    elif name == "encephalopathy_grade":
        possible = value in _GRADES
    else:
        possible = not isinstance(value, str) and 0 <= value < math.inf  # type: ignore[operator]
    if not possible:
        raise ValueError(f"{name} cannot be {value!r}")
