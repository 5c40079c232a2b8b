"""What is asked for before an access token is made."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.missing_fields import ask_all_by_name
from accounts.text import one_line
from accounts.tokens import MOST_DAYS, READ, WRITE

MAY = (
    (READ, _("read cases and what belongs to them")),
    (WRITE, _("write: register patients and change cases in your name")),
)


class AccessTokenForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        label=_("What it is for"),
        help_text=_("Such as “laboratory”."),
        validators=[one_line],
    )
    scopes = forms.MultipleChoiceField(
        choices=MAY, label=_("What it may do"), widget=forms.CheckboxSelectMultiple, initial=[READ]
    )
    days = forms.IntegerField(
        min_value=1,
        max_value=MOST_DAYS,
        initial=90,
        label=_("Valid for how many days"),
        error_messages=dict.fromkeys(("min_value", "max_value", "invalid"), _("Enter 1 to 366 days.")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_all_by_name(self)
