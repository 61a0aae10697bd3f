"""Serve the console in a process of its own: `python -m review.console --host 127.0.0.1 --port 8480` (HOME from MINGJING_HOME)."""

from __future__ import annotations

import argparse


def main() -> None:
    """Run until SIGTERM. Static files are the admin's own, served from here."""
    import uvicorn

    parser = argparse.ArgumentParser(prog="python -m review.console")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8480)
    given = parser.parse_args()
    from review.console.wsgi import application  # configures Django for MINGJING_HOME

    assert application is not None
    from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
    from django.core.handlers.asgi import ASGIHandler

    served = ASGIStaticFilesHandler(ASGIHandler())
    uvicorn.run(served, host=given.host, port=given.port, lifespan="off", log_level="warning", server_header=False)


if __name__ == "__main__":
    main()
