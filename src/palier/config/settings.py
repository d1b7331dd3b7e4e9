"""Django's settings, all of them derived from the typed environment (docs/operating/settings.md)."""

from __future__ import annotations

from pathlib import Path

from palier.config.environment import ENV

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
DEMO = ENV.demo
WAYS = ENV.ways
ALLOWED_HOSTS = list(ENV.hosts)
BASE_URL = ENV.base_url
LIVE_PORT = ENV.live_port
# Behind a proxy that does TLS, streams have the site's own address; without one, the same host on their own port.
LIVE_PROXIED = ENV.https
CSRF_TRUSTED_ORIGINS = [ENV.base_url]

DOMAIN_APPS = [
    "palier.common",
    "palier.territories",
    "palier.accounts",
    "palier.employers",
    "palier.demands",
    "palier.documents",
    "palier.homes",
    "palier.reservations",
    "palier.cotation",
    "palier.applications",
    "palier.commissions",
    "palier.allocations",
    "palier.reviews",
    "palier.observatory",
    "palier.exchanges",
    "palier.rights",
    "palier.spaces",
    "palier.demo",
]
INSTALLED_APPS = [
    *DOMAIN_APPS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "pgtrigger",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "palier.common.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "palier.accounts.middleware.ActorMiddleware",
    "palier.common.middleware.RetryMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "palier.config.urls"
WSGI_APPLICATION = "palier.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "spaces" / "templates", BASE_DIR / "common" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "palier.spaces.navigation.context",
            ],
            "builtins": ["palier.common.templatetags.palier", "palier.common.templatetags.once"],
        },
    }
]

# Two roles, one at a time per process: the web role is neither owner nor superuser, so that row
# security binds it; only migrations and the build of the demo's schema run as the owner.
_database = ENV.database(ENV.database_role)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database["name"],
        "USER": _database["user"],
        "PASSWORD": _database["password"],
        "HOST": _database["host"],
        "PORT": _database["port"],
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 16, "timeout": 10}} if ENV.pool else {},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "spaces:home"
LOGOUT_REDIRECT_URL = "public:home"

# Uniqueness is held by a constraint on the lower-case address.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

ACCOUNT_ADAPTER = "palier.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_CONFIRMATION_ANONYMOUS_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL = "spaces:home"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = ENV.https
CSRF_COOKIE_SECURE = ENV.https
CSRF_FAILURE_VIEW = "palier.spaces.errors.csrf_failure"
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.https else None
SECURE_HSTS_SECONDS = 31536000 if ENV.https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "common_cache",
    }
}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
# Numbers written "1234" in URLs and attributes; the |euros filter groups thousands on the screen.

STATIC_URL = "/static/"
STATIC_ROOT = ENV.data / "static"
STATICFILES_DIRS = []
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ENV.data / "documents"},
    },
    "staticfiles": {"BACKEND": "palier.common.storage.StaticFiles"},
}
WHITENOISE_USE_FINDERS = ENV.debug

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DOCUMENT_MAX_BYTES = 15_000_000
STOCK_MAX_BYTES = 300_000_000
# Messages to landlords' systems go to public https addresses alone; the demonstration may also speak to itself.
WEBHOOKS_LOOPBACK = ENV.demo
# Given to a receiver to take one message.
WEBHOOKS_SECONDS = 8
UPLOAD_BLOCK_BYTES = ENV.upload_block * 1024
UPLOAD_DAYS = ENV.upload_days
DISK_RESERVE_BYTES = ENV.disk_reserve * 1_000_000
FILE_UPLOAD_HANDLERS = [
    "palier.documents.uploading.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "palier.documents.uploading.TemporaryFileUploadHandler",
]

EMAIL_BACKEND = "palier.demo.mailbox.MailboxBackend" if ENV.demo else "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = ENV.smtp.host
EMAIL_PORT = ENV.smtp.port
EMAIL_HOST_USER = ENV.smtp.user
EMAIL_HOST_PASSWORD = ENV.smtp.password
EMAIL_USE_TLS = ENV.smtp.tls
EMAIL_USE_SSL = ENV.smtp.ssl
DEFAULT_FROM_EMAIL = ENV.from_email
SERVER_EMAIL = ENV.from_email

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_ON_APP_READY = None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Request lines carry query strings, and a search may hold a name: warnings only.
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
    },
}
