"""Review in one network, the catalogue in another: orders go out in signed packages, receipts come back into the ledger."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.catalogue import embedded_url, start_embedded, token_file
from flows.home import Home
from tests.cities import ROOT, City, first_port, run
from tests.servers import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

DATASET = "finance.debt_limit_balance"
APPROVE = """
import json, sys
from pathlib import Path
from flows.demo.cast import review, submit
from flows.orders import Order, write_order
from flows.platform import open_platform
from flows.prefect_setup import prepare_prefect

home, file, dates = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
passwords = json.loads(sys.stdin.read())
platform = open_platform(home)
prepare_prefect(platform.home)
from flows.runner import perform
order = write_order(platform.home, Order("finance.debt_limit_balance", str(home / "samples" / file), "1949", dates))
release = perform("prepare", {"dataset": "finance.debt_limit_balance", "order": order})["release"]
submit(release, passwords)
assert review(release, platform.contract("finance.debt_limit_balance"), passwords) == "approved"
print(release)
"""


@dataclass
class TwoNetworks:
    """The platform (its home is out of the way while the other side works) and the publishing side with its catalogue."""

    city: City
    publisher: Path
    catalogue: Home
    carried: Path
    release: str

    def outside(self, *words: str, ok: int = 0) -> Any:
        """A command on the publishing side, which has neither home nor database of the platform."""
        hidden = self.city.home.with_name("hidden")
        self.city.home.rename(hidden)
        try:
            done = run(*words, "--home", str(self.publisher), "--json")
        finally:
            hidden.rename(self.city.home)
        assert done.returncode == ok, (words, done.returncode, done.stderr)
        return json.loads(done.stdout) if ok == 0 else done.stderr

    def public(self) -> list[dict[str, Any]]:
        """The files of the release that anybody sees."""
        query = f"{embedded_url(self.catalogue)}/api/3/action/package_search"
        found = httpx.get(query, params={"rows": 100}, trust_env=False).json()["result"]["results"]
        ours = self.city.json("show", self.release)["release_hash"]
        return [r for p in found for r in p["resources"] if r.get("release_hash") == ours]


@pytest.fixture(scope="module")
def apart(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoNetworks]:
    folder = tmp_path_factory.mktemp("networks")
    home = folder / "platform"
    shutil.copytree(city.home, home)
    inside = City(home, "", city.truth, city.passwords)
    settings = home / "mingjing.toml"
    settings.write_text(settings.read_text("utf-8").replace('catalogue_url = ""', 'catalogue_url = "carried"'), "utf-8")
    sample = next(s for s in city.truth.of(DATASET, "clean"))
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MINGJING_", "PREFECT_"))}
    done = subprocess.run(
        [sys.executable, "-c", APPROVE, str(home), sample.file, json.dumps(sample.dates)],
        input=json.dumps(city.passwords), capture_output=True, text=True, cwd=ROOT, check=False,
        env={**environ, "MINGJING_FIRST_PORT": str(first_port())},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    catalogue = Home(folder / "catalogue", catalogue_port=free_port())
    for path in (catalogue.keys, catalogue.run):
        path.mkdir(parents=True)
    token_file(catalogue).write_text("a-token-of-sixteen-or-more", "utf-8")
    process = start_embedded(catalogue)
    publisher = folder / "publisher"
    pin = (home / "keys/ledger.pub").read_text().strip()
    made = run("init", "--publisher", "--catalogue", embedded_url(catalogue), "--pin", pin, "--home", str(publisher))
    assert made.returncode == 0, made.stderr
    shutil.copy(token_file(catalogue), publisher / "keys/catalogue.token")
    shutil.copy(publisher / "keys/ledger.pub", home / "keys/publishers.pub")
    try:
        yield TwoNetworks(inside, publisher, catalogue, folder, done.stdout.split()[-1])
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_release_published_and_withdrawn_by_carried_packages(apart: TwoNetworks) -> None:
    package, order = apart.carried / "release.zip", apart.carried / "withdrawal.zip"
    assert not (apart.publisher / "platform.sqlite3").exists()
    refused = apart.city.call("publish", apart.release, ok=(2,))
    assert "release export" in refused.stderr
    apart.city.call("release", "export", apart.release, "--out", str(package))

    planned = apart.outside("publish", str(package), "--dry-run")
    assert [c["step"] for c in planned["changes"]["changes"]] == ["create-dataset", "add-edition", "make-public"]
    assert apart.public() == []
    answer = apart.outside("publish", str(package))
    assert apart.public() != []
    assert apart.city.json("show", apart.release)["status"] == "approved"
    assert apart.city.json("receipt", answer["receipt"])["status"] == "published"
    shown = apart.city.json("show", apart.release)
    assert shown["public_url"] == answer["public_url"]
    assert apart.city.json("receipt", answer["receipt"])["status"] == "published"  # again: nothing new
    assert apart.outside("publish", str(package))["public_url"] == answer["public_url"]

    chief = ("--as", "finance_chief", "--reason", "演示撤回", "--password-stdin")
    ordered = apart.city.call("withdraw", apart.release, *chief, stdin=apart.city.passwords["finance_chief"] + "\n")
    assert "尚未撤下" in ordered.stderr
    assert {r["edition_state"] for r in apart.public()} == {"current"}
    apart.city.call("release", "export", apart.release, "--out", str(order))
    taken = apart.outside("withdraw", str(order))
    assert taken["proof"]
    assert all(row["gone"] for row in taken["proof"])
    assert {r["edition_state"] for r in apart.public()} == {"withdrawn"}
    assert apart.city.json("receipt", taken["receipt"])["status"] == "withdrawn"
    assert apart.city.json("show", apart.release)["takedown"]["addresses"] == taken["proof"]
    assert "was withdrawn here" in apart.outside("publish", str(package), ok=1)
    assert apart.city.json("ledger", "verify")["ok"]


def test_receipt_from_anybody_else_is_refused(apart: TwoNetworks, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger"
    assert (
        run(
            "init", "--publisher", "--catalogue", "http://127.0.0.1:1", "--pin", "0" * 64, "--home", str(stranger)
        ).returncode
        == 0
    )
    from review.carried import Kind, write_message

    forged = tmp_path / "forged"
    write_message(stranger, forged, Kind.PUBLISHED, {"release": apart.release, "receipt": {}})
    assert "pinned key" in apart.city.call("receipt", str(forged), ok=(1,)).stderr


def test_platform_publishes_no_package_and_publisher_takes_only_its_platforms(
    apart: TwoNetworks, tmp_path: Path
) -> None:
    from review.carried import Kind, write_message

    forged = tmp_path / "forged"
    write_message(apart.publisher, forged, Kind.WITHDRAWAL, {"release": apart.release})
    assert "pinned key" in apart.outside("withdraw", str(forged), ok=1)
    assert "--publisher" in apart.city.call("publish", str(forged), ok=(2,)).stderr
