"""An installation with people and a release that the catalogue can take: real desk, stores and embedded catalogue, made
without a preparation. Use it as `from tests.made_platform import …`; flows run in this process on Prefect's own server.
"""

from __future__ import annotations

import atexit
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from domain.release import Approval, Manifest
from flows.catalogue import embedded_url, token_file
from flows.home import Home, create_home
from flows.platform import Platform, open_platform
from tests.catalogue_release import ROWS, Prepared, Rows, make_contract, prepare
from tests.review_desk import PASSWORD, approve, cheap_disk, cheap_passwords, hash_of, open_desk
from tests.servers import free_port


@dataclass
class Made:
    """An opened installation."""

    platform: Platform

    @property
    def home(self) -> Home:
        return self.platform.home

    def approved(self, name: str, folder: Path, *, period: str = "2025", **contract: Any) -> tuple[str, Prepared]:
        """An approved release of the dataset finance.`name`; its contract lies in the home, its bytes in the stores. `rows`
        among the rest: its table, in place of the usual one."""
        from review import desk, queries

        ready = self.prepared(name, folder, period=period, **contract)
        release = desk.receive(ready.contract, period, f"run-{name}-{period}")
        record = queries.show(release)
        ready = self.prepared(name, folder, period=period, edition=record["edition"], **contract)
        desk.record_checked(release, ready.manifest, [])
        desk.submit(release, "op", PASSWORD)
        approve(release)
        assert hash_of(release) == ready.manifest.release_hash
        return release, ready

    def prepared(
        self, name: str, folder: Path, *, period: str = "2025", edition: int = 1, rows: Rows = ROWS, **contract: Any
    ) -> Prepared:
        values = make_contract(id=f"finance.{name}", **contract).model_dump(mode="json", exclude_defaults=True)
        path = self.home.root / "datasets" / "finance" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
        loaded = self.platform.contract(f"finance.{name}")
        ready = prepare(folder / name, contract=loaded, tables={"main": rows}, period=period, edition=edition)
        manifest: Manifest = replace(ready.manifest, packs=self.platform.packs.refs)
        for artefact in manifest.artefacts:
            self.platform.stores.put_bytes(ready.store.read(artefact.sha256), name=artefact.name, role=artefact.role)
        self.platform.stores.put_bytes(manifest.content, name="manifest.json", role="manifest")
        return replace(ready, manifest=manifest)

    def publish(self, name: str, folder: Path, **how: Any) -> tuple[str, Prepared]:
        """A release that the catalogue shows and the ledger knows as published."""
        from flows.publish import publish_release

        release, ready = self.approved(name, folder, **how)
        assert publish_release(release)["status"] == "published"
        return release, ready

    def approval(self, release: str) -> Approval:
        from review import desk

        return desk.approval_for(release)

    def public(self, slug: str) -> dict[str, Any] | None:
        """The dataset as anybody sees it, or None."""
        import httpx

        url = f"{embedded_url(self.home)}/api/3/action/package_show"
        answer = httpx.get(url, params={"id": slug}, trust_env=False)
        return dict(answer.json()["result"]) if answer.status_code == 200 else None


@contextmanager
def made_platform(
    root: Path, *, catalogue_url: str = "", settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Made]:
    """The installation, its embedded catalogue running for as long. `settings`: other values of texts in mingjing.toml."""
    from flows.catalogue import catalogue_for
    from review.setup import close

    home = create_home(root, catalogue_url=catalogue_url)
    text = (root / "mingjing.toml").read_text("utf-8")
    text = text.replace(f"catalogue_port = {home.catalogue_port}", f"catalogue_port = {free_port()}")
    for name, value in settings.items():
        text = re.sub(rf'(?m)^{name} = "[^"]*"', f'{name} = "{value}"', text)
    (root / "mingjing.toml").write_text(text, "utf-8")
    before = os.environ.get("MINGJING_HOME")
    try:
        with cheap_passwords(), cheap_disk():
            open_desk(root)
            platform = open_platform(root)
            token_file(platform.home).write_text("a-token-of-sixteen-or-more", "utf-8")
            made = Made(platform)
            if catalogue_url == "carried":
                yield made
                return
            flows_begun(platform.home)
            with catalogue_for(platform.home):
                yield made
    finally:
        close()
        os.environ.pop("MINGJING_HOME", None)
        if before is not None:
            os.environ["MINGJING_HOME"] = before


def flows_begun(home: Home) -> None:
    """Quick flows from now on, as long as the process lives: each start of Prefect's own server takes seconds.

    Prefect's home is set once a process: later installations share the first one's.
    """
    from flows.prefect_setup import prepare_prefect

    if "PREFECT_HOME" not in os.environ:
        prepare_prefect(home)
    _begun()


@cache
def _begun() -> None:
    from flows.prefect_setup import quick_flows

    begun = ExitStack()
    begun.enter_context(quick_flows())
    atexit.register(begun.close)


def ledger_lines(release: str, event: str) -> list[dict[str, Any]]:
    """{actor, data} of every line of that event about the release."""
    from review.models import LedgerEntry

    found = LedgerEntry.objects.filter(release=release, event=event).order_by("seq")
    return [{"actor": line.actor, "data": json.loads(line.body)["data"]} for line in found]
