"""How a patient comes in: the first visit, the draft of the values, the ward asked, the unannounced."""

__all__ = [
    "case_files",
    "drafts",
    "first_visit",
    "free_beds",
    "launches",
    "patient_record",
    "registration",
    "results",
    "submission",
    "unannounced",
    "ward_status",
]
