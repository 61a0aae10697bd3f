"""How the catalogue says no: one exception per answer that CKAN's clients know. Turning them into HTTP is left to api."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer other than yes. `error` is the object in CKAN's envelope."""

    status = 400

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error.get("__type", ""))
        self.error = error


class Invalid(Refusal):
    """Data that the catalogue can't take (409). Keys are field names, values lists of messages, as CKAN gives them."""

    status = 409

    def __init__(self, errors: dict[str, Any]) -> None:
        super().__init__({**errors, "__type": "Validation Error"})


class NotFound(Refusal):
    """No such thing (404)."""

    status = 404

    def __init__(self, what: str = "") -> None:
        super().__init__({"__type": "Not Found Error", "message": f"Not found: {what}" if what else "Not found"})


class Forbidden(Refusal):
    """Not without the token (403)."""

    status = 403

    def __init__(self, what: str) -> None:
        super().__init__({"__type": "Authorization Error", "message": f"Access denied: {what}"})


class QueryInvalid(Refusal):
    """A search that can't be understood (400)."""

    def __init__(self, what: str) -> None:
        super().__init__({"__type": "Search Query Error", "message": f"Search Query is invalid: {what}"})


class BadRequest(Refusal):
    """A request that isn't one (400). CKAN answers these with a bare JSON text."""

    def __init__(self, what: str) -> None:
        super().__init__({"__type": "Bad Request", "message": f"Bad request - {what}"})


class TooLarge(Refusal):
    """A request beyond the catalogue's limit (413)."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__({"__type": "Request Too Large", "message": f"At most {limit} bytes in one request"})
