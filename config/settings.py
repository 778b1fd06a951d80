"""Settings of the project, all from the environment (see .env.example).

Owns no logic beyond reading; a missing or odd value fails at start with the variable's name.
"""

import logging

from csp.constants import NONE, SELF

from config.audit import AUDITED
from config.environment import BASE_DIR, load_environment, require
from config.logging import logging_configuration

env = load_environment()
DEBUG = env.bool("DEBUG", default=False)
require(env, ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS"] + ([] if DEBUG else ["ALLOWED_HOSTS"]))

SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "accounts.apps.SiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "django_q",
    "django_structlog",
    "auditlog",  # before accounts, which puts its own pages in place of auditlog's
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "accounts",
    "integrations",
    "erp_admin",
]

MIDDLEWARE = [
    "accounts.request_log.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.protection.HeadersMiddleware",
    "accounts.errors.MaintenanceMiddleware",
    "accounts.errors.ErrorPageMiddleware",
    "accounts.bodies.SizeMiddleware",
    "accounts.storable.ReadableMiddleware",
    "accounts.sign_in.session_cookie.SessionMiddleware",
    "accounts.bodies.SenderMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.OriginMiddleware",
    "accounts.sign_in.middleware.LogInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.TenantMiddleware",
    "accounts.sign_in.middleware.LimitsMiddleware",
    "accounts.sign_in.middleware.SessionListMiddleware",
    "accounts.sign_in.middleware.GuessingMiddleware",
    "accounts.sign_in.middleware.SecondFactorMiddleware",
    "accounts.drafts.middleware.DraftsMiddleware",
]

# Of one request, its files included; scripts/Caddyfile and scripts/nginx.conf have the same limit. Only people who may
# upload files at an address may send as much to it, people as much as a form holds, and strangers little.
MOST_BYTES_SENT = 32 * 1024 * 1024
MOST_BYTES_OF_FORMS = 3 * 1024 * 1024
MOST_BYTES_OF_STRANGERS = 64 * 1024

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "erp_admin.views.navigation.navigation",
            ],
            "builtins": ["accounts.templatetags.ui"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
_database["ATOMIC_REQUESTS"] = False  # remote calls must never run inside a transaction
if _database["ENGINE"] == "django.db.backends.sqlite3":
    if _database["NAME"] not in ("", ":memory:"):
        _database["NAME"] = str(BASE_DIR / _database["NAME"])
    _database.setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=30,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    )
