"""The questions about the evidence library. It holds nothing of patients: whoever is signed in may ask."""

from django.db.models import QuerySet

from referral.models import Evidence

MOST_WORDS = 8


def search(words: str = "", therapy_class: str = "") -> QuerySet[Evidence]:
    """The rows that hold every one of `words`, in either language; all of them without words."""
    rows = Evidence.objects.all()
    if therapy_class:
        rows = rows.filter(therapy_class=therapy_class)
    for word in words.lower().split()[:MOST_WORDS]:
        rows = rows.filter(search_text__contains=word)
    return rows


def classes() -> list[str]:
    """The classes of therapy that the library has, in the order of the alphabet."""
    return list(
        Evidence.objects.exclude(therapy_class="")
        .order_by("therapy_class")
        .values_list("therapy_class", flat=True)
        .distinct()
    )
