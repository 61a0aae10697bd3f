"""The publishing side by itself: it takes down what is due, obeys a person whose key is pinned there, survives crashes,
inspects; and the ledger inside learns of all of it from receipts, in whatever order they arrive.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.errors import ContentChanged, PackageInvalid, SignatureRefused, TransitionRefused, UsageInvalid
from flows.carried import export_order, publish_package
from flows.catalogue import embedded_url, token_file
from flows.outside import duties
from flows.outside.register import Entry, State, entry_of, named
from flows.outside.serve import Duties
from tests.apart import Apart, apart_networks
from tests.catalogue_release import ROWS
from tests.cities import ROOT, run
from tests.made_platform import ledger_lines
from tests.review_desk import PASSWORD
from tests.servers import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
DAYS = 15
PASSPHRASE = "correct horse battery"


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with apart_networks(tmp_path_factory.mktemp("apart")) as both:
        yield both


def day_after(entry: Entry) -> date:
    return date.fromisoformat(entry.began_on[:10]) + timedelta(days=1)


def day_of(entry: Entry) -> date:
    assert entry.until
    return date.fromisoformat(entry.until)


def outside(apart: Apart, *words: str, stdin: str = "", ok: int = 0) -> subprocess.CompletedProcess[str]:
    done = run("outside", *words, stdin=stdin, env={"MINGJING_HOME": str(apart.here.root)})
    assert done.returncode == ok, done.stderr
    return done


# --- time ---


def test_due_edition_comes_down_and_its_receipt_alone_tells_the_ledger(apart: Apart, tmp_path: Path) -> None:
    from review import queries
    from review.ledger import verify

    entry, _, package = apart.published("due", tmp_path, publication_days=DAYS)
    staying, _, _ = apart.published("stays", tmp_path)
    day = day_of(entry)
    assert duties.due(apart.here, day - timedelta(days=1)) == ([], [])
    assert apart.statuses(entry) == {200}

    [done], refused = duties.due(apart.here, day)
    assert (done["release"], done["state"], refused) == (entry.release, "expired", [])
    assert all(row["gone"] for row in done["proof"])
    assert apart.states(entry) == {"withdrawn"}
    assert 200 not in apart.statuses(entry)
    assert apart.statuses(staying) == {200}
    assert duties.due(apart.here, day) == ([], [])
    with pytest.raises(TransitionRefused, match="was withdrawn here"):
        publish_package(apart.here.root, package, tmp_path / "again")

    for _ in range(2):  # a receipt may come twice
        assert apart.accept(done["receipt"]) == [{"release": entry.release, "status": "withdrawn"}]
    told = [e["event"] for e in queries.timeline(entry.release)][-3:]
    assert told == ["published", "expired", "taken-down"]
    assert ledger_lines(entry.release, "expired")[0]["data"]["until"] == day.isoformat()
    assert queries.show(entry.release)["takedown"]["addresses"] == done["proof"]
    assert verify().ok


def test_receipt_before_its_day_or_of_other_days_is_refused(apart: Apart, tmp_path: Path) -> None:
    from review.carried import Kind, write_message

    entry, _, _ = apart.published("early", tmp_path, publication_days=900)
    body: dict[str, Any] = {
        "release": entry.release, "release_hash": entry.release_hash, "receipt": entry.receipt, "days": 900,
        "order": {"reason": "", "today": (day_of(entry) - timedelta(days=1)).isoformat()}, "proof": [], "turn": 0,
    }  # fmt: skip
    early, other = tmp_path / "early.receipt", tmp_path / "other.receipt"
    write_message(apart.here.root, early, Kind.EXPIRED, body)
    write_message(apart.here.root, other, Kind.EXPIRED, {**body, "days": 1})
    with pytest.raises(TransitionRefused, match="stays public until"):
        apart.accept(early)
    with pytest.raises(ContentChanged, match="other days"):
        apart.accept(other)


DIE_AT = """
import os, signal, sys
from datetime import date
from pathlib import Path
import catalog.ckan