else:
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EMAIL_TIMEOUT = 15  # seconds; people wait for the answer
# Counts attempts to log in, so all processes must share it. A migration makes the table of the default.
CACHES = {"default": env.cache_url("CACHE_URL", default="dbcache://shared_cache")}
if CACHES["default"]["BACKEND"].endswith(("DatabaseCache", "LocMemCache")):
    # Of the few entries that are Django's default, counters would be thrown out while they still count.
    CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 100_000)
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="erp-admin@localhost")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "tenants"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
# Support staff must have a second factor. Off only on a developer's machine.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEBUG)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "accounts.passwords.RecordedMinimumLength", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# django-allauth: log-in, reset, second factor, sessions. Pages and forms are ours (accounts.sign_in).
ACCOUNT_ADAPTER = "accounts.sign_in.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # sign-up is closed; allauth checks this all the same
ACCOUNT_EMAIL_VERIFICATION = "optional"  # an address that is not confirmed yet locks nobody out
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
# By address; how fast the password of one account may be guessed is decided in accounts.sign_in.guessing.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip", "reset_password": "20/m/ip,5/m/key"}
ACCOUNT_FORMS = {
    "login": "accounts.sign_in.forms.LoginForm",
    "reset_password": "accounts.sign_in.forms.ResetForm",
    "reset_password_from_key": "accounts.sign_in.forms.ChoosePasswordForm",
    "change_password": "accounts.sign_in.forms.ChangePasswordForm",
    "set_password": "accounts.sign_in.forms.SetPasswordForm",
    "add_email": "accounts.sign_in.forms.ChangeEmailForm",
    "reauthenticate": "accounts.sign_in.forms.ConfirmPasswordForm",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60  # for pages that lead to a change; see accounts.sign_in.proof
MFA_ADAPTER = "accounts.sign_in.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.sign_in.forms.CodeForm",
    "reauthenticate": "accounts.sign_in.forms.ConfirmCodeForm",
    "activate_totp": "accounts.sign_in.forms.EnrolForm",
    "add_webauthn": "accounts.sign_in.passkey_forms.AddPasskeyForm",
    "edit_webauthn": "accounts.sign_in.passkey_forms.RenamePasskeyForm",
    "authenticate_webauthn": "accounts.sign_in.passkey_forms.UsePasskeyForm",
    "reauthenticate_webauthn": "accounts.sign_in.passkey_forms.ConfirmPasskeyForm",
    "login_webauthn": "accounts.sign_in.passkey_forms.PasskeyLoginForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True  # asked for at SITE_URL alone: https, or http://localhost on a developer's machine
MFA_TOTP_ISSUER = "ERP Admin"
MFA_TOTP_TOLERANCE = 1  # clocks differ; a code still counts once only, see accounts.sign_in.forms
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # else a change of address under way would keep people from protecting themselves
USERSESSIONS_TRACK_ACTIVITY = True

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i:s"

# Without collected files (development, tests) static files are served from where they lie.
STATIC_MANIFEST = env.bool("STATIC_MANIFEST", default=not DEBUG)
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = not STATIC_MANIFEST

# Security. HTTPS_ONLY is off only on a developer's machine and in tests.
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # probes reach the container without the proxy
SESSION_ENGINE = "accounts.sign_in.sessions"
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
if HTTPS_ONLY:
    # With this prefix browsers take a cookie from this host alone, over https, never from a neighboring subdomain.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
TRUST_PROXY_HEADERS = env.bool("TRUST_PROXY_HEADERS", default=False)
if TRUST_PROXY_HEADERS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "accounts.errors.csrf_failure"
DEFAULT_EXCEPTION_REPORTER = "config.reporting.Reporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.reporting.ReportFilter"
# The person who is mailed a report, without secrets and local variables, when a page fails.
ADMINS = [(address, address) for address in env.list("ERROR_MAIL_TO", default=[])]
MAINTENANCE = env.bool("MAINTENANCE", default=False)
SESSION_COOKIE_AGE = 14 * 24 * 3600
# Minutes without activity after which people confirm who they are, and hours after which they log in anew: where a
# company does not choose, and for the support admin.
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=60)
SESSION_LONGEST_HOURS = env.int("SESSION_LONGEST_HOURS", default=12)
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", default=15)
STAFF_LONGEST_HOURS = env.int("STAFF_LONGEST_HOURS", default=8)
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        # Nothing but what is named; no inline script or style, so neither 'unsafe-inline' nor a nonce.
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "frame-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
ADMIN_PATH = env.str("ADMIN_PATH", default="admin/").strip("/") + "/"

# Sage Intacct. The endpoint must be https and end in .intacct.com unless its host is allowed here by name.
INTACCT_ENDPOINT_URL = env.str("INTACCT_ENDPOINT_URL", default="https://api.intacct.com/ia/xml/xmlgw.phtml")
INTACCT_SENDER_ID = env.str("INTACCT_SENDER_ID", default="")
INTACCT_SENDER_PASSWORD = env.str("INTACCT_SENDER_PASSWORD", default="")
INTACCT_ALLOWED_ENDPOINT_HOSTS = env.list("INTACCT_ALLOWED_ENDPOINT_HOSTS", default=[])

