"""How the OpenAPI file is made from the code: `manage.py spectacular --file api/openapi.yaml`."""

from api.openapi import enums, schemes
from api.openapi.answers import add_answers
from api.openapi.generator import Generator, Schema
from api.openapi.sign_in import add_sign_in

__all__ = ["Generator", "Schema", "add_answers", "add_sign_in", "enums", "schemes"]
