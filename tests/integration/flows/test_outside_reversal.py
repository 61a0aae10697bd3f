"""A withdrawal that the desk reversed, over two networks: the release comes back by a carried, signed package, and no old
package, order or receipt, however validly signed, undoes what a newer one did.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.errors import ContentChanged, PackageInvalid, TransitionRefused
from flows.carried import plan_package, publish_package, withdraw_package
from flows.outside import duties
from flows.outside.register import Entry, State, changed, entry_of, named, today_at
from review.carried import Kind, write_message
from tests.apart import Apart, apart_networks
from tests.cities import ROOT
from tests.made_platform import ledger_lines
from tests.review_desk import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with apart_networks(tmp_path_factory.mktemp("reversal")) as both:
        yield both


def withdrawn(apart: Apart, release: str, folder: Path, name: str = "off") -> tuple[Path, Path]:
    """Ordered off inside, taken down outside, proved inside; the order's package and its receipt."""
    from review import desk

    desk.withdraw(release, "chief", PASSWORD, "疑有差错")
    package = apart.order(release, folder, name)
    receipt = apart.take_down(package)
    assert apart.accept(receipt)[0]["status"] == "withdrawn"
    return package, receipt


def reversed_order(apart: Apart, release: str, folder: Path, name: str = "back") -> Path:
    """The second person's word, exported."""
    from review import desk

    desk.reverse_withdrawal(release, "conf", PASSWORD, "查无差错")
    return apart.order(release, folder, name)


def status(release: str) -> str:
    from review import queries

    return str(queries.show(release)["status"])


def test_reversed_release_comes_back_by_a_carried_package(apart: Apart, tmp_path: Path) -> None:
    from review import queries
    from review.ledger import verify

    entry, _, first = apart.published("reversed", tmp_path)
    apart.accept(first.with_suffix(".receipt"))
    withdrawn(apart, entry.release, tmp_path)
    assert apart.states(entry) == {"withdrawn"}
    with pytest.raises(TransitionRefused, match="was withdrawn here"):
        publish_package(apart.here.root, first, tmp_path / "no")
    back = reversed_order(apart, entry.release, tmp_path)
    planned = plan_package(apart.here.root, back)
    assert [c["step"] for c in planned["changes"]["changes"]] == ["drop-tombstone", "add-edition"]
    assert apart.states(entry) == {"withdrawn"}

    receipt = apart.put_out(back)
    again = named(apart.here, entry.release)
    assert (again.state, apart.states(again), apart.statuses(again)) == (State.PUBLISHED, {"current"}, {200})
    apart.put_out(back)  # may be run again
    for _ in range(2):
        assert apart.accept(receipt) == [{"release": entry.release, "status": "published"}]
    road = ("published", "withdrawn", "taken-down", "withdrawal-reversed")
    told = [e["event"] for e in queries.timeline(entry.release) if e["event"] in road]
    assert told == [*road, "published"]
    assert verify().ok


def test_old_packages_undo_nothing(apart: Apart, tmp_path: Path) -> None:
    """Off, back, off again: the package of the first publication and that of the reversal are validly signed, and old."""
    entry, _, first = apart.published("to_and_fro", tmp_path)
    apart.accept(first.with_suffix(".receipt"))
    off, _ = withdrawn(apart, entry.release, tmp_path)
    back = reversed_order(apart, entry.release, tmp_path)
    with pytest.raises(TransitionRefused, match="was withdrawn here"):
        publish_package(apart.here.root, first, tmp_path / "no")
    apart.accept(apart.put_out(back))
    with pytest.raises(TransitionRefused, match="a later order"):
        withdraw_package(apart.here.root, off, tmp_path / "no")
    with pytest.raises(TransitionRefused, match="a later order"):
        publish_package(apart.here.root, first, tmp_path / "no")
    assert apart.states(entry) == {"current"}

    withdrawn(apart, entry.release, tmp_path, "off2")
    for old in (first, back):
        with pytest.raises(TransitionRefused, match=r"later order|was withdrawn here"):
            publish_package(apart.here.root, old, tmp_path / "no")
        with pytest.raises(TransitionRefused):
            plan_package(apart.here.root, old)
    assert apart.states(entry) == {"withdrawn"}
    assert not (tmp_path / "no").exists()
    back2 = reversed_order(apart, entry.release, tmp_path, "back2")
    assert apart.accept(apart.put_out(back2))[0]["status"] == "published"
    assert apart.states(entry) == {"current"}


