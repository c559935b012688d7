"""All settings, read from the environment or from the file that ENV_FILE names (`.env` beside manage.py)."""

import logging
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.utils.log import CallbackFilter

from dashboard.private_files import close_database, close_to_others

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
# What a process of ours writes is for its user alone: databases, their copies and journals, files of the demo.
os.umask(0o077)
close_to_others(VAR_DIR)

env = environ.Env()
environ.Env.read_env(env.path("ENV_FILE", default=str(BASE_DIR / ".env"))())

DEBUG = env.bool("DEBUG", default=False)


def _secret(name: str, development: str) -> str:
    """Return a secret from the environment. Only DEBUG may use the public value for development."""
    value: str = env.str(name, default="")
    if not value and not DEBUG:
        missing = [each for each in ("SECRET_KEY", "CREDENTIAL_KEYS") if not env.str(each, default="")]
        raise ImproperlyConfigured(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set. Set missing values in the "
            "environment or in .env (the first manage.py up writes a .env with new secrets). To develop, set DEBUG=on."
        )
    return value or development


SECRET_KEY = _secret("SECRET_KEY", "development-only-never-used-with-debug-off-0123456789abcdef")
# Fernet keys, separated by commas. The first key encrypts, and all keys decrypt.
CREDENTIAL_KEYS = [
    key.strip()
    for key in _secret("CREDENTIAL_KEYS", "ZGV2ZWxvcG1lbnQtb25seS1rZXktMDEyMzQ1Njc4OTA=").split(",")
    if key.strip()
]

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Addresses or networks (CIDR) whose X-Forwarded-For and X-Forwarded-Proto are trusted.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
HTTPS = env.bool("HTTPS", default=not DEBUG)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "dashboard.admin_site.DashboardAdminConfig",
    "auditlog",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "template_partials",
    "panels",
]

MIDDLEWARE = [
    "dashboard.middleware.HealthCheck",
    "dashboard.middleware.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dashboard.middleware.PageHeaders",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "panels.pages.htmx.LoginRequired",
    "panels.people.sessions.SeenSessions",
    "panels.people.history.Actors",
    "panels.pages.times.PersonalZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "panels.pages.required_factor.RequiredFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    # The innermost one, because its page needs the person and the messages.
    "dashboard.middleware.NotAllowedPage",
]

ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"

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
                "panels.views.status.site_status",
            ],
        },
    },
]
FORM_RENDERER = "panels.pages.htmx.FormRenderer"


def _database() -> dict[str, Any]:
    """Read DATABASE_URL, and add the options with which each engine keeps a committed claim."""
    config: dict[str, Any] = env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'dashboard.sqlite3'}")
    if config["ENGINE"] == "django.db.backends.sqlite3":
        Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        close_database(config["NAME"])
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
        # Tests use threads, which an in-memory database cannot serve.
        config["TEST"] = {"NAME": f"{config['NAME']}.test"}
    else:
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
        config.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The limits of guessed codes and the codes that were used, which all processes must know.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "panels_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
QUEUE_URL = env.str("QUEUE_URL", default=f"sqlite:///{VAR_DIR / 'queue.sqlite3'}")
if QUEUE_URL.startswith("sqlite:///"):
    close_database(QUEUE_URL.removeprefix("sqlite:///"))
# The folder of the backups that a worker makes each night. Empty if something else makes backups.
BACKUP_DIR = env.str("BACKUP_DIR", default=str(VAR_DIR / "backups"))

