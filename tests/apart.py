"""The platform inside, the publishing side and its embedded catalogue outside, and what is carried between them by hand.

Use it as `with apart_networks(folder) as apart:`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx

from flows.carried import export_order, publish_package, withdraw_package
from flows.catalogue import embedded_url, start_embedded, token_file
from flows.home import Home, open_home
from flows.install import install_publisher
from flows.outside.register import Entry, named
from flows.receipts import accept_receipt
from tests.catalogue_release import Prepared
from tests.made_platform import Made, made_platform
from tests.servers import free_port


@dataclass
class Apart:
    """The platform inside, the publishing side and its catalogue outside."""

    made: Made
    here: Home
    catalogue: Home

    def published(self, name: str, folder: Path, **how: Any) -> tuple[Entry, Prepared, Path]:
        """An approved release, exported, carried and published outside; its own receipt isn't carried back."""
        release, ready = self.made.approved(name, folder, **how)
        package, receipt = folder / f"{release}.zip", folder / f"{release}.receipt"
        export_order(self.made.home.root, release, package)
        publish_package(self.here.root, package, receipt)
        return named(self.here, release), ready, package

    def accept(self, path: str | Path) -> list[dict[str, Any]]:
        return accept_receipt(self.made.home.root, Path(path))

    def states(self, entry: Entry) -> set[str]:
        """The states of the release's files as anybody sees them; empty where there are none."""
        url = f"{embedded_url(self.catalogue)}/api/3/action/package_search"
        found = httpx.get(url, params={"rows": 100}, trust_env=False).json()["result"]["results"]
        return {r["edition_state"] for p in found for r in p["resources"] if r["release_hash"] == entry.release_hash}

    def statuses(self, entry: Entry) -> set[int]:
        """What the addresses of its files answer."""
        assert entry.receipt
        urls = [r["url"] for r in entry.receipt["resources"]]
        return {httpx.get(url, trust_env=False, follow_redirects=False).status_code for url in urls}

    def order(self, release: str, folder: Path, name: str = "order") -> Path:
        """What is to be done about a release now, exported."""
        path = folder / f"{release}-{name}.zip"
        export_order(self.made.home.root, release, path)
        return path

    def take_down(self, package: Path) -> Path:
        """A carried order obeyed outside; its receipt."""
        receipt = package.with_suffix(".receipt")
        withdraw_package(self.here.root, package, receipt)
        return receipt

    def put_out(self, package: Path) -> Path:
        """A carried release published outside; its receipt."""
        receipt = package.with_suffix(".receipt")
        publish_package(self.here.root, package, receipt)
        return receipt

    def act(self, action: str, data: Mapping[str, Any], **files: Any) -> Any:
        """An action of the catalogue, done by somebody who holds its token."""
        url = f"{embedded_url(self.catalogue)}/api/3/action/{action}"
        head = {"Authorization": token_file(self.catalogue).read_text("utf-8")}
        body: Any = {"data": data, "files": files} if files else {"json": dict(data)}
        answer = httpx.post(url, headers=head, trust_env=False, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]


@contextmanager
def apart_networks(folder: Path, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[Apart]:
    """Both sides under `folder`. `settings`: other texts in the publishing side's mingjing.toml."""
    catalogue = Home(folder / "catalogue", catalogue_port=free_port())
    for path in (catalogue.keys, catalogue.run):
        path.mkdir(parents=True)
    token_file(catalogue).write_text("a-token-of-sixteen-or-more", "utf-8")
    with made_platform(folder / "platform", catalogue_url="carried") as made:
        process = start_embedded(catalogue)
        try:
            pin = (made.home.keys / "ledger.pub").read_text().strip()
            here, public = install_publisher(folder / "publisher", catalogue_url=embedded_url(catalogue), pin=pin)
            shutil.copy(token_file(catalogue), here.keys / "catalogue.token")
            (made.home.keys / "publishers.pub").write_text(public + "\n")
            mark = here.root / "mingjing.toml"
            text = mark.read_text("utf-8")
            for name, value in settings.items():
                text = re.sub(rf'(?m)^{name} = "[^"]*"', f'{name} = "{value}"', text)
            mark.write_text(text, "utf-8")
            yield Apart(made, open_home(here.root), catalogue)
        finally:
            process.terminate()
            process.wait(timeout=10)
