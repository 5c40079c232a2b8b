"""The form of an integration in the administration."""

import ipaddress
import json
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from integrations.keys import KeysError, read_keys
from integrations.models import Integration
from integrations.scopes import letters_of
from notifications.channels.base import AddressError
from notifications.channels.targets import target_url

EVERYTHING = "system/*.cruds"
READING = "system/*.rs"
NO_SECRET = "-"  # noqa: S105


class IntegrationForm(forms.ModelForm):
    """Keys, scopes and addresses as they are pasted and typed: one or several lines of text."""

    pasted_keys = forms.CharField(
        label=_("public keys"),
        widget=forms.Textarea({"rows": 6}),
        required=False,
        help_text=_("A JWK Set, or one public key in PEM. The private key stays with the program."),
    )
    typed_scopes = forms.CharField(
        label=_("what it may do"),
        widget=forms.Textarea({"rows": 2}),
        initial=READING,
        help_text=_("Scopes with blanks between them: “system/*.rs” reads, “system/*.cruds” also writes."),
    )
    typed_addresses = forms.CharField(
        label=_("addresses it may call from"),
        widget=forms.Textarea({"rows": 2}),
        required=False,
        help_text=_("Networks such as 10.20.0.0/16, one a line. Empty: from anywhere."),
    )

    typed_origins = forms.CharField(
        label=_("CDS Hooks: web pages that may call"),
        widget=forms.Textarea({"rows": 2}),
        required=False,
        help_text=_("Such as https://emr.hospital.example, one a line. Empty: only servers call."),
    )

    typed_secret = forms.CharField(
        label=_("SMART: client secret"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        required=False,
        help_text=_("As the record gave it; empty leaves what is kept. A public client has none: write “-”."),
    )

    class Meta:
        model = Integration
        fields: ClassVar = [
            *("name", "kind", "hospital", "ward", "responsible"),
            *(
                "keys_url",
                "hl7_application",
                "hl7_facility",
                "issuer",
                "fhir_base",
                "smart_client_id",
                "is_active",
            ),
        ]
        help_texts: ClassVar = {
            "ward": _("With a ward the program answers for it; without one it refers for the hospital."),
            "keys_url": _("Where the program publishes its JWK Set, in place of keys that are pasted."),
            "fhir_base": _("As the record sends it as “iss”. Only from this address a launch is taken."),
            "issuer": _("As the record signs, such as https://emr.hospital.example. Empty: the client id."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        if not row._state.adding:
            self.initial["pasted_keys"] = "" if row.keys_url else json.dumps(row.keys, indent=1)
            self.initial["typed_scopes"] = " ".join(row.scopes)
            self.initial["typed_addresses"] = "\n".join(row.addresses)
            self.initial["typed_origins"] = "\n".join(row.origins)

    def clean_hospital(self) -> Any:
        hospital = self.cleaned_data["hospital"]
        if hospital is not None and hospital.network.is_practice:
            raise ValidationError(_("No program is connected to a practice network. Choose a real hospital."))
        return hospital

    def clean_pasted_keys(self) -> dict[str, Any]:
        text = self.cleaned_data["pasted_keys"]
        try:
            return read_keys(text) if text.strip() else {"keys": []}
        except KeysError as error:
            raise ValidationError(str(error.message)) from error

    def clean_typed_scopes(self) -> list[str]:
        scopes = self.cleaned_data["typed_scopes"].split()
        unread = [scope for scope in scopes if letters_of(scope) is None]
        if unread:
            message = _("“%(scope)s” is no scope of a program. Write for example system/*.rs.")
            raise ValidationError(message, params={"scope": unread[0]})
        return list(dict.fromkeys(scopes))

    def clean_typed_addresses(self) -> list[str]:
        return [_network(line.strip()) for line in self.cleaned_data["typed_addresses"].split()]

    def clean_typed_origins(self) -> list[str]:
        return [_origin(line) for line in self.cleaned_data["typed_origins"].split()]

    def clean_fhir_base(self) -> str:
        return self._target("fhir_base").rstrip("/")

    def clean_keys_url(self) -> str:
        return self._target("keys_url")

    def _target(self, name: str) -> str:
        """An address that may be called, or none. Raises ValidationError."""
        given = str(self.cleaned_data[name]).strip()
        try:
            return target_url(given, field=name) if given else ""
        except AddressError as error:
            raise ValidationError(str(error.message)) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        ward, hospital, responsible = (cleaned.get(name) for name in ("ward", "hospital", "responsible"))
        if ward and hospital and ward.hospital_id != hospital.pk:
            self.add_error("ward", _("This ward belongs to another hospital. Choose one of the hospital."))
        if responsible and hospital and hospital.network_id not in responsible.access.networks:
            self.add_error("responsible", _("This person is of another network. Choose somebody else."))
        if cleaned.get("keys_url") and cleaned.get("pasted_keys", {}).get("keys"):
            self.add_error("keys_url", _("Give the keys or their address, not both."))
        return cleaned

    def save(self, commit: bool = True) -> Integration:
        if not self.cleaned_data["keys_url"] or "keys_url" in self.changed_data:
            self.instance.keys = self.cleaned_data["pasted_keys"]
            self.instance.keys_fetched_at = self.instance.keys_tried_at = None
        self.instance.scopes = self.cleaned_data["typed_scopes"]
        self.instance.addresses = self.cleaned_data["typed_addresses"]
        self.instance.origins = self.cleaned_data["typed_origins"]
        if secret := self.cleaned_data["typed_secret"].strip():
            self.instance.smart_secret = None if secret == NO_SECRET else secret
        return super().save(commit=commit)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        message = _("“%(text)s” is no network. Write an address, or one such as 10.20.0.0/16.")
        raise ValidationError(message, params={"text": text}) from error


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if (
        parts.scheme not in ("https", "http")
        or not parts.netloc
        or text != f"{parts.scheme}://{parts.netloc}"
    ):
        message = _("“%(text)s” is no origin. Write scheme and host alone: https://emr.hospital.example.")
        raise ValidationError(message, params={"text": text})
    return text
