"""The WSGI application for a server (``granian --interface wsgi zhirong.web.wsgi:application``)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhirong.web.settings")
application = get_wsgi_application()
