"""gunicorn's way into CKAN, whose wheel ships none: `gunicorn "wsgi:application()"` with CKAN_INI in the environment."""

import os
from logging.config import fileConfig
from typing import Any


def application() -> Any:
    """CKAN as a WSGI application."""
    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    ini = os.environ["CKAN_INI"]
    fileConfig(ini, disable_existing_loggers=False)
    return make_app(CKANConfigLoader(ini).get_config())
