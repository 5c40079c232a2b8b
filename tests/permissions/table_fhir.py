"""Who may ask for FHIR: programs with their own token. People's tokens and sessions open nothing."""

from tests.permissions.rows import EVERYBODY, Row

R4 = "fhir/R4"
NAMED = {"resource_type": "Task", "pk": "01970000-0000-7000-8000-000000000000", "version": "1"}
SERVICE = {"service": "aclf-patient-view"}

ROWS = (
    Row("GET", f"{R4}/.well-known/smart-configuration", EVERYBODY, 200, open=True),
    Row("POST", f"{R4}/auth/token", EVERYBODY, 400, open=True),
    Row("POST", R4, EVERYBODY, 401, open=True),
    Row("GET", f"{R4}/metadata", EVERYBODY, 200, open=True),
    Row("GET", "cds-services", EVERYBODY, 200, open=True),
    Row("POST", "cds-services/<slug:service>", EVERYBODY, 401, open=True, values=SERVICE),
    Row("POST", "cds-services/<slug:service>/feedback", EVERYBODY, 401, open=True, values=SERVICE),
    *(
        Row(method, f"{R4}/{route}", EVERYBODY, 401, open=True, values=NAMED)
        for method, route in (
            ("POST", ""),
            ("GET", "<str:resource_type>"),
            ("POST", "<str:resource_type>"),
            ("PUT", "<str:resource_type>/<str:pk>"),
            ("POST", "<str:resource_type>/_search"),
            ("GET", "<str:resource_type>/<str:pk>"),
            ("GET", "<str:resource_type>/<str:pk>/_history/<str:version>"),
            ("GET", "<str:resource_type>/<str:pk>/$everything"),
            ("POST", "$process-message"),
            ("GET", "Subscription"),
            ("POST", "Subscription"),
            ("GET", "Subscription/<str:pk>"),
            ("PUT", "Subscription/<str:pk>"),
            ("DELETE", "Subscription/<str:pk>"),
            ("GET", "Subscription/$status"),
            ("GET", "Subscription/<str:pk>/$status"),
            ("POST", "Subscription/<str:pk>/$status"),
            ("GET", "Subscription/<str:pk>/$events"),
            ("POST", "Subscription/<str:pk>/$events"),
            ("GET", "^.*$"),
        )
    ),
)