class Dying(catalog.ckan.Session):
    def send(self, request, **how):
        if sys.argv[1] in request.path_url:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().send(request, **how)

catalog.ckan.Catalogue.__init__.__kwdefaults__["session"] = Dying
here = Path(sys.argv[2])
if sys.argv[3] == "due":
    from flows.outside import duties
    from flows.outside.register import publisher
    duties.due(publisher(here), date.fromisoformat(sys.argv[4]))
else:
    from flows.carried import publish_package
    publish_package(here, Path(sys.argv[4]), Path(sys.argv[5]))
"""


def killed(at: str, *words: str) -> None:
    done = subprocess.run([sys.executable, "-c", DIE_AT, at, *words], cwd=ROOT, env={**os.environ}, check=False)
    assert done.returncode == -9


@pytest.mark.parametrize("at", ["package_revise", "/download"], ids=["before-the-bytes-go", "before-the-proof"])
def test_killed_between_order_and_proof_is_finished_by_the_next_look(apart: Apart, tmp_path: Path, at: str) -> None:
    entry, _, _ = apart.published(f"killed{len(at)}", tmp_path, publication_days=DAYS)
    day = day_of(entry)
    killed(at, str(apart.here.root), "due", day.isoformat())
    assert named(apart.here, entry.release).is_unproven
    [done], refused = duties.due(apart.here, day)
    assert (done["release"], refused) == (entry.release, [])
    assert apart.states(entry) == {"withdrawn"}
    assert apart.accept(done["receipt"])[0]["status"] == "withdrawn"


# --- a publication that died ---


@pytest.mark.parametrize("is_changed", [False, True], ids=["equal", "changed-meanwhile"])
def test_killed_before_the_read_back_is_settled_first_of_all(apart: Apart, tmp_path: Path, is_changed: bool) -> None:
    name = f"settled{int(is_changed)}"
    old, _, _ = apart.published(name, tmp_path, period="2024", publication_days=900)
    rows = [{**row, "region": f"{name}-{n}"} for n, row in enumerate(ROWS)]
    release, new = apart.made.approved(name, tmp_path, period="2025", rows=rows, publication_days=900)
    package, receipt = tmp_path / "package", tmp_path / "receipt"
    export_order(apart.made.home.root, release, package)
    killed("/download", str(apart.here.root), "publish", str(package), str(receipt))
    entry = entry_of(apart.here, new.manifest.release_hash)
    assert entry
    assert (entry.state, apart.states(entry)) == (State.PUBLISHING, {"current"})
    if is_changed:
        [csv] = [new.store.read(a.sha256) for a in new.manifest.exports if a.name.endswith(".csv")]
        [kept] = [p for p in apart.catalogue.catalogue.rglob("*") if p.is_file() and p.read_bytes() == csv]
        kept.chmod(0o600)
        kept.write_bytes(csv.replace(f"{name}-0".encode(), f"{name}-9".encode()))
    told: list[str] = []
    began = time.monotonic()
    told += [str(fault) for fault in duties.settle(apart.here)]
    assert time.monotonic() - began < 60
    assert apart.states(entry) == (set() if is_changed else {"current"})
    assert len(told) == int(is_changed)
    assert apart.statuses(old) == {200}
    assert duties.due(apart.here, date.fromisoformat(entry.began_on[:10]))[0] == []
    publish_package(apart.here.root, package, receipt)
    assert named(apart.here, release).state is State.PUBLISHED
    assert duties.settle(apart.here) == []


# --- a person ---


@pytest.fixture(scope="module")
def person(apart: Apart, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key file of somebody who may take editions down outside, pinned by command."""
    path = tmp_path_factory.mktemp("stick") / "duty.pem"
    public = outside(apart, "key", "--out", str(path), "--password-stdin", stdin=PASSPHRASE + "\n").stdout.strip()
    outside(apart, "person", "duty_officer", public)
    assert path.stat().st_mode & 0o077 == 0
    return path


