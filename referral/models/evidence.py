from typing import ClassVar

from django.db import models

from accounts.ids import new_id


class Evidence(models.Model):
    """A trial or study of the evidence library, in one or both languages.

    `collection` is the file it was loaded from, which replaces all its rows when it is loaded again; `line`
    its line there. `search_text` is what a search looks through, in lower case.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    collection = models.CharField(max_length=60)
    line = models.PositiveIntegerField()
    therapy_en = models.CharField(max_length=200, blank=True)
    therapy_zh = models.CharField(max_length=200, blank=True)
    therapy_class = models.CharField(max_length=60, blank=True)
    mechanism_en = models.TextField(blank=True)
    mechanism_zh = models.TextField(blank=True)
    study = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    participants = models.CharField(max_length=80, blank=True)
    design_en = models.CharField(max_length=200, blank=True)
    design_zh = models.CharField(max_length=200, blank=True)
    population_en = models.TextField(blank=True)
    population_zh = models.TextField(blank=True)
    outcome_en = models.TextField(blank=True)
    outcome_zh = models.TextField(blank=True)
    registry_number = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=300, blank=True)
    evidence_level = models.CharField(max_length=60, blank=True)
    certainty = models.CharField(max_length=20, blank=True)
    search_text = models.TextField()
    loaded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["collection", "line"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collection", "line"], name="evidence_line_once")
        ]
