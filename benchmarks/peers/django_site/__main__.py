"""Creates the tables of the site and serves it."""

import os
import sys

import django
import waitress
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.django_site.settings"
django.setup()
call_command("migrate", run_syncdb=True, verbosity=0)
waitress.serve(get_wsgi_application(), host="127.0.0.1", port=int(sys.argv[1]))
