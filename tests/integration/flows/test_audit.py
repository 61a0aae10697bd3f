"""`mingjing audit` on catalogues that others wrote: whole, resumable, within its gate, and never fooled into silence."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import catalog.wary
from domain.errors import CatalogueRefused, CatalogueUnreachable, HomeInvalid, UsageInvalid
from flows.audit import run
from flows.audit.adopted import BASELINES
from flows.audit.run import Asked, Audited, audit
from flows.cli import build
from flows.home import create_home
from flows.library import read_contract
from intake.connectors import gate as gates
from tests.foreign_ckan import ForeignCkan, endless, foreign_ckan, whole
from tests.personal_data import id18

ROOT = Path(__file__).parents[3]
ID = id18()
LEAK = f"类别,备注\n第一类,无\n第二类,证件{ID}\n".encode()
CLEAN = "类别,金额\n一般公共预算,12\n政府性基金,34\n".encode()
SECRET = "秘密★10年,备注\n1,2\n".encode()


@pytest.fixture
def ckan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForeignCkan]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MINGJING_HOME", raising=False)
    monkeypatch.setattr(catalog.wary.Pace, "wait", lambda _: None)
    with foreign_ckan() as server:
        yield server


def look(ckan: ForeignCkan, **options: Any) -> Audited:
    return audit(Asked(ckan.url, out=Path("out"), **options), {})


def command(*words: str) -> Result:
    return CliRunner().invoke(build(), ["audit", *words])


def only(done: Audited) -> dict[str, Any]:
    (file,) = done.files
    return file


def test_audit_tells_kinds_counts_and_places_and_no_value(ckan: ForeignCkan) -> None:
    ckan.add("budget", {"a.csv": CLEAN, "b.csv": LEAK, "c.pdf": b"%PDF"}, title="预算公开")
    done = command(ckan.url, "--json", "--out", "out")
    told = json.loads(done.stdout)
    assert (told["datasets"], told["read"], told["other_format"], told["unread"]) == (1, 2, 1, 0)
    assert told["cells"] == told["cells_scanned"] == 8
    (found,) = [f for f in told["files"] if f.get("findings")]
    (group,) = [g for g in found["findings"] if g["entity"] == "CN_ID18"]
    assert (found["name"], group["count"], group["places"]) == ("b.csv", 1, ["line 3"])
    page = Path("out/report.html").read_text("utf-8")
    assert "居民身份证号码" in page
    assert "预算公开" in page
    everything = (
        page + done.output + Path("out/report.json").read_text("utf-8") + Path("out/state.jsonl").read_text("utf-8")
    )
    assert not [s for s in (ID, ID[:8], "第二类") if s in everything]
    assert sorted(p.name for p in Path("out").iterdir()) == ["lock", "report.html", "report.json", "state.jsonl"]


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"a.csv": CLEAN}, 0),
        ({"a.csv": SECRET}, 1),
        ({"a.csv": LEAK}, 1),
        ({"a.xlsx": b"no workbook"}, 2),
        ({}, 0),
        ({"a.csv": LEAK, "a.xlsx": b"no workbook"}, 1),
        ({"a.csv": CLEAN, "a.xlsx": b"no workbook"}, 2),
    ],
    ids=["clean", "blocks", "holds", "unread", "empty", "holds and unread", "clean and unread"],
)
def test_exit_status_follows_what_was_found(ckan: ForeignCkan, files: dict[str, bytes], status: int) -> None:
    ckan.add("one", files)
    done = command(ckan.url, "--rate", "50")
    assert done.exit_code == status
    assert ("，没有发现" in done.stderr) == (files == {"a.csv": CLEAN})
    assert ("没有全部读到" in done.stderr or "不能作为" in done.stderr) == ("a.xlsx" in files)
    assert Path(f"audit-127.0.0.1-{ckan.port}/report.html").is_file()


def test_every_page_of_a_large_catalogue_is_read(ckan: ForeignCkan) -> None:
    for number in range(run_page() * 2 + 3):
        ckan.add(f"d{number:03}", {})
    assert look(ckan).summary["datasets"] == run_page() * 2 + 3
    assert not look(ckan).summary["gaps"]


def run_page() -> int:
    from catalog.foreign import PAGE

    return PAGE


def test_killed_audit_goes_on_where_it_was(ckan: ForeignCkan, monkeypatch: pytest.MonkeyPatch) -> None:
    ckan.add("a", {"1.csv": CLEAN, "2.csv": LEAK})
    ckan.add(
        "b",
        {"3.csv": CLEAN},
    )
    ckan.add("c", {"4.csv": SECRET}, stamp=False)

    class Killed(BaseException):
        pass

    real = run.Reader.result

    def dies(reader: Any, dataset: Any, resource: Any) -> Any:
        if resource.name == "4.csv":
            raise Killed
        return real(reader, dataset, resource)

    monkeypatch.setattr(run.Reader, "result", dies)
    with pytest.raises(Killed):
        look(ckan)
    with Path("out/state.jsonl").open("ab") as state:
        state.write(b'{"key": "cut off')
    first = ckan.downloads()
    monkeypatch.setattr(run.Reader, "result", real)
    done = look(ckan)
    assert [p.rpartition("/")[2] for p in first] == ["1.csv", "2.csv", "3.csv"]
    assert [p.rpartition("/")[2] for p in ckan.downloads()[len(first) :]] == ["4.csv"]
    assert (done.summary["read"], done.summary["verdict"], done.exit_status) == (4, "blocks", 1)


def test_sigkill_leaves_no_bytes_behind_the_next_run(ckan: ForeignCkan, tmp_path: Path) -> None:
    ckan.add("a", {"1.csv": LEAK, "2.csv": CLEAN})
    held, release = threading.Event(), threading.Event()
    path = next(p for p in ckan.answers if p.endswith("2.csv"))
    good = ckan.answers[path]

    def hold(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"a,b\n")
        handler.wfile.flush()
        held.set()
        release.wait(60)

    ckan.answers[path] = hold
    words = [sys.executable, "-m", "flows.cli", "audit", ckan.url, "--out", str(tmp_path / "out"), "--rate", "50"]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert held.wait(60)
        process.kill()
    finally:
        process.wait(timeout=30)
        release.set()
    assert (tmp_path / "out/spool").exists()
    ckan.answers[path] = good
    ckan.asked.clear()
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert [p.rpartition("/")[2] for p in ckan.downloads()] == ["2.csv"]
    assert done.returncode in (0, 1)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["lock", "report.html", "report.json", "state.jsonl"]
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    told = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    assert (told["read"], told["unread"]) == (2, 0)


def test_a_second_audit_reads_what_changed_or_says_nothing_of_its_bytes(ckan: ForeignCkan) -> None:
    ckan.add("same", {"1.csv": CLEAN})
    changed = ckan.add("changed", {"2.csv": CLEAN})
    ckan.add("mute", {"3.csv": CLEAN}, stamp=False)
    look(ckan)
    ckan.asked.clear()
    changed["resources"][0]["last_modified"] = "2026-02-02T00:00:00"
    again = look(ckan)
    assert sorted(p.rpartition("/")[2] for p in ckan.downloads()) == ["2.csv", "3.csv"]
    assert again.summary["read"] == 3
    ckan.asked.clear()
    look(ckan, fresh=True)
    assert len(ckan.downloads()) == 3


def test_state_of_another_catalogue_is_refused(ckan: ForeignCkan) -> None:
    look(ckan)
    with foreign_ckan() as other, pytest.raises(UsageInvalid, match="another audit"):
        look(other)


def test_two_audits_in_one_folder_are_refused(ckan: ForeignCkan) -> None:
    from flows.audit.state import keeping

    with (
        keeping(Path("out"), ckan.url, packs="", fresh=False),
        pytest.raises(UsageInvalid, match="another audit works"),
    ):
        look(ckan)


def test_files_on_other_hosts_are_listed_as_not_read(ckan: ForeignCkan) -> None:
    with foreign_ckan() as other:
        other.add("x", {"x.csv": CLEAN})
        ckan.link("far", other.datasets[0]["resources"][0]["url"])
        done = look(ckan)
        assert (only(done)["status"], only(done)["reason"], other.asked) == ("elsewhere", "elsewhere", [])
        assert done.summary["verdict"] == "nothing"
        refused = look(ckan, other_hosts=True)  # loopback, which no other host may have
        assert (only(refused)["status"], only(refused)["reason"], other.asked) == ("unread", "not-allowed", [])


# --- hostile catalogues ---


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://h/a.csv",
        "//h/a.csv",
        "http://",
        "http://[::1",
        "",
        "data:text/csv,a",
        "http://h:99999/a.csv",
    ],
)
def test_addresses_that_are_no_web_addresses_are_not_read(ckan: ForeignCkan, url: str) -> None:
    ckan.link("odd", url)
    assert only(look(ckan, other_hosts=True))["reason"] == "no-web-address"


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/", "http://10.0.0.5/x.csv", "http://127.0.0.2:80/x", "file:///etc/passwd"]
)
@pytest.mark.parametrize("others", [False, True], ids=["own host", "other hosts"])
def test_redirects_to_private_addresses_are_not_followed(
    ckan: ForeignCkan, target: str, others: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates.Gate, "_own_is_private", lambda _: False)  # as if the catalogue were a public one
    ckan.add("led", {"a.csv": CLEAN})
    path = next(p for p in ckan.answers if p.endswith("a.csv"))
    ckan.answers[path] = whole(b"", 302, Location=target)
    file = only(look(ckan, other_hosts=others))
    assert file["status"] in ("unread", "elsewhere")
    assert file["reason"] in (("not-allowed",) if others else ("elsewhere", "not-allowed"))


def test_a_redirecting_api_is_refused(ckan: ForeignCkan) -> None:
    ckan.answers["/api/action/package_search"] = whole(b"", 302, Location="http://169.254.169.254/latest/")
    with pytest.raises(CatalogueRefused, match=r"leads on to http://169\.254\.169\.254/latest/"):
        look(ckan)
    assert ckan.asked == ["/api/action/package_search"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"<html>hello</html>", "text/html"), (b"[]", "application/json"), (b'{"success": true, "result": []}', "application/json"),
     (b'{"success": true, "result": {"count": "many"}}', "application/json"), (b"{", "application/json"), (b"null", "application/json")],
)  # fmt: skip
def test_what_is_no_ckan_is_said_to_be_none(
    ckan: ForeignCkan, body: bytes, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.ckan.Catalogue.wait", lambda *_: None)
    ckan.answers["/api/action/package_search"] = whole(body, Content_Type=kind)
    with pytest.raises((CatalogueRefused, CatalogueUnreachable), match="CKAN"):
        look(ckan)
    assert not Path("out").exists()


def test_an_answer_without_end_is_stopped(ckan: ForeignCkan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.ckan.Catalogue.wait", lambda *_: None)
    monkeypatch.setattr(catalog.wary, "ANSWER_BYTES", 1 << 20)
    ckan.answers["/api/action/package_search"] = endless(b" " * 65536)
    with pytest.raises(CatalogueUnreachable, match="CKAN"):
        look(ckan)


@pytest.mark.parametrize("head", [True, False], ids=["head trickles", "body trickles"])
def test_an_answer_that_trickles_is_stopped(ckan: ForeignCkan, monkeypatch: pytest.MonkeyPatch, head: bool) -> None:
    monkeypatch.setattr("catalog.ckan.Catalogue.wait", lambda *_: None)
    monkeypatch.setattr(catalog.wary, "ANSWER_SECONDS", 0.5)

    def trickle(handler: Any) -> None:
        if not head:
            handler.send_response(200)
            handler.send_header("Content-Length", "1000000")
            handler.end_headers()
        for _ in range(1200):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    ckan.answers["/api/action/package_search"] = trickle
    began = time.monotonic()
    with pytest.raises(CatalogueUnreachable, match="CKAN"):
        look(ckan)
    assert time.monotonic() - began < 20


def test_an_upload_with_an_address_of_no_shape_is_not_read(ckan: ForeignCkan) -> None:
    ckan.link("odd", "http://[::1", url_type="upload")
    assert only(look(ckan))["reason"] == "no-web-address"


def test_a_dataset_too_long_to_read_is_a_gap_and_the_others_are_read(
    ckan: ForeignCkan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog.wary, "ANSWER_BYTES", 1 << 18)
    ckan.add("a", {"1.csv": CLEAN})
    ckan.add("b", {}, notes="x" * (1 << 19))
    ckan.add("c", {"2.csv": CLEAN})
    done = look(ckan)
    assert (done.summary["read"], len(done.summary["gaps"]), done.exit_status) == (2, 1, 2)
    assert done.summary["verdict"] == "unread"


def test_a_catalogue_that_repeats_itself_ends_with_a_gap(ckan: ForeignCkan) -> None:
    page = [{"id": "same", "name": "same", "resources": []}] * 50
    answer = {"success": True, "result": {"count": 120, "results": page}}
    ckan.answers["/api/action/package_search"] = whole(json.dumps(answer).encode(), Content_Type="application/json")
    done = look(ckan)
    assert (done.summary["datasets"], len(done.summary["gaps"]), done.exit_status) == (1, 1, 2)


def test_zip_bomb_is_not_read_and_not_called_clean(ckan: ForeignCkan) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0," * (60 << 20))
    ckan.add("bomb", {"bomb.zip": out.getvalue()})
    done = look(ckan)
    assert (only(done)["status"], only(done)["reason"], done.exit_status) == ("unread", "archive-bomb", 2)


def test_endless_download_stops_at_the_limit(ckan: ForeignCkan) -> None:
    ckan.add("endless", {"a.csv": CLEAN})
    path = next(p for p in ckan.answers if p.endswith("a.csv"))
    ckan.answers[path] = endless(b"a,b\n" * 16384)
    done = look(ckan, max_mb=1)
    assert (only(done)["status"], only(done)["reason"]) == ("unread", "too-large")
    assert not (done.folder / "spool").exists()


@pytest.mark.parametrize("status", [429, 404, 403, 500])
def test_files_that_do_not_arrive_are_unread_and_tried_again(
    ckan: ForeignCkan, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.connectors.http.PAUSES_SECONDS", ())
    ckan.add("gone", {"a.csv": CLEAN})
    path = next(p for p in ckan.answers if p.endswith("a.csv"))
    good = ckan.answers[path]
    ckan.answers[path] = whole(b"no", status)
    assert (only(look(ckan))["reason"], only(look(ckan))["status"]) == ("not-answered", "unread")
    ckan.answers[path] = good
    assert only(look(ckan))["status"] == "read"


def test_robots_are_heeded_and_may_be_overruled(ckan: ForeignCkan) -> None:
    ckan.answers["/robots.txt"] = whole(b"User-agent: *\nDisallow: /dataset/\nCrawl-delay: 0\n")
    ckan.add("kept", {"a.csv": CLEAN})
    done = look(ckan)
    assert (only(done)["reason"], done.exit_status, ckan.downloads()) == ("robots", 2, [])
    assert only(look(ckan, ignore_robots=True, fresh=True))["status"] == "read"


def test_crawl_delay_slows_down(ckan: ForeignCkan, monkeypatch: pytest.MonkeyPatch) -> None:
    slowed: list[float] = []
    monkeypatch.setattr(catalog.wary.Pace, "slow_to", lambda _, seconds: slowed.append(seconds))
    ckan.answers["/robots.txt"] = whole(b"User-agent: *\nCrawl-delay: 600\n")
    look(ckan)
    look(ckan, rate=5.0)
    assert slowed == [run.LONGEST_DELAY]


def test_names_that_steer_a_terminal_are_printed_as_text(ckan: ForeignCkan) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J预\u202e算\u2066\r\n\x9b31m" + f"证件{ID}" + "长" * 5000
    entry = ckan.add("evil", {"a.csv": LEAK}, title=evil)
    entry["resources"][0] |= {"name": evil, "format": "CSV\x1b[31m"}
    entry["organization"] = {"name": evil}
    done = command(ckan.url, "--out", "out", "--rate", "50")
    texts = [done.output, Path("out/report.html").read_text("utf-8"), Path("out/report.json").read_text("utf-8")]
    for text in texts:
        assert not [c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c in "\u202e\u2066"]
        assert ID not in text
        assert len(text) < 60_000
    assert "owned" in texts[1]


@pytest.mark.parametrize(
    "entry",
    [None, 7, [], {}, {"id": None}, {"id": "x", "resources": 5, "tags": 7, "extras": "no", "organization": []},
     {"id": "x", "resources": [None, {"id": {}, "url": 5, "format": [], "hash": {}}], "extras": [1, {"key": None}], "title": "\ud800"}],
)  # fmt: skip
def test_entries_of_any_shape_are_survived(ckan: ForeignCkan, entry: Any) -> None:
    ckan.datasets.append({"id": "0", "name": "good", "resources": []})
    body = json.dumps({"success": True, "result": {"count": 2, "results": [ckan.datasets[0], entry]}}).encode()
    ckan.answers["/api/action/package_search"] = whole(body, Content_Type="application/json")
    done = look(ckan)
    assert done.summary["datasets"] + len(done.summary["gaps"]) == 2


def test_a_name_that_resolves_to_this_machine_is_refused(ckan: ForeignCkan, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1" if host == "rebind.example" else host, *a, **k)
    )
    with pytest.raises(UsageInvalid, match="this machine"):
        audit(Asked(f"http://rebind.example:{ckan.port}", out=Path("out")), {})
    assert ckan.asked == []


# --- adopted catalogues ---


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return create_home(tmp_path / "home").root


def compared(ckan: ForeignCkan, home: Path) -> tuple[int, list[tuple[str, str, str | None]]]:
    done = command(ckan.url, "--adopted", "--json", "--rate", "50", "--home", str(home))
    (told,) = json.loads(done.stdout)
    return done.exit_code, [(c["code"], c["dataset"], c["file"] or c["field"]) for c in told["changes"]]


def adopt(ckan: ForeignCkan, home: Path) -> dict[str, Any]:
    done = command(ckan.url, "--adopt", "--json", "--rate", "50", "--out", "out", "--home", str(home))
    told: dict[str, Any] = json.loads(done.stdout)["adopted"]
    return told


def test_adopting_keeps_hashes_and_drafts_contracts(ckan: ForeignCkan, home: Path) -> None:
    ckan.add(
        "land-2025", {"a.csv": LEAK, "a.pdf": b"%PDF-1.7"}, organization={"name": "natural-resources"}, title="征地"
    )
    ckan.add("0-list", {"b.csv": CLEAN})
    told = adopt(ckan, home)
    assert (told["datasets"], told["files"], told["drafts"], told["changes"]) == (2, 3, 2, [])
    folder = Path(told["folder"])
    kept = BASELINES.validate_json((folder / "baseline.json").read_bytes())
    assert {f.name: f.sha256 for d in kept.datasets for f in d.files} == {
        name: hashlib.sha256(body).hexdigest()
        for name, body in (("a.csv", LEAK), ("a.pdf", b"%PDF-1.7"), ("b.csv", CLEAN))
    }
    drafts = sorted(folder.glob("drafts/*/*.yaml"))
    for path in drafts:
        contract = read_contract(path)
        assert contract.id == f"{path.parent.name}.{path.stem}"
        assert contract.disclosure.value == "withheld"
        assert ID not in path.read_text("utf-8")
    assert drafts[-1] == folder / "drafts/natural_resources/land_2025.yaml"
    assert compared(ckan, home) == (0, [])


def test_comparing_names_what_changed_since(ckan: ForeignCkan, home: Path) -> None:
    names = ("bytes", "hidden", "edited", "fewer", "refused", "same")
    made = {name: ckan.add(name, dict.fromkeys(("1.csv", "2.csv")[: 1 + (name == "fewer")], CLEAN)) for name in names}
    adopt(ckan, home)
    path = "/dataset/{0}/resource/{0}-r0/download/1.csv"
    ckan.answers[path.format("bytes")] = whole(LEAK)  # the entry says nothing of it
    ckan.datasets.remove(made["hidden"])
    made["edited"] |= {"title": "改名", "notes": "new", "extras": [{"key": "a", "value": "b"}]}
    made["fewer"]["resources"].pop()
    ckan.answers[path.format("refused")] = whole(b"", 404)
    ckan.add("new", {"9.csv": CLEAN})
    made["same"]["resources"].append({"id": "more", "name": "3.csv", "url": f"{ckan.url}/3.csv", "format": "CSV"})
    status, changes = compared(ckan, home)
    assert status == 1
    assert sorted(changes, key=str) == sorted(
        [
            ("adopted-bytes-differ", "bytes", "1.csv"), ("adopted-missing", "hidden", None), ("adopted-edited", "edited", "title"),
            ("adopted-edited", "edited", "notes"), ("adopted-edited", "edited", "extras"), ("adopted-file-missing", "fewer", "2.csv"),
            ("adopted-file-refused", "refused", "1.csv"), ("adopted-new", "new", None), ("adopted-file-new", "same", "3.csv"),
        ], key=str,
    )  # fmt: skip
    again = adopt(ckan, home)
    assert len(again["changes"]) == 9
    assert compared(ckan, home) == (0, [])


def test_a_file_that_does_not_arrive_now_is_unseen_and_no_change(
    ckan: ForeignCkan, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.connectors.http.PAUSES_SECONDS", ())
    ckan.add("slow", {"1.csv": CLEAN})
    adopt(ckan, home)
    path = next(p for p in ckan.answers if p.endswith("1.csv"))
    ckan.answers[path] = whole(b"", 503)
    assert compared(ckan, home) == (2, [])


def test_a_killed_adoption_goes_on_with_bytes_of_its_own_run(
    ckan: ForeignCkan, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ckan.add("a", {"1.csv": CLEAN, "2.csv": CLEAN})
    look(ckan)  # an audit long ago, whose results hold by what the entry says
    real = run.Reader.result

    def dies(reader: Any, dataset: Any, resource: Any) -> Any:
        if resource.name == "2.csv":
            raise KeyboardInterrupt
        return real(reader, dataset, resource)

    ckan.asked.clear()
    monkeypatch.setattr(run.Reader, "result", dies)
    with pytest.raises(KeyboardInterrupt):
        audit(Asked(ckan.url, home, out=Path("out")), {}, adopt=True)
    assert not list(home.glob("adopted/*/baseline.json"))
    monkeypatch.setattr(run.Reader, "result", real)
    assert adopt(ckan, home)["files"] == 2
    assert [p.rpartition("/")[2] for p in ckan.downloads()] == ["1.csv", "2.csv"]


def test_adopting_needs_an_installation(ckan: ForeignCkan, tmp_path: Path) -> None:
    with pytest.raises(HomeInvalid):
        audit(Asked(ckan.url, tmp_path / "none"), {}, adopt=True)
    assert ckan.asked == []


# --- entries ---


def test_entries_are_scanned_like_files_and_told_by_place(ckan: ForeignCkan) -> None:
    entry = ckan.add(
        "leaky", {"a.csv": CLEAN, "b.csv": CLEAN}, title="预算公开", notes=f"联系人证件{ID}，\n第二行",
        tags=[{"name": "预算"}, {"name": f"证{ID}"}],
        extras=[{"key": "来源", "value": "财政局"}, {"key": "经办", "value": f"证件号{ID}"}],
    )  # fmt: skip
    entry["resources"][1]["description"] = f"含{ID}和{id18(serial='125')}"
    entry["resources"][0]["name"] = "秘密★10年"
    ckan.add("sound", {"c.csv": CLEAN}, title="决算公开", notes="一般公共预算")
    done = command(ckan.url, "--json", "--out", "out")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    entries = told["entries"]
    assert entries["complete"]
    assert entries["texts"] == 11 + 3
    (found,) = entries["found"]
    assert (found["dataset"], found["title"], found["severity"]) == ("leaky", "预算公开", "block")
    (ids,) = [g for g in found["findings"] if g["entity"] == "CN_ID18"]
    assert ids["places"] == ["notes", "tags[1]", "extras[1].value", "resources[1].description"]
    assert ids["count"] == 5
    (mark,) = [g for g in found["findings"] if g["severity"] == "block"]
    assert mark["places"] == ["resources[0].name"]
    assert told["verdict"] == "blocks"
    page = Path("out/report.html").read_text("utf-8")
    assert "resources[1].description" in page
    everything = page + done.output + "".join(p.read_text("utf-8") for p in Path("out").glob("*.json*"))
    assert not [s for s in (ID, ID[:8], "第二行", "财政局") if s in everything]
    assert sorted(p.name for p in Path("out").iterdir()) == ["lock", "report.html", "report.json", "state.jsonl"]


def test_structured_and_hostile_entries_are_read_whole_or_said_not_to_be(ckan: ForeignCkan) -> None:
    ckan.add(
        "odd", {}, title={"zh": "甲"}, notes=7, notes_translated={"zh": f"证件{ID}", "en": ["x", None]},
        tags="no list", extras=[{"key": f"k{ID}", "value": {"a": f"证件{ID}"}}, "no dict"],
    )  # fmt: skip
    ckan.add("surrogate", {}, notes="\ud800证件" + ID, title="长" * 50_000 + ID)
    done = look(ckan)
    by_name = {e["dataset"]: e for e in done.summary["entries"]["found"]}
    places = {p for g in by_name["odd"]["findings"] if g["entity"] == "CN_ID18" for p in g["places"]}
    assert places == {"notes_translated[0]", "extras[0].key", "extras[0].value[0]"}
    places = {p for g in by_name["surrogate"]["findings"] if g["entity"] == "CN_ID18" for p in g["places"]}
    assert places == {"notes", "title"}
    assert done.exit_status == 1


def test_entries_that_cannot_be_scanned_are_not_clean(ckan: ForeignCkan, monkeypatch: pytest.MonkeyPatch) -> None:
    from domain.errors import SourceUnreadable
    from flows.audit.entries import Entries

    def unread(self: Entries, home: Path | None) -> Any:
        raise SourceUnreadable("cut off")

    monkeypatch.setattr(Entries, "_hits", unread)
    ckan.add("one", {"a.csv": CLEAN}, notes="说明")
    done = look(ckan)
    assert not done.summary["entries"]["complete"]
    assert (done.summary["verdict"], done.exit_status) == ("unread", 2)
