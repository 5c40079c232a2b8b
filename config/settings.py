"""Django's settings, built from the environment (config/environment.py) and nothing else."""

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Queue
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import addresses, channel_environment, logs, schedule
from config.environment import Mode, load

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = load()
MODE = ENVIRONMENT.mode
PRODUCTION = MODE is Mode.PRODUCTION

DEBUG = False
SECRET_KEY = ENVIRONMENT.secret_key
SECRET_KEY_FALLBACKS = list(ENVIRONMENT.secret_key_fallbacks)
IDENTITY_KEYS = list(ENVIRONMENT.identity_keys)
BLIND_INDEX_KEY = ENVIRONMENT.blind_index_key
BASE_URL = ENVIRONMENT.base_url
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts) or ([] if PRODUCTION else ["*"])
CLOCK_MAY_MOVE = not PRODUCTION
DEFAULT_DISPLAY_ZONE = ENVIRONMENT.display_zone
HEARTBEAT_URL = ENVIRONMENT.heartbeat_url
STORM_CONTROL = ENVIRONMENT.storm_control
METRICS_TOKEN = ENVIRONMENT.metrics_token

INSTALLED_APPS = [
    "django.contrib.auth",  # before accounts, whose administration replaces parts of its own
    "accounts",
    "scoring",
    "labs",
    "notifications",
    "files",
    "integrations",
    "referral",
    "portal",
    "api",
    "fhir",
    "config.administration.AdministrationConfig",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
]

MIDDLEWARE = [
    "config.frames.with_room",
    "config.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.static.ServeStaticFiles",
    "config.compression.Compress",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "api.middleware.ProblemsForPrograms",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.unreadable.RefuseUnreadable",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.NoteSignIn",
    "portal.middleware.LanguageOfUser",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.PageOwner",
    "accounts.middleware.RequireSecondFactor",
    "accounts.middleware.AdministrationClock",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["portal.templatetags.owned_forms"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]


PLANNED_QUICKLY = "-c join_collapse_limit=5"
"""A case is read with a dozen tables joined to its row, in the one order that makes sense. Left to itself,
the database takes twenty times as long to look for another order as to read the row."""


def _postgres(url: str) -> dict[str, Any]:
    address = addresses.postgres(url)
    pool = {"min_size": 1, "max_size": ENVIRONMENT.database_pool, "timeout": 5}
    timeout = ENVIRONMENT.statement_timeout_seconds * 1000
    ours = {
        "pool": pool if ENVIRONMENT.database_pool else False,
        "application_name": "aclf",
        "connect_timeout": 5,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        "options": f"{PLANNED_QUICKLY} -c statement_timeout={timeout}"
        " -c idle_in_transaction_session_timeout=60000",
    }
    return {
        **address,
        "ENGINE": "config.postgres",
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 0 if ENVIRONMENT.database_pool else 300,
        "OPTIONS": ours | address["OPTIONS"],
    }


DATABASES = {"default": _postgres(ENVIRONMENT.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = ENVIRONMENT.redis_url
CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "aclf",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry": Retry(NoBackoff(), 0)},
    },
    "rows": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "rows",
        "OPTIONS": {"MAX_ENTRIES": 2_000},
    },
}

CELERY_BROKER_URL = REDIS_URL.partition("?")[0]
if REDIS_URL.startswith("rediss:"):  # without options Celery's library would not look at the certificate
    CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": "required", **addresses.redis(REDIS_URL)}
