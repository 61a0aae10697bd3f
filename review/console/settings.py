"""The same settings as a module, for tools that want DJANGO_SETTINGS_MODULE (makemigrations, check --deploy)."""

from __future__ import annotations

import os
from pathlib import Path

from review.settings import settings

globals().update(
    settings(
        Path(os.environ["MINGJING_HOME"]),
        os.environ.get("MINGJING_DATABASE_URL") or None,
        debug=False,
        tls=os.environ.get("MINGJING_TLS") == "1",
        time_zone="Asia/Shanghai",
    )
)
