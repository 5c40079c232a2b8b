"""Who may ask for FHIR: programs with their own token. People's tokens and sessions open nothing."""

from tests.permissions.rows import EVERYBODY, Row

R4 = "fhir/R4"

ROWS = (
    Row("GET", f"{R4}/.well-known/smart-configuration", EVERYBODY, 200, open=True),
    Row("POST", f"{R4}/auth/token", EVERYBODY, 400, open=True),
)
