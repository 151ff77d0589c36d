"""The site's settings."""

import os

ALLOWED_HOSTS = ["127.0.0.1"]
AUTH_USER_MODEL = "django_site.User"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django_scim", "benchmarks.peers.django_site"]
MIDDLEWARE = [
    "benchmarks.peers.django_site.callers.everybody",
    "django_scim.middleware.SCIMAuthCheckMiddleware",
]
ROOT_URLCONF = "benchmarks.peers.django_site.urls"
SCIM_SERVICE_PROVIDER = {
    "NETLOC": "127.0.0.1",
    "AUTHENTICATION_SCHEMES": [{"type": "oauthbearertoken", "name": "Bearer", "description": "Bearer"}],
    "GROUP_MODEL": "benchmarks.peers.django_site.models.Group",
}
SECRET_KEY = "signs nothing"  # noqa: S105
