"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from dashboard.checks import require_secrets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

require_secrets()
application = get_wsgi_application()
