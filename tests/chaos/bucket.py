"""The bucket of public copies that chaos plays on: a real S3 server that is killed and stopped, and a wire of its own before it."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

from domain.release import Manifest
from flows.home import Home
from storage.s3_public import PublicCopies
from tests.chaos.stages import stopped
from tests.chaos.wire import KINDS, Wire
from tests.servers import S3Server, free_port, serve_s3

PREFIX = "bucket-"  # of the faults' names here
STROKES = ("bucket-kill", "bucket-stop")
BREAKS = tuple(PREFIX + kind for kind in KINDS if kind != "slow")  # its client waits a minute: slow is no fault to it


@dataclass
class Bucket:
    """One bucket with versions, which everybody may read. `folder` holds the objects and the publisher's HOME."""

    folder: Path
    wire: Wire = field(init=False)

    def __post_init__(self) -> None:
        self._port = free_port()
        self._process, self._reviving = self._serve(), threading.Lock()
        self.server = S3Server(f"http://127.0.0.1:{self._port}")
        self.name = self.server.create_bucket(versions=True, public=True)
        self.wire = Wire(self.server.endpoint, slow_seconds=0, keeps_host=True)

    def _serve(self) -> subprocess.Popen[bytes]:
        return serve_s3(self.folder / "s3", self._port, dies_with_us=False)  # the thread of a stroke ends

    def close(self) -> None:
        self.wire.close()
        self._process.kill()
        self._process.wait()

    @property
    def environ(self) -> dict[str, str]:
        """What the publisher's client needs; it goes through the wire."""
        return self.server.environ | {"AWS_ENDPOINT_URL_S3": self.wire.url}

    def home(self) -> Home:
        """The publisher's settings; where copies were begun is kept there."""
        root = self.folder / "home"
        root.mkdir(exist_ok=True)
        return Home(root, public_store=f"s3://{self.name}/open", public_address=f"{self.wire.url}/{self.name}")

    def strike(self, stroke: str, seconds: float) -> bool:
        """Kill the server and start it again, or stop it for a while; whether it was there and was struck."""
        if stroke == "bucket-stop":
            return stopped([self._process.pid], seconds)
        with self._reviving:
            self._process.kill()
            was_killed = self._process.wait() == -signal.SIGKILL
            self._process = self._serve()
        return was_killed

    def copies(self, manifest: Manifest) -> dict[str, str]:
        """Where a stranger would find the release's copies, past the wire, with their sha256."""
        at = self._copies()
        return {at.address_of(manifest.dataset, manifest.release_hash, f): f.sha256 for f in manifest.exports}

    def addresses(self, manifest: Manifest) -> tuple[str, ...]:
        """Every address that serves a byte of it now, versions too."""
        return self._copies().addresses(manifest.dataset, manifest.release_hash)

    def differing(self, standing: list[Manifest]) -> list[str]:
        """What the bucket holds, in every version, against the copies of what stands: nothing else, nothing less, equal bytes."""
        client = self.server.client()
        wanted = {url.partition(f"/{self.name}/")[2]: sha for one in standing for url, sha in self.copies(one).items()}
        pages = client.get_paginator("list_object_versions").paginate(Bucket=self.name)
        listed = list(pages)
        held = [version for page in listed for version in page.get("Versions", ())]
        marks = [mark for page in listed for mark in page.get("DeleteMarkers", ())]
        strange = {version["Key"] for version in (*held, *marks)} - wanted.keys()
        wrong = [f"the bucket holds {len(strange)} keys that nobody approved"] if strange else []
        wrong += [f"a copy is marked as deleted: {Path(m['Key']).name}" for m in marks if m["Key"] in wanted]
        for key, sha256 in wanted.items():
            versions = [v["VersionId"] for v in held if v["Key"] == key]
            bodies = [client.get_object(Bucket=self.name, Key=key, VersionId=v)["Body"].read() for v in versions]
            if not bodies or {hashlib.sha256(b).hexdigest() for b in bodies} != {sha256}:
                wrong.append(f"a copy is lost or has other bytes: {Path(key).name}")
        return wrong

    def _copies(self) -> PublicCopies:
        client, address = self.server.client(), f"{self.server.endpoint}/{self.name}"
        return PublicCopies(self.name, "open", address=address, client=client)
