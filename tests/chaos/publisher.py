"""The publisher as a process that can be killed: reads jobs (JSON lines), forks one child for each, which does what the
runner does: settle what a dead one left, then publish or withdraw. The exit status says how it ended.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from catalog.ckan import Catalogue
from catalog.publish import publish, settle
from catalog.withdraw import withdraw
from domain.errors import CatalogueRefused, CatalogueUnreachable, ContentChanged, MingjingError, StorageUnavailable
from flows.copies import copies_fall, falling_together, put_copies, remove_copies
from storage.s3_client import client_from_environment

DONE, REFUSED, UNREACHABLE, CHANGED, STORE, NAMED, UNFORESEEN = 0, 10, 11, 12, 13, 14, 20


def work(job: dict[str, Any]) -> int:
    """Do one job and say how it ended."""
    ready = pickle.loads(Path(job["release"]).read_bytes())
    catalogue = Catalogue(
        job["url"], job["token"], timeout_seconds=job["timeout"], connect_seconds=job["timeout"], deadline_seconds=60,
        attempts=4,
    )  # fmt: skip
    manifest, metadata = ready["manifest"], ready["metadata"]
    home = pickle.loads(Path(job["home"]).read_bytes()) if job["home"] else None
    try:
        if job["act"] == "withdraw":
            with copies_fall(home, catalogue, manifest.dataset, manifest.release_hash) if home else nullcontext():
                withdraw(
                    catalogue, release_hash=manifest.release_hash, dataset=manifest.dataset, reason="更正", reason_code="",
                    withdrawn_on=job["now"],
                )  # fmt: skip
            return DONE
        with falling_together(home, catalogue, manifest) if home else nullcontext():
            is_shown = settle(catalogue, manifest=manifest, metadata=metadata)
            if home and not is_shown:
                remove_copies(home, catalogue, manifest.dataset, manifest.release_hash)
            publish(
                catalogue, approval=ready["approval"], manifest=manifest, metadata=metadata, store=ready["store"],
                published_on=job["now"],
            )  # fmt: skip
        if home:
            put_copies(home, catalogue, manifest, ready["store"])
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
    if "AWS_ENDPOINT_URL_S3" in os.environ:
        client_from_environment(None)  # what its library reads it reads here once, not in each child
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
