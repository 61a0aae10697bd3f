"""The console as a WSGI application: MINGJING_HOME says which installation, MINGJING_DATABASE_URL where its database is,
MINGJING_TLS=1 that it stands behind https. Static files are served locally, from the packages themselves."""

from __future__ import annotations

import os
from pathlib import Path

from review.settings import factor_roles_of
from review.setup import configure

HOME = Path(os.environ["MINGJING_HOME"])
configure(
    HOME,
    database_url=os.environ.get("MINGJING_DATABASE_URL") or None,
    tls=os.environ.get("MINGJING_TLS") == "1",
    factor_roles=factor_roles_of(HOME),
)

from django.contrib.staticfiles.handlers import StaticFilesHandler  # noqa: E402 - Django is set up first
from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django is set up first

application = StaticFilesHandler(get_wsgi_application())
