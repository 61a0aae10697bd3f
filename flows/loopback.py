"""Whether a server of this installation answers. Asked many times while one starts, so without a web client: each of those
reads every certificate authority of the machine first, for an address without TLS.
"""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException

SECONDS = 2.0


def answers(port: int, path: str) -> bool:
    """True where that loopback port answers the path with 200 within SECONDS."""
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