CELERY_TASK_QUEUES = [Queue(name) for name in ("critical", "notify", "retry", "bulk", "files", "reading")]
CELERY_TASK_DEFAULT_QUEUE = "notify"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_retries": 0,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = schedule.BEAT

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PersonBackend"]
if MODE is Mode.TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", **options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"OPTIONS": {"min_length": 12}}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "config.adapters.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS, MFA_FORMS = (
    {name: f"accounts.sign_in_forms.{name.title().replace('_', '')}Form" for name in names}
    for names in (("login", "change_password", "reset_password"), ("authenticate", "reauthenticate"))
)
# Guesses are counted in accounts/guard.py: the library's limits, by address, would shut out a whole hospital.
# A mailed link and a security key are no words that somebody could guess.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.reset_links.LinkTokens"  # noqa: S105
MFA_REQUIRED = PRODUCTION if ENVIRONMENT.mfa_required is None else ENVIRONMENT.mfa_required
MFA_ADAPTER = "config.adapters.EncryptingMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "ACLF"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
HEADLESS_TOKEN_STRATEGY = "accounts.token_strategy.RefreshedTokenStrategy"  # noqa: S105
HEADLESS_CLIENTS = ("app",)
HEADLESS_FRONTEND_URLS = {
    "account_reset_password_from_key": f"{BASE_URL}/accounts/password/reset/key/{{key}}/"
}
SOCIALACCOUNT_ADAPTER = "config.adapters.ClosedSocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "hospital",
                "name": ENVIRONMENT.oidc_name,
                "client_id": ENVIRONMENT.oidc_client_id,
                "secret": ENVIRONMENT.oidc_client_secret,
                "settings": {"server_url": ENVIRONMENT.oidc_issuer},
            }
        ]
        if ENVIRONMENT.oidc_issuer
        else [],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.static.BundleFinder",
    "config.static.PackageFinder",
]
NODE_MODULES = BASE_DIR / "node_modules"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE is Mode.TEST
        else "config.static.StaticStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = MODE is Mode.TEST

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.behind_proxy else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENVIRONMENT.behind_proxy else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
APP_SESSION_SECONDS = 60 * ENVIRONMENT.app_session_minutes
APP_IDLE_DAYS = ENVIRONMENT.app_idle_days
APP_SIGN_IN_DAYS = ENVIRONMENT.app_sign_in_days
CSRF_TRUSTED_ORIGINS = [BASE_URL]
LETTERS_AS_PDF = "portal.pages.letters.files.letter_as_pdf"
CSRF_FAILURE_VIEW = "portal.pages.drafts.views.too_old"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# What somebody sends is never on a disk before it is encrypted.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 24 * 1024 * 1024
FILE_STORE = addresses.file_store(ENVIRONMENT.files_url)
CLAMD = addresses.clamd(ENVIRONMENT.clamd_url) if ENVIRONMENT.clamd_url else {}

_mail = addresses.mail_server(ENVIRONMENT.email_url)
EMAIL_BACKEND = "notifications.channels.email.smtp.BoundedBackend"
EMAIL_HOST, EMAIL_PORT = _mail["HOST"], _mail["PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["HOST_USER"], _mail["HOST_PASSWORD"]
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail["USE_SSL"], _mail["USE_TLS"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.email_from
NOTIFICATION_CHANNELS = [
    "notifications.channels.inapp.InAppChannel",
    "notifications.channels.email.EmailChannel",
]
CHANNEL_SETTINGS = channel_environment.settings_of(ENVIRONMENT)
NOTIFICATION_CHANNELS += [
    f"notifications.channels.{channel_environment.FOLDERS[name]}" for name in CHANNEL_SETTINGS
]
CHANNEL_SECONDS = 10.0
PRIVATE_NETWORKS = list(ENVIRONMENT.private_networks)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.AccessTokenAuthentication",
        "api.authentication.SessionTokenAuthentication",
        "api.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "api.openapi.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "api.problems.answer_to",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
INTEGRATION_MESSAGES_DAYS = ENVIRONMENT.integration_messages_days
SMART_PRIVATE_KEY = ENVIRONMENT.smart_private_key
FHIR_MOST_BYTES = 4 * 1024 * 1024
LIMITS = {
    "any": (6000, 60),
    "fhir": (6000, 60),
    "score": (12_000, 60),
    "lab_reports": (60, 60),
    "unannounced": (30, 3600),
    "search": (30, 60),
    "meetings": (20, 3600),
    "corrected_numbers": (20, 3600),
    "refused_registrations": (120, 3600),
}
"""By what is limited: how often for one person, in how many seconds."""
SPECTACULAR_SETTINGS = {
    "TITLE": "ACLF referral platform",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "LICENSE": {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    "SERVERS": [{"url": "/", "description": "The installation that serves this file."}],
    "DEFAULT_GENERATOR_CLASS": "api.openapi.Generator",
    "POSTPROCESSING_HOOKS": ["api.openapi.add_answers", "api.openapi.add_sign_in"],
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "TAGS": [
        {"name": "sign-in", "description": "Signing in with password and second factor, and out again."},
        {"name": "codes", "description": "Closed sets of codes with their words."},
        {"name": "me", "description": "Who is asking, and the access tokens of their programs."},
        {"name": "cases", "description": "Cases: registered, listed, read, followed."},
        {"name": "files", "description": "Pictures and documents of a case."},
        {"name": "verbs", "description": "What can be done on a case; `allowed_verbs` says what now."},
        {"name": "wards", "description": "Wards and who is on duty in them."},
        {"name": "notifications", "description": "What you were told."},
        {"name": "devices", "description": "Where you are told."},
        {"name": "evidence", "description": "What was published about therapies."},
        {"name": "scoring", "description": "Scores and the models behind them."},
        {"name": "statistics", "description": "For coordinators and researchers."},
    ],
}

LOGGING_CONFIG = None
logs.configure(
    level=ENVIRONMENT.log_level,
    as_json=(ENVIRONMENT.log_format or ("json" if PRODUCTION else "console")) == "json",
)
