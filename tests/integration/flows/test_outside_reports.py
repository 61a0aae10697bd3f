"""What the public reports in the publishing side's embedded catalogue is carried inside and opens a case there, once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from domain.errors import ContentChanged, PackageInvalid
from flows.catalogue import embedded_url
from flows.outside.register import Entry, State, named
from flows.outside.reported import fetch_reports, forget_carried
from flows.outside.serve import Duties
from flows.platform import open_platform
from review.carried import Kind, write_message
from tests.apart import Apart, apart_networks
from tests.cities import run
from tests.made_platform import ledger_lines

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
VISITORS = count(2)  # the last byte of a loopback address


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with apart_networks(tmp_path_factory.mktemp("reports")) as both:
        yield both


def at(apart: Apart) -> datetime:
    return datetime.now(ZoneInfo(apart.here.timezone))


def packages(apart: Apart) -> set[Path]:
    return set((apart.here.root / "receipts").glob("reported-*"))


PERSON = "演示：第3行有人名张示例，电话13900000001 <script>alert(1)</script>"


def report(apart: Apart, entry: Entry, kind: str = "leak", text: str = PERSON) -> None:
    send(apart, entry.dataset.replace(".", "-"), kind, text)


def send(apart: Apart, name: str, kind: str, text: str) -> None:
    """As a visitor of an address of their own: one address may report five times an hour."""
    url = f"{embedded_url(apart.catalogue)}/dataset/{name}/report"
    door = httpx.HTTPTransport(local_address=f"127.0.0.{next(VISITORS)}", trust_env=False)
    with httpx.Client(transport=door) as visitor:
        assert visitor.post(url, data={"kind": kind, "text": text}).status_code == 200


def waiting(apart: Apart) -> list[dict[str, Any]]:
    return list(apart.act("mingjing_report_list", {}))


def test_report_sent_outside_is_carried_inside_and_opens_one_case_with_a_clock(apart: Apart, tmp_path: Path) -> None:
    from review import cases
    from review.ledger import verify
    from review.models import LedgerEntry

    entry, _, _ = apart.published("reported", tmp_path)  # its own receipt isn't carried
    report(apart, entry)
    report(apart, entry, "error", "第二列合计不对")
    made = fetch_reports(apart.here, at(apart))
    assert made
    assert made["reports"] == 2
    assert waiting(apart) == []
    assert fetch_reports(apart.here, at(apart)) is None
    path = Path(made["receipt"])
    assert path.stat().st_mode & 0o077 == 0
    told = [apart.accept(path) for _ in range(2)]  # the same package twice
    assert told[0] == told[1]
    assert {row["status"] for row in told[0]} == {"published"}
    found = {c.public_id: c for c in cases.of_release(entry.release)}
    assert set(found) == {row["case"] for row in told[0]}
    leak, error = sorted(found.values(), key=lambda c: not c.is_urgent)
    assert (leak.kind, leak.status, leak.is_urgent, leak.text) == ("report", "open", True, PERSON)
    assert (error.is_urgent, error.text) == (False, "第二列合计不对")
    assert open_platform(apart.made.home.root).today() < leak.due_on < error.due_on
    assert len(ledger_lines(entry.release, "case-opened")) == 2
    written = " ".join(LedgerEntry.objects.values_list("body", flat=True))
    assert not [w for w in ("张示例", "13900000001", "合计不对") if w in written]
    assert "张示例" not in json.dumps(told, ensure_ascii=False)
    assert verify().ok


def test_report_fetched_twice_by_a_crash_opens_one_case(apart: Apart, tmp_path: Path) -> None:
    """The package is on disk, the catalogue hasn't forgotten yet."""
    from catalog.ckan import Catalogue
    from review import cases

    entry, _, _ = apart.published("twice", tmp_path)
    report(apart, entry)
    before_it = packages(apart)

    def dies(self: Catalogue, action: str, *args: Any, **how: Any) -> Any:
        if action == "mingjing_report_delete":
            raise KeyboardInterrupt
        return before(self, action, *args, **how)

    before = Catalogue.act
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Catalogue, "act", dies)
        with pytest.raises(KeyboardInterrupt):
            fetch_reports(apart.here, at(apart))
    [first] = packages(apart) - before_it
    second = fetch_reports(apart.here, at(apart))
    assert second
    apart.accept(second["receipt"])
    apart.accept(first)
    assert len(cases.of_release(entry.release)) == 1