def test_old_receipts_prove_nothing_about_now(apart: Apart, tmp_path: Path) -> None:
    from review import queries

    entry, _, first = apart.published("old_receipts", tmp_path)
    published = first.with_suffix(".receipt")
    seen = duties.inspect_entries(apart.here, [entry], note)
    assert seen
    assert apart.accept(published)[0]["status"] == "published"
    _, taken = withdrawn(apart, entry.release, tmp_path)
    back = reversed_order(apart, entry.release, tmp_path)
    for old in (published, taken, seen["receipt"]):
        assert apart.accept(old)[0]["status"] == "approved"  # it isn't public yet, whatever they say
    assert queries.show(entry.release)["receipt"] is None
    receipt = apart.put_out(back)
    apart.accept(receipt)
    from review import desk

    desk.withdraw(entry.release, "chief", PASSWORD, "再次撤下")
    for old in (taken, receipt, published):
        assert apart.accept(old)[0]["status"] == "withdrawn"
    assert queries.show(entry.release)["takedown"] is None  # nothing was taken off for this order yet
    assert apart.states(entry) == {"current"}
    assert ledger_lines(entry.release, "inspected") == []


def note(fault: Exception, work: str) -> None:
    raise AssertionError(work) from fault


@pytest.mark.parametrize("turn", [None, -1, "7", True, 10**9], ids=str)
def test_receipt_that_names_no_order_or_one_never_given_is_refused(apart: Apart, tmp_path: Path, turn: object) -> None:
    release, ready = apart.made.approved(f"turns{abs(hash(str(turn))) % 1000}", tmp_path)
    body: dict[str, Any] = {"release": release, "receipt": {"release_hash": ready.manifest.release_hash}, "turn": turn}
    path = tmp_path / "made.receipt"
    write_message(apart.here.root, path, Kind.PUBLISHED, {k: v for k, v in body.items() if v is not None})
    with pytest.raises((PackageInvalid, ContentChanged)):
        apart.accept(path)
    assert status(release) == "approved"


def test_what_a_person_hid_outside_no_reversal_brings_back(apart: Apart, tmp_path: Path) -> None:
    from flows.outside.register import write
    from review.hiding import PERSONS
    from review.keys import new_person_key

    entry, _, first = apart.published("hidden_too", tmp_path)
    apart.accept(first.with_suffix(".receipt"))
    pem, public = new_person_key(PASSWORD)
    (apart.here.keys / PERSONS).write_text(f"duty {public}\n", "utf-8")
    duties.hide(apart.here, entry, pem, PASSWORD, "演示：发现应当遮盖的内容")  # its receipt isn't carried
    withdrawn(apart, entry.release, tmp_path)
    back = reversed_order(apart, entry.release, tmp_path)
    with pytest.raises(TransitionRefused, match="by a person"):
        publish_package(apart.here.root, back, tmp_path / "no")
    now = named(apart.here, entry.release)
    assert (now.state, apart.states(entry)) == (State.TAKEN_DOWN, {"withdrawn"})
    write(apart.here, replace(now, is_barred=False))  # that alone holds it
    apart.put_out(back)
    assert apart.states(entry) == {"current"}


