"""Serve the console in this process until SIGTERM; static files come from the packages themselves, nothing is collected."""

from __future__ import annotations

GRACE_SECONDS = 10  # for answers under way; the supervisor waits a little longer


def serve(host: str, port: int) -> None:
    """`review.setup.configure` and `review.console.outside.hand_over` come first. Proxies on this machine may say https."""
    import uvicorn
    from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
    from django.core.handlers.asgi import ASGIHandler

    from review.console.limits import Door

    served = Door(ASGIStaticFilesHandler(ASGIHandler()))
    uvicorn.run(
        served, host=host, port=port, lifespan="off", log_level="warning", server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )  # fmt: skip
