"""The figures that people ask for: who may ask, what is counted, what is hidden because it is few."""

__all__ = [
    "export",
    "export_columns",
    "filters",
    "first_answers",
    "journey",
    "journey_columns",
    "kit",
    "live_overview",
    "measures",
    "notification_report",
    "overview",
    "predictions",
    "privacy",
    "quantiles",
    "selectors",
    "stay_outcomes",
    "table",
]
