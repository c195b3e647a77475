"""Django's and Celery's settings, all from the environment (see .env.example)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from nexus import broker, env
from tasks import queues

BASE_DIR = Path(__file__).resolve().parent.parent
if (BASE_DIR / ".env").exists():
    env.env.read_env(str(BASE_DIR / ".env"))

DATA_DIR = env.data_dir(BASE_DIR)
SECRET_KEY = env.secret_key(DATA_DIR)
DEBUG = env.flag("NEXUS_DEBUG", default=False)
BASE_URL = env.base_url()
ALLOWED_HOSTS = env.allowed_hosts(BASE_URL)
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "nexus",
    "notes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "nexus.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "nexus.middleware.SayWhatFailed",
]
ROOT_URLCONF = "nexus.urls"
WSGI_APPLICATION = "nexus.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.database(DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHE_URL = env.cache_url(DATA_DIR)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "TIMEOUT": 300,
    },
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # served from the source: no collectstatic, no build

EMAIL = env.email(DATA_DIR)
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_FILE_PATH = EMAIL.get("EMAIL_FILE_PATH")
EMAIL_HOST = EMAIL.get("EMAIL_HOST", "")
EMAIL_PORT = EMAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = EMAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = EMAIL.get("EMAIL_TIMEOUT")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.mail_from()
NEXUS_MAIL_WEBHOOK_SECRET = env.webhook_secret()
ANYMAIL = {"WEBHOOK_SECRET": NEXUS_MAIL_WEBHOOK_SECRET}
NEXUS_DIGEST_LATE_HOURS = env.number("NEXUS_DIGEST_LATE_HOURS", 72, at_least=1)
NEXUS_DKIM_KEY = env.signing_key("NEXUS_DKIM_KEY")
NEXUS_DKIM_SELECTOR = env.text("NEXUS_DKIM_SELECTOR", "nexus")
NEXUS_DKIM_DOMAIN = env.text("NEXUS_DKIM_DOMAIN") or env.domain_of(DEFAULT_FROM_EMAIL)
NEXUS_MAIL_SHARDS = int(env.number("NEXUS_MAIL_SHARDS", 4, at_least=1))
NEXUS_MAIL_CONNECTIONS = int(env.number("NEXUS_MAIL_CONNECTIONS", 8, at_least=1))
NEXUS_MAIL_PER_SECOND = env.number("NEXUS_MAIL_PER_SECOND", 0)
NEXUS_MAIL_DOMAIN_PER_SECOND = env.number("NEXUS_MAIL_DOMAIN_PER_SECOND", 0)

IS_HTTPS = urlsplit(BASE_URL).scheme == "https"
SECURE_SSL_REDIRECT = False  # the proxy in front ends TLS and redirects
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SILENCED_SYSTEM_CHECKS = ["security.W008"] + (
    [] if IS_HTTPS else ["security.W004", "security.W012", "security.W016"]
)
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

NEXUS_LINKS_ARCHIVE_URL = env.archive_url()
NEXUS_LINKS_ALLOW_NETWORKS = env.networks("NEXUS_LINKS_ALLOW_NETWORKS")
NEXUS_LINKS_OBEY_ROBOTS_TXT = env.flag("NEXUS_LINKS_OBEY_ROBOTS_TXT", default=False)
NEXUS_CREDENTIALS_KEY = env.text("NEXUS_CREDENTIALS_KEY")  # else the secret key
NEXUS_REMOTES_ALLOW_FILE = env.flag("NEXUS_REMOTES_ALLOW_FILE", default=False)
NEXUS_REMOTES_ALLOW_NETWORKS = env.networks("NEXUS_REMOTES_ALLOW_NETWORKS")
NEXUS_REPOSITORIES = DATA_DIR / "hubs"
NEXUS_FLOWER_SOCKET = env.text(
    "NEXUS_FLOWER_SOCKET", str(DATA_DIR / "run" / "flower.sock")
)
NEXUS_FLOWER_BASIC_AUTH = env.text("NEXUS_FLOWER_BASIC_AUTH")  # user:password
NEXUS_EMBEDDED_SOCKET = env.socket(DATA_DIR)
NEXUS_REPUBLISH_SECONDS = env.number("NEXUS_REPUBLISH_SECONDS", 60, at_least=1)
NEXUS_HEARTBEAT_FILE = env.text("NEXUS_HEARTBEAT_FILE")
NEXUS_REBUILD_SPACING_SECONDS = env.number("NEXUS_REBUILD_SPACING_SECONDS", 2)

BROKER_URL = env.broker_url(DATA_DIR)
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_TRANSPORT_OPTIONS = broker.transport_options(BROKER_URL)
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for ever
CELERY_TASK_QUEUES = queues.task_queues(quorum=broker.is_rabbitmq(BROKER_URL))
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
CELERY_TASK_DEFAULT_EXCHANGE = queues.JOBS_EXCHANGE.name
CELERY_TASK_DEFAULT_EXCHANGE_TYPE = "topic"
CELERY_TASK_DEFAULT_ROUTING_KEY = "housekeeping"
if broker.is_rabbitmq(BROKER_URL):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True  # the ledger in the database is the result
CELERY_RESULT_EXPIRES = None  # no results, so beat need not clean them up
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SEND_SENT_EVENT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 110
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_IMPORTS = ["nexus.heartbeat"]  # the handlers too, in a worker: nexus/celery.py
CELERY_TASK_ROUTES = ("tasks.queues.route",)
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "nexus.beat:Scheduler"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Refusals and pages that do not exist are answers, not incidents.
    "loggers": {"django.request": {"level": "ERROR"}},
}
