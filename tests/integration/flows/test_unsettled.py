"""A publisher killed between adding a later edition and reading it back: after the restart it's verified or gone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows.unsettled import settle_all
from tests.catalogue_release import ROWS, Prepared
from tests.cities import ROOT
from tests.made_platform import Made, made_platform

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PUBLISH_AND_DIE = """
import os, signal, sys
from pathlib import Path
from catalog.ckan import Session
from flows.platform import open_platform
from flows.prefect_setup import prepare_prefect

platform = open_platform(Path(sys.argv[1]))
prepare_prefect(platform.home)

class Dying(Session):
    def send(self, request, **how):
        if "/download" in request.path_url:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().send(request, **how)

import catalog.ckan
catalog.ckan.Catalogue.__init__.__kwdefaults__["session"] = Dying
import flows.publish as road  # its steps without Prefect's server, which isn't what dies here
road.verified, road.put_out, road.opaque = road.verified.fn, road.put_out.fn, lambda value: value
road.publish_release.fn(sys.argv[2])
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with made_platform(tmp_path_factory.mktemp("unsettled") / "home") as platform:
        yield platform


def killed_after_adding(made: Made, name: str, folder: Path) -> tuple[str, Prepared, Prepared, list[str]]:
    """A release whose publication died before its read-back, the edition that stood before, and the new addresses."""
    _, old = made.publish(name, folder, period="2024")
    rows = [{**row, "region": f"{name}{n}"} for n, row in enumerate(ROWS)]  # no other file has these bytes
    release, new = made.approved(name, folder, period="2025", rows=rows)
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    words = [sys.executable, "-c", PUBLISH_AND_DIE, str(made.home.root), release]
    assert subprocess.run(words, cwd=ROOT, env=environ, check=False).returncode == -9
    added = shown(made, new)
    assert len(added) == len(new.manifest.exports), "the kill came before the edition was added"
    return release, old, new, added


def shown(made: Made, ready: Prepared) -> list[str]:
    package = made.public(ready.contract.slug)
    assert package
    return [r["url"] for r in package["resources"] if r["release_hash"] == ready.manifest.release_hash]


def assert_gone(urls: list[str]) -> None:
    assert {httpx.get(url, trust_env=False).status_code for url in urls} <= {403, 404, 410}


def marks(made: Made) -> list[Path]:
    return list((made.home.root / "publishing").glob("*.json"))


def restarted(made: Made) -> list[str]:
    """What the runner does first of all; what it noted."""
    told: list[str] = []
    began = time.monotonic()
    settle_all(made.platform, lambda fault, work: told.append(str(fault)))
    assert time.monotonic() - began < 60
    return told


def test_equal_edition_stands_and_is_published_by_the_next_run(made: Made, tmp_path: Path) -> None:
    from flows.publish import publish_release

    release, _, new, added = killed_after_adding(made, "equal", tmp_path)
    assert restarted(made) == []
    assert shown(made, new) == added
    assert len(marks(made)) == 1
    assert publish_release(release)["status"] == "published"
    assert shown(made, new) == added
    assert marks(made) == []


def test_edition_with_other_bytes_is_gone_after_the_restart(made: Made, tmp_path: Path) -> None:
    from review import queries

    release, old, new, added = killed_after_adding(made, "differing", tmp_path)
    [csv] = [a for a in new.manifest.exports if a.name.endswith(".csv")]
    content = new.store.read(csv.sha256)
    [kept] = [p for p in made.home.catalogue.rglob("*") if p.is_file() and p.read_bytes() == content]
    kept.chmod(0o600)
    kept.write_bytes(content.replace(b"differing0", b"differing9"))
    [told] = restarted(made)
    assert "taken off" in told
    assert shown(made, new) == []
    assert_gone(added)
    assert len(shown(made, old)) == len(old.manifest.exports)
    assert queries.show(release)["status"] == "approved"
    assert restarted(made) == []
    assert marks(made) == []


def test_edition_that_may_no_longer_be_published_is_gone_after_the_restart(made: Made, tmp_path: Path) -> None:
    from review import desk
    from tests.review_desk import PASSWORD

    release, old, new, added = killed_after_adding(made, "ordered_off", tmp_path)
    desk.withdraw(release, "chief", PASSWORD, "发现应当遮盖的内容")
    assert restarted(made) == []
    assert shown(made, new) == []
    assert_gone(added)
    assert len(shown(made, old)) == len(old.manifest.exports)

    release, old, new, _ = killed_after_adding(made, "contract_changed", tmp_path)
    made.prepared("contract_changed", tmp_path / "later", period="2026", publication_days=3)
    assert restarted(made) == []
    assert (shown(made, new), len(shown(made, old))) == ([], len(old.manifest.exports))
    assert marks(made) == []
