"""Django's settings of the pages and the API: those of the store, and sign-in, second factors, lock-out, headers.

From the environment: ZHIRONG_DATA, DATABASE_URL (see the store); ZHIRONG_SECRET (or a file ``web.secret`` in the
data folder, made at the first start); ZHIRONG_HOSTS (names under which the server answers, separated by commas; the
loopback names by default); ZHIRONG_HTTPS=1 behind an HTTPS proxy; ZHIRONG_SMTP
(``smtps://user:password@host:port``; e-mail goes to ``mail/`` in the data folder without it); ZHIRONG_MAIL_FROM;
ZHIRONG_URL (its public address, for links in e-mail); ZHIRONG_WEBHOOK_NETWORKS (private networks that webhooks may
call, none by default); ZHIRONG_PROXIES (number of reverse proxies in front of it, to distinguish callers);
ZHIRONG_API_RATE, ZHIRONG_API_RATE_PUBLIC (calls a minute), ZHIRONG_API_BULK_ROWS (rows of a call).
"""

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy

from zhirong.store.settings import *  # noqa: F403 - these settings are those and more
from zhirong.store.settings import DATA, INSTALLED_APPS
from zhirong.web.environment_settings import mail_settings, whole_number


def _secret() -> str:
    """Return the key that signs sessions: from the environment, or from a file next to the database that only its
    owner can read.
    """
    given = os.environ.get("ZHIRONG_SECRET", "")
    if given:
        return given
    place = DATA / "web.secret"
    if not place.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process created it a moment ago
            return place.read_text(encoding="utf-8").strip()
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
    return place.read_text(encoding="utf-8").strip()


HERE = Path(__file__).resolve().parent
SECRET_KEY = _secret()
DEBUG = False
HTTPS = os.environ.get("ZHIRONG_HTTPS", "") == "1"
ALLOWED_HOSTS = [
    host.strip() for host in os.environ.get("ZHIRONG_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host.strip()
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []
INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_cotton.apps.SimpleAppConfig",
    *INSTALLED_APPS,
    "zhirong.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhirong.web.middleware.headers",
    "zhirong.api.problems.middleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "zhirong.web.middleware.preferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "zhirong.web.middleware.actor",
    "zhirong.web.second_step.middleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ROOT_URLCONF = "zhirong.web.urls"
WSGI_APPLICATION = "zhirong.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            # Compiled once per process; components (``<c-…>``) are translated to template tags on loading.
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhirong.web.context.around",
            ],
            "builtins": ["django_cotton.templatetags.cotton", "zhirong.web.templatetags.zhirong"],
        },
    }
]
# A component sees its attributes and the variables common to all pages, not those of the page that uses it.
COTTON_ISOLATE_BY_DEFAULT = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", gettext_lazy("Simplified Chinese")), ("en", gettext_lazy("English"))]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Uploads: a file is at most this large (operations.uploads checks kind and size again).
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# -- sign-in ---------------------------------------------------------------------------------------------------
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "NumericPasswordValidator")
] + [
    {"NAME": "zhirong.web.passwords.UsualPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
]
LOGIN_REDIRECT_URL = "/desk/"
LOGIN_URL = "/accounts/login/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_ADAPTER = "zhirong.web.sign_up.Adapter"
ACCOUNT_FORMS = {"signup": "zhirong.web.sign_up.SignupForm", "login": "zhirong.web.sign_up.LoginForm"}
# Failed attempts are limited by network only: a limit by address would let strangers lock out its owner (see
# web.sign_up).
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip", "reset_password": "20/m/ip,5/h/key"}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[知融] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# The owner of an account is notified of every change to its sign-in data.
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_ADAPTER = "zhirong.web.second_step.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A code is also accepted one step (30 s) late or early, because people read it on a phone and type it (RFC 6238,
# 5.2).
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "zhirong.web.code_forms.AuthenticateForm",
    "reauthenticate": "zhirong.web.code_forms.ReauthenticateForm",
}
MFA_TOTP_ISSUER = "知融 Zhirong"
# A passkey over plain HTTP is allowed for the loopback names only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# Saving the session at every request would turn every reader into a writer.
USERSESSIONS_TRACK_ACTIVITY = False
# After this many failures of one address from one network, the correct password triggers a code by mail
# (web.sign_up).
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_CLIENT_IP_CALLABLE = "zhirong.web.sign_up.network_address"
AXES_USERNAME_CALLABLE = "zhirong.web.sign_up.sign_in_name"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_SSL_REDIRECT = True

# -- e-mail ----------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = os.environ.get("ZHIRONG_MAIL_FROM", "zhirong@localhost")
# No request waits for a mail server: letters are stored, and the background sends them by MAIL_BACKEND.
EMAIL_BACKEND = "zhirong.operations.mail.Outbox"
_SMTP = os.environ.get("ZHIRONG_SMTP", "")
if _SMTP:
    MAIL_BACKEND = "zhirong.operations.mail.Deadline"
    globals().update(mail_settings(_SMTP))
else:
    MAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA / "mail")

# -- programs --------------------------------------------------------------------------------------------------
PUBLIC_URL = os.environ.get("ZHIRONG_URL", "http://localhost:8000").rstrip("/")
WEBHOOK_NETWORKS = os.environ.get("ZHIRONG_WEBHOOK_NETWORKS", "")
NINJA_NUM_PROXIES = whole_number("ZHIRONG_PROXIES", 0)
UPLOAD_MB_A_DAY = whole_number("ZHIRONG_UPLOAD_MB_A_DAY", 1000)  # per organisation
API_RATE = whole_number("ZHIRONG_API_RATE", 6000)
API_BULK_ROWS = whole_number("ZHIRONG_API_BULK_ROWS", 500)  # of one call
API_RATE_PUBLIC = whole_number("ZHIRONG_API_RATE_PUBLIC", 120)
# Counters (calls, attempts, wrong codes) apply to all processes together.
CACHES = {
    "default": {
        "BACKEND": "zhirong.store.shared_cache.SharedCache",
        "LOCATION": str(DATA / "counts.sqlite3"),
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("ZHIRONG_LOG", "WARNING")},
}
