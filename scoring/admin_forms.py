"""What the administration asks before a risk model is kept, put in force or put in shadow."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.missing_fields import ask_all_by_name
from accounts.models import User
from accounts.text import one_line
from scoring.models import RiskModelVersion
from scoring.services import activate_model, set_shadow

LARGEST_FILE = 512 * 1024


class ModelFileForm(forms.Form):
    """A sealed model file and why it is installed. The clean `file` is its text."""

    file = forms.FileField(
        label=_("model file"),
        help_text=_("A sealed file, as “manage.py seal_model” and “fit_model” make it."),
    )
    reason = forms.CharField(
        label=_("reason"), max_length=500, widget=forms.Textarea({"rows": 2}), help_text=_("In a sentence.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        ask_all_by_name(self)

    def clean_file(self) -> str:
        sent: UploadedFile = self.cleaned_data["file"]
        if sent.size is None or sent.size > LARGEST_FILE:
            raise ValidationError(_("This file is too large for a model: at most 512 KiB."))
        try:
            return sent.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError(
                _("This file is not text in UTF-8. Choose the sealed model file.")
            ) from error


class DecisionForm(forms.Form):
    """A decision about an installed model, who approved it, and why."""

    ACTIVATE, START, END = "activate", "start_shadow", "end_shadow"

    decision = forms.ChoiceField(
        label=_("decision"),
        widget=forms.RadioSelect,
        choices=[
            (START, _("Let it run in shadow: it scores beside the model in force, and nobody sees it")),
            (END, _("End running in shadow")),
            (ACTIVATE, _("Put it in force: every new result comes from it, old results keep theirs")),
        ],
    )
    approved_by = forms.CharField(
        label=_("approved by"),
        max_length=200,
        help_text=_("The person or board that decided it."),
        validators=[one_line],
    )
    reason = forms.CharField(label=_("reason"), max_length=500, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        ask_all_by_name(self)

    def decide(self, version: RiskModelVersion, *, actor: User, now: datetime) -> None:
        """Record the decision. Raises GovernanceError if it cannot be taken."""
        clean = self.cleaned_data
        words = {"approved_by": clean["approved_by"], "reason": clean["reason"], "actor": actor, "now": now}
        if clean["decision"] == self.ACTIVATE:
            activate_model(name=version.checksum, **words)
        else:
            set_shadow(name=version.checksum, on=clean["decision"] == self.START, **words)
