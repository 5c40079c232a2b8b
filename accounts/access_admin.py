"""What opens the account of a person, for the administrators of their network: to look at and to end."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import clock, open_access, sign_ins
from accounts.administration import administrator, may_administer, people_of
from accounts.models import AccessToken, User

SESSIONS = "accounts_user_sessions"


class OpenAccessAdmin:
    """Adds to the administration of people a page with the sessions and tokens of each."""

    def get_urls(self) -> list[URLPattern]:
        site = cast(admin.ModelAdmin, self).admin_site
        page = path("<uuid:pk>/sessions/", site.admin_view(self.sessions), name=SESSIONS)
        return [page, *super().get_urls()]  # type: ignore[misc]

    @admin.display(description=_("devices and access tokens"))
    def open_access(self, user: User) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>', reverse(f"admin:{SESSIONS}", args=[user.pk]), _("Look and end")
        )

    def sessions(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The page; a POST with `end` ends one, or `all` of them."""
        if not may_administer(administrator(request)):
            raise PermissionDenied
        user = get_object_or_404(people_of(administrator(request)), pk=pk)
        if request.method == "POST":
            self._end(request, user, request.POST.get("end", ""))
            return redirect(request.path)
        context: dict[str, Any] = {
            **cast(admin.ModelAdmin, self).admin_site.each_context(request),
            "title": _("Devices and access tokens"),
            "subtitle": str(user),
            "person": user,
            "rows": open_access.open_access(user, now=clock.now()),
            "opts": User._meta,
        }
        return TemplateResponse(request, "admin/accounts/user/sessions.html", context)

    def _end(self, request: HttpRequest, user: User, which: str) -> None:
        actor, now = administrator(request), clock.now()
        if which == "all":
            sign_ins.end_all(user=user, actor=actor, now=now)
        else:
            try:
                open_access.end_one(user=user, id=UUID(which), actor=actor, now=now)
            except (ValueError, AccessToken.DoesNotExist):
                raise Http404 from None
        messages.success(request, _("Ended. Nothing can be done with it any more."))
