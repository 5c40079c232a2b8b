"""What the app is given when it has signed in, beside its session token."""

from typing import Any
from uuid import UUID

from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.http import HttpRequest

from accounts import devices, sign_ins


class DeviceTokenStrategy(SessionTokenStrategy):
    def create_access_token_payload(self, request: HttpRequest) -> dict[str, Any] | None:
        """Goes into `meta` of the answer that completes a sign-in."""
        device: UUID | None = sign_ins.device_of(request.session)
        return {"device_token": devices.token_of(device)} if device else None
