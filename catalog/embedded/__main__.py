"""`python -m catalog.embedded --root DIR --port N --token-file FILE`: serve the catalogue until SIGTERM.

Prints its address once it answers. The token file holds the token in plain text; the process keeps only its hash.
"""

from __future__ import annotations

import argparse
import hashlib
import socket
import sys
from pathlib import Path
from types import FrameType

import uvicorn

from catalog.embedded.app import create_app
from catalog.embedded.body import Limits
from catalog.embedded.holding import RootTaken

GRACE_SECONDS = 10  # for downloads and uploads under way when it is told to stop


class Announcing(uvicorn.Server):
    """A server that says its address when it is ready."""

    announcement = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self.announcement, flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of a signal handler
        """Stop after what is under way, at once when told twice; the process then ends with 0, not by the signal."""
        self.force_exit = self.should_exit
        self.should_exit = True


def main(arguments: list[str] | None = None) -> int:
    """Serve. 0 after a stop, 2 for arguments that don't fit."""
    asked = _parser().parse_args(arguments)
    token = ""
    if asked.token_file:
        try:
            token = asked.token_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            print(f"{asked.token_file}: can't be read; name the file that holds the token", file=sys.stderr)
            return 2
        if len(token) < 16:
            print(f"{asked.token_file}: a token has at least 16 characters", file=sys.stderr)
            return 2
    try:
        listening = socket.create_server((asked.host, asked.port), family=_family(asked.host))
        # inherited by every connection; without it each small answer waits 40 ms for the client's acknowledgement
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as fault:
        print(f"{asked.host}:{asked.port}: can't listen there ({fault.strerror}); choose another", file=sys.stderr)
        return 2
    url = f"http://{f'[{asked.host}]' if ':' in asked.host else asked.host}:{listening.getsockname()[1]}"
    try:
        app = create_app(
            asked.root,
            token_hash=hashlib.sha256(token.encode()).hexdigest() if token else None,
            site_url=asked.site_url or url,
            title=asked.title,
            title_en=asked.title_en,
            limits=Limits(upload_bytes=asked.max_upload, request_bytes=asked.max_upload * 4),
        )
    except RootTaken as taken:
        print(taken, file=sys.stderr)
        return 2
    server = Announcing(
        uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_SECONDS,
            lifespan="on", timeout_keep_alive=30, h11_max_incomplete_event_size=64 * 1024,
        )
    )  # fmt: skip
    server.announcement = url
    server.run(sockets=[listening])
    return 0


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m catalog.embedded", description="Serve the public catalogue.")
    parser.add_argument("--root", type=Path, required=True, help="its folder: database and files")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8490, help="0: any free one")
    parser.add_argument("--token-file", type=Path, help="holds the token that may write; without it nobody may")
    parser.add_argument("--site-url", default="", help="the address by which the public knows it")
    parser.add_argument("--title", default="公共数据目录")
    parser.add_argument("--title-en", default="Public Data Catalogue")
    parser.add_argument("--max-upload", type=int, default=Limits().upload_bytes, help="bytes of one file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