def test_words_of_the_public_are_held_to_their_size_and_form(apart: Apart, tmp_path: Path) -> None:
    from review import cases
    from review.texts import LONGEST

    entry, _, _ = apart.published("sized", tmp_path)
    said = {
        "id": "0" * 16, "kind": "leak", "text": PERSON + "长" * 9_000, "release": entry.release,
        "release_hash": entry.release_hash, "receipt": entry.receipt, "turn": 0,
    }  # fmt: skip
    path = tmp_path / "long.receipt"
    write_message(apart.here.root, path, Kind.REPORTED, {"reports": [said]})
    apart.accept(path)
    [case] = cases.of_release(entry.release)
    assert len(case.text) == LONGEST
    for wrong in ({"id": "../x"}, {"kind": "praise"}, {"text": 7}, {"release_hash": "0" * 64}):
        write_message(apart.here.root, path, Kind.REPORTED, {"reports": [{**said, "id": "1" * 16, **wrong}]})
        with pytest.raises((PackageInvalid, ContentChanged)):
            apart.accept(path)
    assert len(cases.of_release(entry.release)) == 1


def test_service_and_command_fetch_and_old_packages_are_removed(
    apart: Apart, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    entry, _, _ = apart.published("served", tmp_path)
    report(apart, entry)
    before = packages(apart)
    Duties(apart.here).once(at(apart).replace(hour=1))
    assert waiting(apart) == []
    report(apart, entry, "error", "列名有误")
    done = run("outside", "reports", "--home", str(apart.here.root), "--json")
    assert json.loads(done.stdout)["reports"] == 1
    assert "列名有误" not in done.stdout + done.stderr
    assert waiting(apart) == []
    assert "张示例" not in "".join(capfd.readouterr())
    assert len(packages(apart) - before) == 2
    kept, now = len(packages(apart)), at(apart)
    assert forget_carried(apart.here, now + timedelta(days=apart.here.quarantine_days - 1)) == 0
    assert forget_carried(apart.here, now + timedelta(days=apart.here.quarantine_days + 2)) == kept
    assert packages(apart) == set()
    assert named(apart.here, entry.release).state is State.PUBLISHED


def test_report_about_what_was_not_published_from_here_stays_where_it_is(apart: Apart, tmp_path: Path) -> None:
    entry, _, _ = apart.published("ours", tmp_path)
    apart.act("package_create", {"name": "others", "title": "其他", "owner_org": "finance-bureau"})
    send(apart, "others", "error", "不是这里的")
    assert fetch_reports(apart.here, at(apart)) is None
    report(apart, entry)
    made = fetch_reports(apart.here, at(apart))
    assert made
    assert made["reports"] == 1
    assert [r["text"] for r in waiting(apart)] == ["不是这里的"]
    pile = [
        (f"{n:016x}", "nobody-s", "leak", "旧", "2020-01-01T00:00:00") for n in range(250)
    ]  # and more than two pages
    with sqlite3.connect(apart.catalogue.catalogue / "catalogue.sqlite") as database:
        database.executemany("INSERT INTO report (id, package, kind, text, at) VALUES (?, ?, ?, ?, ?)", pile)
    try:
        report(apart, entry)
        made = fetch_reports(apart.here, at(apart))
        assert made
        assert made["reports"] == 1
    finally:
        with sqlite3.connect(apart.catalogue.catalogue / "catalogue.sqlite") as database:
            database.execute("DELETE FROM report WHERE package = 'nobody-s'")
