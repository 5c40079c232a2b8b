"""What opens a person's account: their devices and access tokens, on one page."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock, open_access, proof, sign_ins, tokens
from accounts.models import AccessToken
from accounts.refusals import TooManyTokens
from portal.access import person, signed_in
from portal.forms.access_token import AccessTokenForm

TYPED = "typed_access_token"
"""In a session: what was typed of a token before the proof was asked for."""


@signed_in
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Browsers, apps and access tokens that open the account, each with a button that ends it."""
    current = sign_ins.of_session(request.session)
    rows = open_access.open_access(person(request), current=current, now=clock.now())
    context = {
        "signed_in": [row for row in rows if row.kind != "access_token"],
        "tokens": [row for row in rows if row.kind == "access_token"],
    }
    return render(request, "portal/preferences/sessions.html", context)


@signed_in
@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End one of them; one's own is a sign-out."""
    user = person(request)
    if pk == sign_ins.of_session(request.session):
        return _sign_out(request)
    try:
        open_access.end_one(user=user, id=pk, actor=user, now=clock.now())
    except AccessToken.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Ended. Nothing can be done with it any more."))
    return redirect("portal:sessions")


@signed_in
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here, and end every access token."""
    user, current = person(request), sign_ins.of_session(request.session)
    ended = sign_ins.end_all(user=user, actor=user, keep=current, now=clock.now())
    done = ngettext("%(number)d was ended.", "%(number)d were ended.", ended) % {"number": ended}
    messages.success(request, done if ended else _("There was nothing else to end."))
    return redirect("portal:sessions")


@signed_in
@require_POST
def end_all(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    user, current = person(request), sign_ins.of_session(request.session)
    sign_ins.end_all(user=user, actor=user, keep=current, now=clock.now())
    return _sign_out(request)


def _sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You have signed out."))
    return redirect("account_login")


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """Make an access token; its secret is shown once, on the answer. Asks for a second proof first."""
    user = person(request)
    if not proof.is_proved(request.session, user):
        return _ask_for_proof(request)
    typed = request.session.pop(TYPED, None)
    form = AccessTokenForm(request.POST or None, initial=typed)
    if not form.is_valid():
        return _form_again(request, form, status=422 if form.is_bound else 200)
    try:
        token, secret = tokens.create(user=user, now=clock.now(), **form.cleaned_data)
    except TooManyTokens as error:
        form.add_error(None, str(error.message))
        return _form_again(request, form, status=409)
    return render(request, "portal/preferences/made_token.html", {"token": token, "secret": secret})


def _form_again(request: HttpRequest, form: AccessTokenForm, *, status: int) -> HttpResponse:
    return render(request, "portal/preferences/new_token.html", {"form": form}, status=status)


def _ask_for_proof(request: HttpRequest) -> HttpResponse:
    """Lead to the proof that this person gives, and back to the form with what was typed."""
    if request.method == "POST":
        names = {name: request.POST.get(name, "") for name in ("name", "days")}
        request.session[TYPED] = {**names, "scopes": request.POST.getlist("scopes")}
    page = proof.page_of(person(request))
    if page is None:
        messages.error(
            request, _("First set up a second factor: this account has no password to prove with.")
        )
        return redirect("mfa_index")
    return redirect(f"{page}?{urlencode({'next': reverse('portal:new_token')})}")
