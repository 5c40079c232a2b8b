"""Reading cases: every question begins with what the person may see."""

__all__ = [
    "access_log",
    "alert_proof",
    "background",
    "board",
    "case_files",
    "case_values",
    "cases",
    "changes",
    "course",
    "exchange",
    "hand_over_codes",
    "morning",
    "referral_reasons",
    "replay",
    "search",
    "urgency",
    "ward_choices",
    "ward_places",
    "worklists",
]