@pytest.fixture(scope="module")
def page(apart: Apart) -> Iterator[str]:
    """The served hide page."""
    port = free_port()
    environ = {**os.environ, "MINGJING_HOME": str(apart.here.root)}
    command = [sys.executable, "-m", "flows.cli", "outside", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None
        assert time.monotonic() < deadline
        try:
            httpx.get(url, trust_env=False)
            break
        except httpx.ConnectError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(timeout=30)


def send(
    page: str, entry: Entry, pem: bytes, passphrase: str, reason: str = "演示：发现应当遮盖的内容"
) -> httpx.Response:
    form = {"release": entry.release, "reason": reason, "passphrase": passphrase}
    return httpx.post(f"{page}/hide?lang=en", data=form, files={"key": pem}, trust_env=False, timeout=60)


def test_person_takes_an_edition_down_on_the_page_and_the_ledger_tells_who_and_why(
    apart: Apart, tmp_path: Path, person: Path, page: str
) -> None:
    from review import queries
    from review.hiding import pinned_persons
    from review.keys import new_person_key

    entry, ready, package = apart.published("leaking", tmp_path)
    shown = httpx.get(page, trust_env=False)
    assert ready.contract.title.zh in shown.text
    assert entry.release in shown.text
    assert "script" not in shown.headers["content-security-policy"].replace("default-src 'none'", "")
    stranger, _ = new_person_key(PASSPHRASE)
    refused = [
        send(page, entry, person.read_bytes(), "another passphrase"),
        send(page, entry, stranger, PASSPHRASE),
        send(page, entry, b"", PASSPHRASE),
        send(page, entry, person.read_bytes(), PASSPHRASE, reason=" "),
        send(page, entry, b"x" * (80 << 10), PASSPHRASE),
    ]
    assert [answer.status_code for answer in refused] == [400] * 5
    assert all("Not taken down" in answer.text and PASSPHRASE not in answer.text for answer in refused)
    assert httpx.get(page, headers={"Host": "evil.example"}, trust_env=False).status_code == 400
    assert apart.statuses(entry) == {200}

    done = send(page, entry, person.read_bytes(), PASSPHRASE)
    assert done.status_code == 200
    assert f"{entry.release} is down" in done.text
    assert 200 not in apart.statuses(entry)
    assert apart.states(entry) == {"withdrawn"}
    with pytest.raises(TransitionRefused):
        publish_package(apart.here.root, package, tmp_path / "again")

    [receipt] = (apart.here.root / "receipts").glob(f"{entry.release}-hidden-*")
    for _ in range(2):
        assert apart.accept(receipt)[0]["status"] == "withdrawn"
    [line] = ledger_lines(entry.release, "hidden")
    [(key, name)] = pinned_persons(apart.here.root).items()
    assert (line["data"]["person"], line["data"]["key"]) == (name, key) == ("duty_officer", key)
    record = queries.show(entry.release)
    assert record["reason"] == "演示：发现应当遮盖的内容"
    assert all(row["gone"] for row in record["takedown"]["addresses"])


def test_order_that_somebody_changed_on_the_way_is_refused(apart: Apart, tmp_path: Path, person: Path) -> None:
    from review.carried import Kind, write_message

    entry, _, _ = apart.published("forged", tmp_path)
    words = ("hide", entry.release, "--key", str(person), "--reason", "演示", "--password-stdin", "--json")
    done = json.loads(outside(apart, *words, stdin=PASSPHRASE + "\n").stdout)
    now = named(apart.here, entry.release)
    assert 200 not in apart.statuses(entry)
    signed = now.order["signed"]
    forged = {**signed, "order": {**signed["order"], "person": "somebody_else"}}
    body = {
        "release": now.release, "release_hash": now.release_hash, "receipt": now.receipt, "days": None,
        "order": {**now.order, "signed": forged}, "proof": now.proof, "turn": now.turn,
    }  # fmt: skip
    write_message(apart.here.root, tmp_path / "forged.receipt", Kind.HIDDEN, body)
    with pytest.raises(PackageInvalid, match="isn't signed"):
        apart.accept(tmp_path / "forged.receipt")
    assert ledger_lines(entry.release, "hidden") == []
    apart.accept(done["receipt"])
    assert len(ledger_lines(entry.release, "hidden")) == 1


def test_edition_hidden_before_its_publication_ended_is_withdrawn_inside_too(
    apart: Apart, tmp_path: Path, person: Path
) -> None:
    from review import queries

    release, ready = apart.made.approved("unfinished", tmp_path)
    package, receipt = tmp_path / "package", tmp_path / "receipt"
    export_order(apart.made.home.root, release, package)
    killed("/download", str(apart.here.root), "publish", str(package), str(receipt))
    entry = entry_of(apart.here, ready.manifest.release_hash)
    assert entry
    assert (entry.state, entry.receipt) == (State.PUBLISHING, None)
    done = duties.hide(apart.here, entry, person.read_bytes(), PASSPHRASE, "演示")
    assert apart.accept(done["receipt"])[0]["status"] == "withdrawn"
    assert [e["event"] for e in queries.timeline(release)][-2:] == ["hidden", "taken-down"]
    with pytest.raises(TransitionRefused):
        publish_package(apart.here.root, package, receipt)


def test_person_whose_key_was_removed_takes_nothing_down(apart: Apart, tmp_path: Path) -> None:
    entry, _, _ = apart.published("removed_key", tmp_path)
    path = tmp_path / "former.pem"
    public = outside(apart, "key", "--out", str(path), "--password-stdin", stdin=PASSPHRASE + "\n").stdout.strip()
    outside(apart, "person", "former", public)
    outside(apart, "person", "former", "--remove")
    with pytest.raises(SignatureRefused, match="isn't pinned"):
        duties.hide(apart.here, entry, path.read_bytes(), PASSPHRASE, "演示")
    assert apart.statuses(entry) == {200}


def test_page_is_served_on_loopback_alone(apart: Apart) -> None:
    from flows.outside.serve import serve

    with pytest.raises(UsageInvalid, match="alone"):
        serve(apart.here, host="0.0.0.0", port=1)


# --- inspection ---


def test_inspection_outside_comes_back_as_a_direct_one_would(apart: Apart, tmp_path: Path) -> None:
    from review import queries
    from review.cases import of_release

    sound, _, _ = apart.published("inspected_sound", tmp_path)
    edited, ready, _ = apart.published("inspected_edited", tmp_path)
    url = f"{embedded_url(apart.catalogue)}/api/3/action/package_patch"
    head = {"Authorization": token_file(apart.catalogue).read_text("utf-8")}
    changed = {"id": ready.contract.slug, "title": "手工改动"}
    assert httpx.post(url, json=changed, headers=head, trust_env=False).status_code == 200

    notes: list[Exception] = []
    made = duties.inspect_all(apart.here, lambda fault, work: notes.append(fault))
    assert made
    assert notes == []
    for _ in range(2):
        told = {row["release"]: row["ok"] for row in apart.accept(made["receipt"])}
    assert (told[sound.release], told[edited.release]) == (True, False)
    for entry, ok in ((sound, True), (edited, False)):
        [line] = ledger_lines(entry.release, "inspected")
        assert line["data"]["ok"] is ok
    [finding] = queries.show(edited.release)["inspection"]["findings"]
    assert (finding["code"], finding["places"][0]["column"]) == ("catalogue-edited", "title")
    [case] = of_release(edited.release)
    assert (case.kind, case.status, [f["code"] for f in case.findings]) == ("inspection", "open", ["catalogue-edited"])
    assert of_release(sound.release) == []


def test_changed_bytes_are_off_at_once_outside_and_ordered_off_inside(apart: Apart, tmp_path: Path) -> None:
    """The platform's order follows; a second person may reverse it like any other."""
    from review import queries
    from review.cases import of_release

    entry, _, _ = apart.published("inspected_bytes", tmp_path)
    assert entry.receipt is not None
    url = f"{embedded_url(apart.catalogue)}/api/3/action/resource_patch"
    head = {"Authorization": token_file(apart.catalogue).read_text("utf-8")}
    resource = {"id": entry.receipt["resources"][0]["id"]}
    other = {"upload": ("other.csv", b"a,b\n1,2\n", "text/csv")}
    assert httpx.post(url, data=resource, files=other, headers=head, trust_env=False).status_code == 200
    made = duties.inspect_entries(apart.here, [entry], lambda fault, work: None)
    assert made
    assert (apart.states(entry), 200 in apart.statuses(entry)) == ({"withdrawn"}, False)
    told = {row["release"]: row for row in apart.accept(made["receipt"])}
    [case] = of_release(entry.release)
    assert (told[entry.release]["case"], told[entry.release]["hidden"]) == (case.public_id, True)
    [line] = ledger_lines(entry.release, "withdrawn")
    assert (line["actor"], line["data"]["rule"]) == ("system", "inspection")
    record = queries.show(entry.release)
    assert (record["status"], record["takedown"]) == ("withdrawn", None)
    now = named(apart.here, entry.release)
    assert (now.state, record["reason"]) == (State.SUSPENDED, now.order["reason"])
    order = apart.order(entry.release, tmp_path)
    assert apart.accept(apart.take_down(order))[0]["status"] == "withdrawn"
    assert queries.show(entry.release)["takedown"]["addresses"]
    from review import desk

    desk.reverse_withdrawal(entry.release, "conf", PASSWORD, "查无差错")
    assert apart.accept(apart.put_out(apart.order(entry.release, tmp_path, "back")))[0]["status"] == "published"
    assert (apart.states(entry), apart.statuses(named(apart.here, entry.release))) == ({"current"}, {200})


def test_what_an_inspection_orders_down_is_down_though_the_first_try_failed(
    apart: Apart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from domain.errors import CatalogueUnreachable
    from flows import copies

    entry, _, package = apart.published("suspended_later", tmp_path)
    assert entry.receipt is not None
    resource = entry.receipt["resources"][0]["id"]
    apart.act("resource_patch", {"id": resource}, upload=("other.csv", b"a,b\n1,2\n", "text/csv"))
    before, told = copies.remove_copies, list[str]()

    def away(*_how: Any) -> Any:
        raise CatalogueUnreachable("gone for a while")

    monkeypatch.setattr(copies, "remove_copies", away)
    assert duties.inspect_entries(apart.here, [entry], lambda fault, work: told.append(work))
    monkeypatch.setattr(copies, "remove_copies", before)
    assert told == [f"take down {entry.release}"]
    assert named(apart.here, entry.release).is_unproven
    [done], refused = duties.due(apart.here, day_after(entry))
    assert (done["state"], done["receipt"], refused) == ("suspended", None, [])
    assert 200 not in apart.statuses(entry)
    with pytest.raises(TransitionRefused, match="was withdrawn here"):
        publish_package(apart.here.root, package, tmp_path / "again")


def test_duties_do_all_of_it_unasked(apart: Apart, tmp_path: Path) -> None:
    entry, _, _ = apart.published("unasked", tmp_path, publication_days=DAYS)
    before = set((apart.here.root / "receipts").glob("inspection-*"))
    hour = {"hour": 3, "minute": 0}
    Duties(apart.here).once(datetime.fromisoformat(f"{day_of(entry)}T00:00:00+08:00").replace(**hour))  # type: ignore[arg-type]
    assert apart.states(entry) == {"withdrawn"}
    assert named(apart.here, entry.release).state is State.EXPIRED
    assert set((apart.here.root / "receipts").glob("inspection-*")) - before
