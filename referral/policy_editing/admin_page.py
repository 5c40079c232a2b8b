"""The administration of a network's rules: versions are made and read, never changed."""

from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.administration import NetworkAdmin, administrator, within
from accounts.models import Network
from referral.deadlines.policies import latest_policy
from referral.models import PathwayPolicy
from referral.policy_editing.changes import changes
from referral.policy_editing.editor import PolicyEditor

READ = ("network_name", "version", "in_force_from", "created_at", "author", "note", "once_more", "rules")


@admin.register(PathwayPolicy)
class PathwayPolicyAdmin(NetworkAdmin):
    list_display = (
        "network_name",
        "version",
        "risk_threshold",
        "leading_definition",
        "in_force_from",
        "created_at",
        "author",
        "note",
    )
    list_select_related = ("network", "created_by")
    fields = readonly_fields = READ

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("referral network"), ordering="network")
    def network_name(self, policy: PathwayPolicy) -> str:
        return policy.network.name

    @admin.display(description=_("published by"))
    def author(self, policy: PathwayPolicy) -> str:
        return str(policy.created_by or "")

    @admin.display(description=_("undo"))
    def once_more(self, policy: PathwayPolicy) -> SafeString | str:
        """Leads to a new version with these rules, which undoes the later ones; nothing for the newest."""
        if latest_policy(policy.network) == policy:
            return "—"
        query = urlencode({"network": policy.network_id, "again": policy.pk})
        words = _("Put these rules in force again, as a new version")
        return format_html(
            '<a href="{}?{}">{}</a>', reverse("admin:referral_pathwaypolicy_add"), query, words
        )

    @admin.display(description=_("rules"))
    def rules(self, policy: PathwayPolicy) -> SafeString:
        rows = (
            (change.rule, format_html_join("", "<div>{}</div>", ((line,) for line in change.after)))
            for change in changes(None, policy)
        )
        return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Fill in, read in words what it will do, publish: in this order, on one page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        networks = within(Network.objects.all(), administrator(request), "pk")
        network = _chosen(networks, request.GET.get("network", ""))
        with timezone.override(ZoneInfo(self.zone(None))):
            editor = PolicyEditor(
                request.POST or None,
                network=network,
                actor=administrator(request),
                now=clock.now(),
                again=_again(network, request.GET.get("again", "")),
            )
            can_be_published = bool(request.POST) and editor.judge()
            if can_be_published and editor.was_read:
                return _published(request, editor)
            context = {
                **self.admin_site.each_context(request),
                "title": _("New rules for %(network)s") % {"network": network.name},
                "opts": self.opts,
                "networks": networks,
                "editor": editor,
                "shows_preview": can_be_published,
                **(extra_context or {}),
            }
            status = 422 if request.POST and not can_be_published else 200
            return render(request, "admin/referral/pathwaypolicy/publish.html", context, status=status)


def _published(request: HttpRequest, editor: PolicyEditor) -> HttpResponse:
    policy = editor.publish()
    messages.success(request, _("Version %(version)s is published.") % {"version": policy.version})
    return redirect("admin:referral_pathwaypolicy_change", policy.pk)


def _again(network: Network, key: str) -> PathwayPolicy | None:
    """The version of `network` whose rules are to be filled in; None where none is named."""
    if not key:
        return None
    policy = next((row for row in network.policies.all() if str(row.pk) == key), None)
    if policy is None:
        raise Http404
    return policy


def _chosen(networks: Any, key: str) -> Network:
    """The network asked for by `key`, else the first one that the person administers."""
    network = next((row for row in networks if str(row.pk) == key), networks.first())
    if network is None:
        raise Http404
    return network
