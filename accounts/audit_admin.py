"""The audit trail, to read: for administrators, what concerns their networks and their people."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import punctuation
from accounts.administration import Permissions, ReadOnly, administrator, people_of
from accounts.models import AuditEntry, User

ACTIONS = {
    "add_duty": _("added a weekly duty"),
    "ask_for_link": _("a link to choose a password was asked for"),
    "locked_out": _("too many wrong tries: further ones from there are refused for a while"),
    "proof_failed": _("a wrong password within a session"),
    "second_factor_failed": _("a wrong code of the second factor"),
    "sign_in_failed": _("a wrong password at sign-in"),
    "add_second_factor": _("added a second factor"),
    "change_password": _("changed their password"),
    "end_sign_in": _("ended a sign-in"),
    "make_recovery_codes": _("made new recovery codes"),
    "remove_second_factor": _("removed their second factor"),
    "reset_password": _("a new password was chosen by a mailed link"),
    "sign_in": _("signed in"),
    "use_recovery_code": _("used a recovery code"),
    "assign_results": _("proposed a laboratory's results on a case"),
    "set_results_aside": _("set a laboratory's results aside"),
    "close_ward": _("closed a ward"),
    "create_access_token": _("made an access token"),
    "forget_second_factors": _("removed a second factor"),
    "hand_over": _("wrote a hand-over note"),
    "launch_from_record": _("opened a new case from a patient record"),
    "invite": _("invited a new person"),
    "list": _("was shown a list of cases"),
    "look_up_unannounced": _("looked up an unannounced patient"),
    "wrong_answer_at_door": _("heard a wrong answer from an unannounced patient"),
    "met_elsewhere": _("met the patient of another hospital's case"),
    "met_recorded_dead": _("met a patient recorded as dead"),
    "confirmed_identity": _("confirmed whether a patient is the one whom a number found"),
    "met_namesake": _("met a namesake of another hospital's patient"),
    "open_ward": _("opened a ward"),
    "publish_policy": _("published a policy"),
    "read": _("read a case"),
    "release_deadline": _("let a deadline run again"),
    "remove_duty": _("removed a weekly duty"),
    "replay_delivery": _("sent a delivery once more"),
    "search_cases": _("searched for cases"),
    "research_export": _("downloaded the research export"),
    "revoke_access_token": _("revoked an access token"),
    "send_password_link": _("sent a link to choose a password"),
    "swap_duty": _("swapped a duty"),
    "undo_duty_exception": _("took back a duty exception"),
}
"""What people did, by the code on the trail; changes of rows in the administration are put in words apart."""

CHANGES = {"add": _("added: %(what)s"), "change": _("changed: %(what)s"), "delete": _("removed: %(what)s")}


def action_in_words(code: str) -> str:
    """What was done, in the reader's language; a code that is not known stays as it is."""
    if code in ACTIONS:
        return str(ACTIONS[code])
    verb, _underscore, model = code.partition("_")
    names = _names_of_rows()
    return str(CHANGES[verb]) % {"what": names[model]} if verb in CHANGES and model in names else code


def subject_in_words(code: str) -> str:
    """What kind of thing a line is about, in the reader's language."""
    return str(_names_of_rows().get(code.replace("_", ""), code))


def _names_of_rows() -> dict[str | None, Any]:
    return {model._meta.model_name: model._meta.verbose_name for model in apps.get_models()}


def visible_entries(entries: QuerySet[AuditEntry], user: User) -> QuerySet[AuditEntry]:
    """Those of `entries` about a network that `user` administers, or, about none, by people of it only."""
    if user.is_superuser:
        return entries
    of_no_network = Q(network=None, actor__in=people_of(user))
    return entries.filter(Q(network__in=user.access.administers) | of_no_network)


class ActionFilter(admin.SimpleListFilter):
    """By what was done, in words."""

    title = _("what was done")
    parameter_name = "done"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((code, str(words)) for code, words in ACTIONS.items()), key=lambda row: row[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, Permissions, admin.ModelAdmin):
    list_display = ("at", "who", "what", "subject", "subject_id")
    list_filter = (ActionFilter, "at")
    search_fields = ("subject_id__exact", "actor__email", "actor__name")
    search_help_text = _("Name or e-mail of who did it, or the whole id of what it was done to.")
    list_select_related = ("actor",)
    fields = readonly_fields = ("at", "who", "what", "subject", "subject_id", "particulars")
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return visible_entries(super().get_queryset(request), administrator(request))

    @admin.display(description=_("who"), ordering="actor")
    def who(self, entry: AuditEntry) -> str:
        return str(entry.actor or _("the platform"))

    @admin.display(description=_("what was done"), ordering="action")
    def what(self, entry: AuditEntry) -> str:
        return action_in_words(entry.action)

    @admin.display(description=_("to what"), ordering="subject_type")
    def subject(self, entry: AuditEntry) -> str:
        return subject_in_words(entry.subject_type)

    @admin.display(description=_("details"))
    def particulars(self, entry: AuditEntry) -> SafeString:
        rows = ((name, _in_words(value)) for name, value in entry.detail.items())
        return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows))


def _in_words(value: object) -> str:
    return punctuation.listed(value) if isinstance(value, list) else str(value)
