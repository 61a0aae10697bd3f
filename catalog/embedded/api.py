"""The Action API over HTTP: who asks, what is asked, CKAN's envelope around the answer. The work is left to actions."""

from __future__ import annotations

import errno
import hashlib
import hmac
import logging
import sqlite3
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from catalog.embedded.actions import READS, WRITES
from catalog.embedded.body import Limits, Received, collected, drain, receive
from catalog.embedded.call import Call
from catalog.embedded.fields import Body
from catalog.embedded.holding import Holding
from catalog.embedded.packages import Site
from catalog.embedded.refusals import BadRequest, Forbidden, NotFound, Refusal, TooLarge

LOG = logging.getLogger("catalog.embedded")
DRAINED = 64 * 1024 * 1024  # of a refused request, so that its sender hears why


class Api:
    """The endpoint under /api/3/action/."""

    def __init__(self, holding: Holding, site: Site, token_hash: str | None, limits: Limits) -> None:
        self._holding, self._site, self._token_hash, self._limits = holding, site, token_hash, limits

    def is_trusted(self, request: Request) -> bool:
        """Whether the request carries the catalogue's token. A wrong one is as good as none, as in CKAN."""
        token = request.headers.get("authorization") or request.headers.get("x-ckan-api-key") or ""
        given = hashlib.sha256(token.removeprefix("Bearer ").encode("utf-8", "surrogateescape")).hexdigest()
        return self._token_hash is not None and bool(token) and hmac.compare_digest(given, self._token_hash)

    async def version(self, _: Request) -> Response:
        """The API's version."""
        return JSONResponse({"version": 3})

    async def action(self, request: Request) -> Response:
        """One call."""
        name = request.path_params["name"]
        received: Received | None = None
        try:
            self._admit(request, name)
            received = await self._receive(request)
            call = Call(self._holding, self._site, received.data, self.is_trusted(request))
            result = await run_in_threadpool((READS | WRITES)[name], call)
            return self._answer(name, 200, {"success": True, "result": result})
        except Refusal as refusal:
            await drain(request, DRAINED)
            return self._refused(name, refusal)
        except ClientDisconnect:
            return Response(status_code=400)
        except (OSError, sqlite3.OperationalError) as fault:
            # no room, a locked or broken disk: nothing was changed; the text of the fault stays here
            LOG.error("%s failed: %s", name, type(fault).__name__)
            status = 507 if getattr(fault, "errno", None) in (errno.ENOSPC, errno.EDQUOT) else 503
            error = {"__type": "Storage Error", "message": "The catalogue can't store or read now; nothing was changed"}
            return self._answer(name, status, {"success": False, "error": error})
        finally:
            if received is not None:
                await run_in_threadpool(received.discard)

    def _admit(self, request: Request, name: str) -> None:
        if name.startswith("datastore_"):
            raise NotFound("the DataStore isn't available in this catalogue; download the files")
        if name not in READS and name not in WRITES:
            raise BadRequest(f"Action name not known: {name[:100]}")
        if name in READS:
            return
        if request.method != "POST":
            raise BadRequest("JSON Error: Invalid request. Please use POST method for your request")
        if not self.is_trusted(request):
            raise Forbidden(f"{name} needs the catalogue's token")

    async def _receive(self, request: Request) -> Received:
        if request.method == "POST":
            return await receive(request, self._holding.files, self._limits)
        return Received(collected(list(request.query_params.multi_items())))

    def _refused(self, name: str, refusal: Refusal) -> Response:
        if isinstance(refusal, BadRequest):
            return _json(refusal.error["message"], refusal.status)
        response = self._answer(name, refusal.status, {"success": False, "error": refusal.error})
        if isinstance(refusal, TooLarge):
            response.headers["connection"] = "close"
        return response

    def _answer(self, name: str, status: int, rest: Body) -> Response:
        return _json({"help": f"{self._site.url}/api/3/action/help_show?name={name}", **rest}, status)


def _json(value: Any, status: int) -> Response:
    return JSONResponse(
        value, status, headers={"Cache-Control": "no-store"}, media_type="application/json; charset=utf-8"
    )
