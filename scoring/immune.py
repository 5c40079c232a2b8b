"""Immune markers of a patient whose ACLF was precipitated by an infection, and what was published about them.

The ranges are facts with a source. They come from sepsis, not from ACLF, and lead to no treatment here.
"""

from dataclasses import dataclass

from scoring.issues import gettext_noop

MARKERS: tuple[str, ...] = (
    "mhladr_per_cell",
    "mhladr_percent",
    "ferritin_ng_ml",
    "lymphocytes_10e9_l",
    "il6_pg_ml",
    "pct_ng_ml",
    "igm_g_l",
)
"""Names in `scoring.OTHER_LABORATORY`, in the order to show them."""

CAUTION = gettext_noop(
    "The published ranges come from studies of sepsis. Ferritin is raised by liver injury itself. "
    "They are shown beside the values and recommend no treatment."
)

READ, GENERAL_KNOWLEDGE = "read", "general_knowledge"

IMMUNOSEP = "ImmunoSep, NCT04990232, PMID 41359996"


@dataclass(frozen=True, slots=True)
class PublishedRange:
    """One published range of a marker, from `low` to `high` in the marker's unit; None: open on that side.

    `meaning`: English text marked for translation. `certainty`: read in the source, or general knowledge.
    """

    marker: str
    low: float | None
    high: float | None
    meaning: str
    source: str
    certainty: str

    def holds(self, value: float) -> bool:
        """Whether `value` lies in the range; the limits themselves do not."""
        return (self.low is None or value > self.low) and (self.high is None or value < self.high)


PUBLISHED_RANGES: tuple[PublishedRange, ...] = (
    PublishedRange(
        "mhladr_per_cell",
        None,
        5_000,
        gettext_noop("immunoparalysis in that trial, where ferritin is at most 4,420 ng/mL"),
        IMMUNOSEP,
        READ,
    ),
    PublishedRange(
        "mhladr_per_cell",
        None,
        8_000,
        gettext_noop("immunodepression in a sepsis trial"),
        "Meisel C, Am J Respir Crit Care Med 2009;180:640-648",
        GENERAL_KNOWLEDGE,
    ),
    PublishedRange(
        "mhladr_per_cell", 15_000, 40_000, gettext_noop("range of healthy people"), "", GENERAL_KNOWLEDGE
    ),
    PublishedRange(
        "mhladr_percent", None, 30, gettext_noop("immunoparalysis in sepsis"), "", GENERAL_KNOWLEDGE
    ),
    PublishedRange(
        "ferritin_ng_ml",
        4_420,
        None,
        gettext_noop("macrophage activation-like syndrome in that trial"),
        IMMUNOSEP,
        READ,
    ),
    PublishedRange(
        "lymphocytes_10e9_l",
        None,
        0.9,
        gettext_noop("lymphopenia by which a sepsis trial chose its patients"),
        "IRIS-7",
        GENERAL_KNOWLEDGE,
    ),
    PublishedRange(
        "lymphocytes_10e9_l",
        None,
        1.1,
        gettext_noop("limit for a quick look at adaptive immunity (1.1 to 1.2 in use)"),
        "",
        GENERAL_KNOWLEDGE,
    ),
)


def ranges_of(marker: str) -> tuple[PublishedRange, ...]:
    """The published ranges of one marker; none for IL-6, procalcitonin and IgM."""
    return tuple(row for row in PUBLISHED_RANGES if row.marker == marker)
