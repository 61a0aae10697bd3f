"""The publisher as a process that can be killed: reads jobs (JSON lines), forks one child for each, which does what the
runner does: settle what a dead one left, then publish or withdraw. The exit status says how it ended.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any

from catalog.ckan import Catalogue
from catalog.publish import publish, settle
from catalog.withdraw import withdraw
from domain.errors import CatalogueRefused, CatalogueUnreachable, ContentChanged, MingjingError, StorageUnavailable

DONE, REFUSED, UNREACHABLE, CHANGED, STORE, NAMED, UNFORESEEN = 0, 10, 11, 12, 13, 14, 20


def work(job: dict[str, Any]) -> int:
    """Do one job and say how it ended."""
    ready = pickle.loads(Path(job["release"]).read_bytes())
    catalogue = Catalogue(
        job["url"], job["token"], timeout_seconds=job["timeout"], connect_seconds=job["timeout"], deadline_seconds=60,
        attempts=4,
    )  # fmt: skip
    manifest, metadata = ready["manifest"], ready["metadata"]
    try:
        if job["act"] == "withdraw":
            withdraw(
                catalogue, release_hash=manifest.release_hash, dataset=manifest.dataset, reason="更正", reason_code="",
                withdrawn_on=job["now"],
            )  # fmt: skip
            return DONE
        settle(catalogue, manifest=manifest, metadata=metadata)
        publish(
            catalogue, approval=ready["approval"], manifest=manifest, metadata=metadata, store=ready["store"],
            published_on=job["now"],
        )  # fmt: skip
    except CatalogueRefused:
        return REFUSED
    except CatalogueUnreachable:
        return UNREACHABLE
    except ContentChanged:
        return CHANGED
    except StorageUnavailable:
        return STORE
    except MingjingError as named:
        print(f"{named.name()}: {named}", file=sys.stderr, flush=True)
        return NAMED
    return DONE


def main() -> None:
    """Serve jobs until the input ends."""
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            status = UNFORESEEN
            try:
                status = work(job)
            except BaseException:  # whatever it is: told and counted
                import traceback

                traceback.print_exc()
            finally:
                os._exit(status)
        print(child, flush=True)
        _, how = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(how), flush=True)


if __name__ == "__main__":
    main()