# A request whose answer was lost may be committed up to 15 minutes later (developer.intacct.com, Sync vs async); only
# after this time does "not found" prove that it did not arrive. Shorter only in tests; a check refuses it elsewhere.
PUSH_QUARANTINE_SECONDS = env.int("PUSH_QUARANTINE_SECONDS", default=16 * 60)
# A request carries so many bytes of functions at most; one larger function goes alone.
PUSH_BATCH_BYTES = env.int("PUSH_BATCH_BYTES", default=4_000_000)
# Each night what was delivered in the last days is read back from Intacct and compared; 0 switches that off.
VERIFY_NIGHTLY_DAYS = env.int("VERIFY_NIGHTLY_DAYS", default=30)

# The queue only wakes workers. A task may wait for all that was taken before it: longer than QUEUE_STOP_SECONDS =
# timeout * (1 + ceil((queue_limit + bulk) / workers)) means it was lost, and a worker told to stop needs no longer.
QUEUE_WORKERS = env.int("QUEUE_WORKERS", default=2)
QUEUE_TASK_SECONDS = 300
QUEUE_STOP_SECONDS = QUEUE_TASK_SECONDS * (2 if QUEUE_WORKERS > 1 else 3)
# The queue writes its own state twice a second; nobody reads it, so it stays in the process.
CACHES["queue"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "queue"}
# Lists of one run read side by side, within the two requests that a company takes at a time. On SQLite always 1.
SYNC_LANES = env.int("SYNC_LANES", default=2)
# Records of a page, which are read and stored together; the gateway gives no more at a time.
SYNC_PAGE_SIZE = 2000
Q_CLUSTER = {
    "name": "erp-admin",
    "orm": "default",
    "workers": QUEUE_WORKERS,
    "timeout": QUEUE_TASK_SECONDS,
    "retry": QUEUE_STOP_SECONDS + 300,
    "cache": "queue",
    "queue_limit": 1,
    "bulk": 1,
    "ack_failures": True,
    "max_attempts": 1,
    "save_limit": -1,
    "catch_up": False,
    "recycle": 200,
    "max_rss": 250_000,
    "poll": 0.5,
    "label": "Queue",
    "ALT_CLUSTERS": {
        "unused": {}
    },  # without the key, Q_CLUSTER_NAME in the environment stops the start with a KeyError
}

# What is removed daily once it is older than this; see integrations/operations/retention.py.
RETAIN_EXCHANGES_DAYS = env.int("RETAIN_EXCHANGES_DAYS", default=90)
RETAIN_LOG_DAYS = env.int("RETAIN_LOG_DAYS", default=180)
RETAIN_RUNS_DAYS = env.int("RETAIN_RUNS_DAYS", default=400)
RETAIN_DRAFTS_DAYS = env.int("RETAIN_DRAFTS_DAYS", default=30)
RETAIN_ACCESS_DAYS = env.int("RETAIN_ACCESS_DAYS", default=730)
RETAIN_CHANGES_DAYS = env.int("RETAIN_CHANGES_DAYS", default=730)
RETAIN_AUDIT_DAYS = env.int("RETAIN_AUDIT_DAYS", default=2555)

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # without one there is no /metrics
APP_VERSION = env.str("APP_VERSION", default="development")
APP_COMMIT = env.str("APP_COMMIT", default="unknown")

# The audit trail. A model is added in config/audit.py.
AUDITLOG_LOGENTRY_MODEL = "accounts.AuditEntry"
MIGRATION_MODULES = {"auditlog": None}  # its own table is not used
AUDITLOG_INCLUDE_TRACKING_MODELS = AUDITED
AUDITLOG_STORE_JSON_CHANGES = True
AUDITLOG_USE_BASE_MANAGER = True  # the other managers refuse to work outside a tenant
AUDIT_REMOTE_ADDRESS = env.bool("AUDIT_REMOTE_ADDRESS", default=True)

# Logging. accounts.request_log lets only well-formed numbers of requests through, and only from a trusted proxy.
LOGGING = logging_configuration(env.str("LOG_LEVEL", default="INFO"), env.str("LOG_FORMAT", default="console"))
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
