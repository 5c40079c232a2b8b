"""The report's plots as SVG, drawn the same way every time.

Their words are text in the current language, set in the reader's fonts: no font is needed where they are
drawn. What would not fit if those are wider, the keys, stands below the plot (`decision_key`,
`comparison_key`).
"""

import io
import warnings
from collections.abc import Callable

import matplotlib as mpl
from django.utils.translation import gettext
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scoring.research.validate import Validation

_INK, _OURS, _OTHER = "#1f2937", "#0b7285", "#9ca3af"
_DECISION = {"model": (_OURS, ""), "everybody": (_OTHER, ""), "nobody": (_INK, "2 3")}


def plots(validation: Validation) -> dict[str, str]:
    """SVG texts by name: comparison and, where there is something to draw, calibration and decision."""
    drawn = {
        "comparison": _drawn(
            lambda axes: _comparison(axes, validation), height=1.2 + 0.42 * len(validation.rivals)
        )
    }
    if any(group.observed is not None for group in validation.groups):
        drawn["calibration"] = _drawn(lambda axes: _calibration(axes, validation))
    if validation.net_benefit:
        drawn["decision"] = _drawn(lambda axes: _decision(axes, validation))
    return drawn


def decision_key() -> list[tuple[str, str, str]]:
    """Colour, dashes and meaning of each line of the decision curve."""
    words = {
        "model": gettext("By the model"),
        "everybody": gettext("Everybody"),
        "nobody": gettext("Nobody"),
    }
    return [(*_DECISION[name], words[name]) for name in _DECISION]


def comparison_key(validation: Validation) -> list[tuple[str, str]]:
    """Colour and meaning of the dots of the comparison."""
    return [(_OURS, validation.model), (_INK, gettext("Published score"))]


def _drawn(draw: Callable[[Axes], None], *, height: float = 4.2) -> str:
    with (
        mpl.rc_context(
            {"svg.hashsalt": "scoring", "svg.fonttype": "none", "font.size": 9, "axes.edgecolor": _INK}
        ),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(5.6, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    svg = text.getvalue()
    return svg[svg.index("<svg") :]


def _calibration(axes: Axes, validation: Validation) -> None:
    axes.plot([0, 1], [0, 1], color=_OTHER, linestyle="--", linewidth=1)
    points = [(group.predicted, group.observed) for group in validation.groups if group.observed is not None]
    axes.plot(*zip(*points, strict=True), "o", color=_OURS)
    intervals = [
        (group.predicted, group.low, group.high)
        for group in validation.groups
        if group.low is not None and group.high is not None
    ]
    for predicted, low, high in intervals:
        axes.plot([predicted] * 2, [low, high], "_-", color=_OURS, linewidth=1)
    ends = [high for _predicted, _low, high in intervals]
    highest = min(1.0, 1.1 * max(*(max(point) for point in points), *ends, 0.0))
    axes.set(xlim=(0, highest), ylim=(0, highest))
    predicted_by = gettext("Predicted risk by day %(days)s") % {"days": validation.days}
    axes.set(xlabel=predicted_by, ylabel=gettext("Observed risk (Kaplan-Meier) with its interval"))


def _decision(axes: Axes, validation: Validation) -> None:
    for name, values in validation.net_benefit.items():
        colour, dashes = _DECISION[name]
        axes.plot(
            validation.thresholds, values, color=colour, linestyle=":" if dashes else "-", linewidth=1.4
        )
    highest = max(max(values) for values in validation.net_benefit.values())
    axes.set(ylim=(-0.05, max(0.05, 1.1 * highest)))
    axes.set(xlabel=gettext("Threshold (predicted risk)"), ylabel=gettext("Net benefit"))


def _comparison(axes: Axes, validation: Validation) -> None:
    axes.axvline(0.5, color=_OTHER, linestyle="--", linewidth=1)
    for row, rival in enumerate(validation.rivals):
        for offset, figures, colour in ((0.12, rival.model_c_index, _OURS), (-0.12, rival.c_index, _INK)):
            value, low, high = figures
            if low is not None and high is not None:
                axes.plot([low, high], [row + offset] * 2, color=colour, linewidth=1.2)
            if value is not None:
                axes.plot([value], [row + offset], "o", color=colour, markersize=4)
    axes.set_yticks(
        range(len(validation.rivals)), [f"{rival.name} (n = {rival.patients})" for rival in validation.rivals]
    )
    axes.invert_yaxis()
    axes.set(xlabel=gettext("C index with its interval, same patients"))
