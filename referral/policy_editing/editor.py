"""A new version of a policy on its way: filled in, judged, shown in words, published."""

import hashlib
import json
from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Network, User
from referral.deadlines.policies import (
    RULES,
    check_draft,
    draft_policy,
    latest_policy,
    publish_policy,
    rules_of,
)
from referral.models import PathwayPolicy
from referral.policy_editing.changes import Change, changes
from referral.policy_editing.checks import doubts
from referral.policy_editing.forms import PolicyForm, StepFormSet, length_name, rows_from

CONFIRM = _("Confirm that this is meant so, or change it.")


class PolicyEditor:
    """Both forms of a new version for `network`, filled in with the rules of its version `again`, with the
    newest ones without it, or with what was posted.

    After `judge`, either the forms carry what is wrong, or `draft`, `changes` and `doubts` say what the
    version would do; `was_read` is true once exactly that was shown and nothing is left to confirm.
    """

    def __init__(
        self,
        data: QueryDict | None,
        *,
        network: Network,
        actor: User,
        now: datetime,
        again: PathwayPolicy | None = None,
    ) -> None:
        self.network, self.actor, self.now, self.again = network, actor, now, again
        self.before = latest_policy(network)
        self.draft = draft_policy(network, **(rules_of(again) if again else {}))
        rows = rows_from(self.draft.steps)
        self.form = PolicyForm(data, instance=self.draft)
        self.steps = StepFormSet(data, initial=rows, prefix="steps")
        self.changes: list[Change] = []
        self.doubts: list[str] = []
        self.digest = ""

    def judge(self) -> bool:
        """Whether what was posted can be published; otherwise each mistake stands at its field."""
        if not all([self.form.is_valid(), self.steps.is_valid()]):
            return False
        self._fill_draft()
        try:
            check_draft(self.draft, before=self.before, now=self.now)
        except ValidationError as faults:
            self._refuse(faults)
            return False
        self.changes = changes(self.before, self.draft)
        self.doubts = doubts(self.draft)
        self.digest = self._digest()
        return True

    @property
    def was_read(self) -> bool:
        """Whether the posted form was shown in words before, and every doubt is confirmed."""
        if self.form.cleaned_data["preview"] != self.digest:
            return False
        if self.doubts and not self.form.cleaned_data["intended"]:
            self.form.add_error("intended", CONFIRM)
            return False
        return True

    def publish(self) -> PathwayPolicy:
        """Put the judged draft in force. Raises what `publish_policy` raises."""
        self.draft.in_force_from = self.form.cleaned_data["in_force_from"]
        return publish_policy(draft=self.draft, actor=self.actor, now=self.now)

    def _fill_draft(self) -> None:
        clean = self.form.cleaned_data
        for name in (*RULES, "note"):
            if name in clean:
                setattr(self.draft, name, clean[name])
        self.draft.minutes = self.form.lengths()
        self.draft.ladders = self.steps.ladders()
        self.draft.__dict__.pop("steps", None)
        self.draft.in_force_from = clean["in_force_from"] or self.now
        self.draft.version = self.before.version + 1 if self.before else 1
        self.draft.created_at, self.draft.created_by = self.now, self.actor

    def _refuse(self, faults: ValidationError) -> None:
        for field, errors in faults.error_dict.items():
            for error in errors:
                if field == "ladders" and self.steps.refuse(error):
                    continue
                kinds = (error.params or {}).get("kinds", [])
                at = length_name(kinds[0]) if field == "minutes" and kinds else field
                self.form.add_error(at if at in self.form.fields else None, error)

    def _digest(self) -> str:
        """What was judged, in short: equal for equal rules, dates and reasons."""
        rules = {name: getattr(self.draft, name) for name in (*RULES, "note")}
        rules |= {"begins": str(self.form.cleaned_data["in_force_from"]), "version": self.draft.version}
        return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()