# The mail server. Without EMAIL_URL, EMAIL_HOST is empty, and no mail is written.
EMAIL_HOST = ""
if "EMAIL_URL" in env:
    vars().update(env.email("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="webmaster@localhost")
# In seconds. Only the worker waits for the mail server.
EMAIL_TIMEOUT = 20

# Enough for the pasted lines that are read (panels/forms/bulk.py), and for the fields beside them.
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
# Enough for the 1,000 rows that a person can select (static/app.js), and for the fields beside them.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1100
# No form has more than one file.
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = [
    "dashboard.uploads.Quota",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "dashboard.scripts.JoinedScript",
]
# Hashed names after collectstatic (manage.py up runs it). Before that, files come from the source folders.
_IS_COLLECTED = not DEBUG and (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_USE_FINDERS = not _IS_COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _IS_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "dashboard.sign_in.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "dashboard.password_rules.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "dashboard.password_rules.Uncommon"},
    {"NAME": "dashboard.password_rules.UnlikeThePerson"},
    {"NAME": "dashboard.password_rules.UnlikeTheProduct"},
]
LOGIN_URL = "login"
SESSION_ENGINE = "panels.models.session"
# A session ends when its person opened no page for so long, and at the latest so long after the sign-in.
SESSION_IDLE = timedelta(hours=env.int("SESSION_IDLE_HOURS", default=24))
SESSION_LONGEST = timedelta(days=env.int("SESSION_DAYS", default=14))
if min(SESSION_IDLE, SESSION_LONGEST) <= timedelta(0):
    raise ImproperlyConfigured("SESSION_IDLE_HOURS and SESSION_DAYS must be 1 or more.")
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
CSRF_FAILURE_VIEW = "panels.pages.htmx.page_too_old"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "login"

# The limits are in dashboard/guessing.py, which answers to axes with 0 or 1. Failures are forgotten after this time.
AXES_HANDLER = "dashboard.guessing.Handler"
AXES_FAILURE_LIMIT = 1
AXES_COOLOFF_TIME = timedelta(hours=1)
# A try while locked does not count. So a stranger cannot make a lock last.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "dashboard.guessing.refuse"
AXES_CLIENT_IP_CALLABLE = "panels.people.visitors.network_of"
# Its rows show what was posted, without these. Its log hides the first two, because people type passwords as names.
AXES_SENSITIVE_PARAMETERS = [
    "username", "ip_address", "csrfmiddlewaretoken", "code", "credential", "old_password", "new_password1",
    "new_password2",
]  # fmt: skip

# Who must have a second factor: nobody, managers or everybody.
FACTOR_REQUIRED_FOR = env.str("FACTOR_REQUIRED_FOR", default="nobody")
if FACTOR_REQUIRED_FOR not in ("nobody", "managers", "everybody"):
    raise ImproperlyConfigured("FACTOR_REQUIRED_FOR must be nobody, managers or everybody.")
ACCOUNT_ADAPTER = "dashboard.factors.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
# allauth counts nothing, because axes limits codes and passkeys too (dashboard/guessing.py).
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_FORMS = {"reauthenticate": "panels.forms.factors.ConfirmingPasswordForm"}
MFA_ADAPTER = "dashboard.factors.FactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "panels.forms.factors.CodeForm",
    "reauthenticate": "panels.forms.factors.ConfirmingCodeForm",
    "add_webauthn": "panels.forms.factors.PasskeyForm",
    "login_webauthn": "panels.forms.factors.PasskeySignInForm",
    "authenticate_webauthn": "panels.forms.factors.PasskeyFactorForm",
    "reauthenticate_webauthn": "panels.forms.factors.PasskeyConfirmForm",
    "edit_webauthn": "panels.forms.factors.PasskeyNameForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A code of the half minute before or after is accepted, because clocks differ.
MFA_TOTP_TOLERANCE = 1

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Also for all subdomains, and for the lists in browsers. A browser forgets neither for a year.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_SUBDOMAINS", default=False)
# check --deploy asks for both, but only the operator knows the subdomains.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
# A browser takes such a cookie only from this host and over HTTPS. So a site at a subdomain cannot plant one.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
PASSKEY_COOKIE_NAME = "__Host-passkey" if HTTPS else "passkey"
X_FRAME_OPTIONS = "DENY"

# Panels at addresses of the own network, and panels without TLS. Both are refused by default.
PANEL_ALLOW_PRIVATE_HOSTS = env.bool("PANEL_ALLOW_PRIVATE_HOSTS", default=False)
PANEL_ALLOW_HTTP = env.bool("PANEL_ALLOW_HTTP", default=False)
# An order of the order form is sent after so many seconds. Until then, a person can take it back.
TAKE_BACK_SECONDS = env.int("TAKE_BACK_SECONDS", default=5)
if not 0 <= TAKE_BACK_SECONDS <= 60:
    raise ImproperlyConfigured("TAKE_BACK_SECONDS must be a whole number from 0 to 60.")
# An order is put on hold if its cost rose by more than this share since a person saw its price.
PRICE_GUARD_PERCENT = env.float("PRICE_GUARD_PERCENT", default=5.0)
# A finished order is asked about once a day for so many days, because panels give money back late.
FOLLOW_FINISHED_DAYS = env.int("FOLLOW_FINISHED_DAYS", default=30)
# The history of settings and people is kept for so many days.
HISTORY_DAYS = env.int("HISTORY_DAYS", default=400)
# The address of the daily exchange rates of the European Central Bank, or of a file in the same form. If it is empty,
# no rates are fetched.
EXCHANGE_RATES_URL = env.str(
    "EXCHANGE_RATES_URL", default="https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
)


def _without_traceback_of_refusals(record: logging.LogRecord) -> bool:
    """Remove the traceback of a refused page from the log, because nothing has failed."""
    if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
        record.exc_info = None
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"refusals": {"()": CallbackFilter, "callback": _without_traceback_of_refusals}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "huey": {"level": "WARNING"},
        # Its warnings quote unreadable headers, and a panel may repeat the API key in a header.
        "urllib3": {"level": "ERROR"},
        "django.request": {"filters": ["refusals"]},
    },
}