def test_reversal_waits_for_the_proof_and_for_days_that_are_left(apart: Apart, tmp_path: Path) -> None:
    entry, _, first = apart.published("days", tmp_path, publication_days=900)
    apart.accept(first.with_suffix(".receipt"))
    withdrawn(apart, entry.release, tmp_path)
    back = reversed_order(apart, entry.release, tmp_path)
    now = named(apart.here, entry.release)
    changed(apart.here, now, proof=None)
    with pytest.raises(TransitionRefused, match="isn't down yet"):
        publish_package(apart.here.root, back, tmp_path / "no")
    long_ago = (today_at(apart.here) - timedelta(days=901)).isoformat()
    changed(apart.here, now, receipt={**(now.receipt or {}), "published_on": long_ago})
    with pytest.raises(TransitionRefused, match="are over"):
        publish_package(apart.here.root, back, tmp_path / "no")
    changed(apart.here, now)
    apart.put_out(back)
    assert apart.states(entry) == {"current"}


def test_without_the_register_the_tombstone_stands(apart: Apart, tmp_path: Path) -> None:
    """Nobody there knows which order was the last."""
    entry, _, first = apart.published("forgotten", tmp_path)
    apart.accept(first.with_suffix(".receipt"))
    withdrawn(apart, entry.release, tmp_path)
    back = reversed_order(apart, entry.release, tmp_path)
    kept = apart.here.root / "register" / f"{entry.release_hash}.json"
    content = kept.read_bytes()
    kept.unlink()
    with pytest.raises(TransitionRefused, match="withdrawn from the catalogue"):
        publish_package(apart.here.root, back, tmp_path / "no")
    assert apart.states(entry) == {"withdrawn"}
    kept.write_bytes(content)
    apart.put_out(back)
    assert apart.states(entry) == {"current"}


DIE_AT = """
import os, signal, sys
from pathlib import Path
import catalog.ckan

class Dying(catalog.ckan.Session):
    calls = 0
    def send(self, request, **how):
        if "package_revise" in request.path_url:
            Dying.calls += 1
            if Dying.calls == 2:  # the tombstone is off, the edition not yet there
                os.kill(os.getpid(), signal.SIGKILL)
        return super().send(request, **how)

catalog.ckan.Catalogue.__init__.__kwdefaults__["session"] = Dying
from flows.carried import publish_package
publish_package(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
"""


def test_killed_on_the_way_back_is_ended_by_running_it_again(apart: Apart, tmp_path: Path) -> None:
    entry, _, first = apart.published("killed_back", tmp_path)
    apart.accept(first.with_suffix(".receipt"))
    withdrawn(apart, entry.release, tmp_path)
    back = reversed_order(apart, entry.release, tmp_path)
    words = [str(apart.here.root), str(back), str(tmp_path / "receipt")]
    done = subprocess.run([sys.executable, "-c", DIE_AT, *words], cwd=ROOT, env={**os.environ}, check=False)
    assert done.returncode == -9
    now: Entry | None = entry_of(apart.here, entry.release_hash)
    assert now is not None
    assert (now.state, now.is_back, apart.states(entry)) == (State.PUBLISHING, True, set())
    assert duties.settle(apart.here) == []
    assert apart.accept(apart.put_out(back))[0]["status"] == "published"
    assert apart.states(entry) == {"current"}


def test_command_says_what_to_carry(apart: Apart, tmp_path: Path) -> None:
    from tests.cities import run

    entry, _, first = apart.published("spoken", tmp_path)
    apart.accept(first.with_suffix(".receipt"))
    withdrawn(apart, entry.release, tmp_path)
    home = str(apart.made.home.root)
    words = ("withdrawal", "reverse", entry.release, "--as", "conf", "--reason", "查无差错", "--password-stdin")
    done = run(*words, "--home", home, stdin=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    assert f"mingjing release export {entry.release}" in done.stdout + done.stderr
    out = tmp_path / "back.zip"
    told = run("release", "export", entry.release, "--out", str(out), "--home", home, "--json")
    assert json.loads(told.stdout) == {"release": entry.release, "order": "release"}
    apart.put_out(out)
    assert apart.states(entry) == {"current"}
