"""A bundle proves its release offline under the pinned key, and nothing that was touched is ever verified."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest

from domain.errors import ArtefactMissing, EvidenceInvalid, LedgerBroken, ReleaseNotFound
from domain.pack import Pack, Packs
from tests.review_desk import (
    PASSWORD,
    STORE,
    MemoryStore,
    cheap_passwords,
    checked,
    decide,
    make_contract,
    published,
    receipt,
    receive,
    submitted,
)

ROOT = Path(__file__).resolve().parents[3]


def bundle(home: Path, release: str | None = None, name: str = "e.zip", **how: Any) -> tuple[Path, str]:
    from review import keys
    from review.evidence.export import export

    return export(release or published(), STORE, home / name, **how), keys.public_key(home)


def test_export_and_verify(home: Path) -> None:
    from review.evidence.verify import verify

    release = published()
    other = receive(period="2030", run_key="other")
    out, public = bundle(home, release)
    found = verify(out, public)
    assert found.status == "published"
    assert found.decided_by == {"section": "sec", "confidentiality": "conf", "legal": "law", "chief": "chief"}
    with zipfile.ZipFile(out) as archive:
        names = set(archive.namelist())
        everything = b"".join(archive.read(n) for n in names)
        page = archive.read("审查登记表.html").decode()
    assert {
        "manifest.json",
        "contract.json",
        "findings.json",
        "coverage.json",
        "decisions.json",
        "ledger.json",
    } <= names
    assert other.encode() not in everything
    assert b"stranger" not in everything
    assert PASSWORD.encode() not in everything
    for text in (release, "政府债务限额", "保密审查机构意见", "CN_ID18 3 处", "误报", "CONF"):
        assert text in page


def printed(pdf: bytes) -> str:
    """The words of a PDF, its lines joined."""
    pages = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in pages).replace("\r", "").replace("\n", "")


def test_register_on_paper_says_what_the_page_says_in_a_font_of_its_own(home: Path) -> None:
    from review.evidence.bundle import read_zip

    release = published()
    files = read_zip(bundle(home, release)[0])
    paper = pypdfium2.PdfDocument(files["审查登记表.pdf"])
    words = printed(files["审查登记表.pdf"])
    told = re.findall(r"<t[dh][^>]*>([^<]+)<", files["审查登记表.html"].decode())
    assert [text for text in told if unescape(text).replace("\n", "") not in words] == []
    assert f"第 {len(paper)} 页，共 {len(paper)} 页" in words
    fonts = {o.get_font().get_base_name(): o.get_font().is_embedded for p in paper for o in p.get_objects() if isinstance(o, pypdfium2.PdfTextObj)}  # fmt: skip
    assert fonts
    assert all(fonts.values())


def test_paper_prints_what_people_wrote_and_the_number_of_pages_at_the_foot() -> None:
    from review.evidence.register import Sheet
    from review.evidence.register_paper import paper

    rows = [("意见", f"其 {n}：{{nb}} 不是页数") for n in range(90)]
    record = {"release": "R-2026-0001", "release_hash": "ab" * 32, "timeline": [{"at": "2026-11-16T08:00:00+08:00"}]}
    document = pypdfium2.PdfDocument(paper([Sheet("表", rows)], record))
    pages = [page.get_textpage().get_text_range() for page in document]
    assert len(pages) > 1
    assert sum(text.count("{nb}") for text in pages) == len(rows)
    assert all(f"第 {n} 页，共 {len(pages)} 页" in text for n, text in enumerate(pages, start=1))


def test_paper_names_a_character_that_its_font_lacks_and_begins_no_line_with_a_closing_mark() -> None:
    from review.evidence.register import Sheet
    from review.evidence.register_paper import paper

    record = {"release": "R-2026-0001", "release_hash": "ab" * 32, "timeline": [{"at": "2026-11-16T08:00:00+08:00"}]}
    rows = [("\U0002b363某、䶮", "、".join("一二三四五六七八九十" * 40)), ("两行", "上\n下")]
    document = pypdfium2.PdfDocument(paper([Sheet("表", rows)], record))
    lines = [line for page in document for line in page.get_textpage().get_text_range().splitlines()]
    assert any("〔U+2B363〕某、〔U+4DAE〕" in line for line in lines)
    assert len(lines) > 20
    assert [line for line in lines if line.startswith("、")] == []


def test_export_twice_gives_the_same_bytes(home: Path) -> None:
    release = published()
    first, _ = bundle(home, release, "a.zip")
    time.sleep(1.1)  # the clock's second isn't part of it
    second, _ = bundle(home, release, "b.zip")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("state", ["checked", "blocked", "returned", "escalated", "withdrawn"])
def test_export_of_any_release_with_a_manifest(home: Path, state: str) -> None:
    from review import desk
    from review.evidence.verify import verify
    from tests.review_desk import BLOCK

    if state == "blocked":
        release = checked(findings=[BLOCK])
    elif state == "checked":
        release = checked()
    elif state == "withdrawn":
        release = published()
        desk.withdraw(release, "conf", PASSWORD, "不应公开")
    else:
        release = submitted()
        decide(release, "sec", "section", "return" if state == "returned" else "escalate")
    out, public = bundle(home, release)
    assert verify(out, public).status == state


def test_export_with_the_pack_that_was_used(home: Path) -> None:
    from review import queries
    from review.evidence.verify import verify

    release = published()
    used = queries.manifest(release).packs[0]
    packs = Packs({"personal": Pack("personal", "1", {"pack": "personal"}, "b" * 64)})
    assert used.sha256 == "a" * 64
    out, public = bundle(home, release, packs=packs)
    assert verify(out, public).packs_included == ()


def test_unknown_key_is_never_verified(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    from review import keys
    from review.evidence.verify import verify

    out, _ = bundle(home)
    stranger = keys.create_keys(tmp_path_factory.mktemp("stranger"))
    for key in (stranger, "", "00" * 32, "zz"):
        with pytest.raises(EvidenceInvalid):
            verify(out, key)


def resigned(home: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """What a forger with the installation's key could do to index and signature, but not to the ledger's head."""
    from domain.canonical import canonical_json, sha256_hex
    from review import keys
    from review.evidence.bundle import INDEX, PURPOSE, SIGNATURE

    index = json.loads(files[INDEX])
    index["files"] = {n: sha256_hex(d) for n, d in files.items() if n not in (INDEX, SIGNATURE)}
    text = canonical_json(index)
    return {**files, INDEX: text, SIGNATURE: keys.sign(home, PURPOSE, text).encode()}


def edit(name: str, old: str, new: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def change(files: dict[str, bytes]) -> dict[str, bytes]:
        text = files[name].decode()
        assert old in text
        return {**files, name: text.replace(old, new, 1).encode()}

    return change


def without_last_line(text: bytes) -> bytes:
    proof = json.loads(text)
    return json.dumps({**proof, "lines": proof["lines"][:-1]}).encode()


FORGERIES = {
    "manifest": edit("manifest.json", '"rows":2', '"rows":3'),
    "contract": edit("contract.json", "政府债务限额", "政府债务余额"),
    "findings": edit("findings.json", '"count":3', '"count":1'),
    "coverage": edit("coverage.json", "true", "false"),
    "reason": edit("decisions.json", "字段为编号", "无"),
    "person": edit("decisions.json", '"user": "chief"', '"user": "conf"'),
    "no-decision": lambda files: {**files, "decisions.json": b"[]"},
    "line": edit("ledger.json", "submitted", "inspected"),
    "place": edit("ledger.json", '"first": ', '"first": 1'),
    "digest": edit("ledger.json", '"digest": "', '"digest": "0'),
    "head": edit("ledger.head", '"seq": ', '"seq": 1'),
    "pack": lambda files: {**files, "packs/personal.json": b"{}"},
    "not-json": lambda files: {**files, "ledger.json": b"["},
    "hidden-withdrawal": lambda files: {**files, "ledger.json": without_last_line(files["ledger.json"])},
    "missing": lambda files: {n: d for n, d in files.items() if n != "coverage.json"},
}


@pytest.fixture(scope="module")
def genuine(sqlite_model: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A home and the files of one bundle: approved, published, withdrawn, with other releases' lines between."""
    from review import desk
    from review.evidence.bundle import read_zip
    from review.setup import close, configure

    home = tmp_path_factory.mktemp("genuine")
    configure(home, database_url=sqlite_model.copy(home))
    with cheap_passwords():
        receive(period="2030", run_key="other")
        release = checked()
        receive(period="2031", run_key="between")
        desk.submit(release, "op", PASSWORD)
        for person, stage in (("sec", "section"), ("conf", "confidentiality"), ("law", "legal"), ("chief", "chief")):
            decide(release, person, stage)
        desk.record_published(release, receipt(release))
        desk.withdraw(release, "chief", PASSWORD, "不应公开")
        out, _ = bundle(home, release)
    close()
    return home, read_zip(out)


def test_genuine_bundle_is_verified(genuine: tuple[Path, dict[str, bytes]]) -> None:
    from review import keys
    from review.evidence.verify import check_bundle

    home, files = genuine
    for same in (files, resigned(home, files)):
        assert check_bundle(same, keys.public_key(home)).status == "withdrawn"


@pytest.mark.parametrize("signed_again", [False, True], ids=["plain", "signed-again"])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_verify_forged_bundle(genuine: tuple[Path, dict[str, bytes]], forgery: str, signed_again: bool) -> None:
    from review import keys
    from review.evidence.verify import check_bundle

    home, files = genuine
    forged = FORGERIES[forgery](files)
    with pytest.raises(EvidenceInvalid):
        check_bundle(resigned(home, forged) if signed_again else forged, keys.public_key(home))


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip at all"])
def test_verify_what_is_no_bundle(home: Path, data: bytes) -> None:
    from review.evidence.verify import verify

    (home / "e.zip").write_bytes(data)
    with pytest.raises(EvidenceInvalid):
        verify(home / "e.zip", "00" * 32)


def test_export_refused(home: Path) -> None:
    from review.evidence.export import export

    with pytest.raises(ReleaseNotFound):
        export(receive(), STORE, home / "e.zip")
    release = published(run_key="run-2", period="2031")
    with pytest.raises(ArtefactMissing):
        export(release, MemoryStore(), home / "e.zip")
    (home / "ledger.head").unlink()
    with pytest.raises(LedgerBroken):
        export(release, STORE, home / "e.zip")
    assert not (home / "e.zip").exists()


def test_verify_without_installation_or_settings(home: Path) -> None:
    out, public = bundle(home)
    code = f"from pathlib import Path\nfrom review.evidence.verify import verify\nimport sys\nprint(verify(Path({str(out)!r}), {public!r}).status, 'django.db' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env={"PATH": ""}
    )
    assert done.stdout.split() == ["published", "False"]


BLIND = [
    {"name": "section", "role": "section_reviewer", "blind": 2},
    {"name": "confidentiality", "role": "confidentiality_reviewer"},
    {"name": "chief", "role": "releasing_chief"},
]
FIRST, SECOND, THIRD = "甲认为口径一致可以公开", "乙认为口径不同应退回", "丙核对原表后同意退回"


def blind_release(home: Path, verdicts: list[str]) -> str:
    """A release at a blind stage of which sec, sec2 and sec3 said these, in order."""
    from review import desk

    desk.add_user("sec3", PASSWORD, name="SEC3")
    for person in ("law", "sec3"):
        desk.grant(person, "finance", "section_reviewer")
    release = submitted(contract=make_contract(review={"tier": "L2", "stages": BLIND}))
    for person, verdict, words in zip(("sec", "sec2", "sec3"), verdicts, (FIRST, SECOND, THIRD), strict=False):
        decide(release, person, "section", verdict, reason=words)
    return release


def opinions(files: dict[str, bytes]) -> list[tuple[str, str]]:
    return [(o["user"], o["reason"]) for o in json.loads(files["opinions.json"])]


def test_bundle_holds_both_opinions_once_both_are_in(home: Path) -> None:
    from review.evidence.bundle import read_zip
    from review.evidence.verify import verify

    release = blind_release(home, ["approve"])
    out, public = bundle(home, release, "one.zip")
    assert verify(out, public)
    assert opinions(read_zip(out)) == []
    assert FIRST not in "".join(printed(f) if n.endswith(".pdf") else f.decode() for n, f in read_zip(out).items())
    decide(release, "sec2", "section", reason=SECOND)
    out, public = bundle(home, release, "both.zip")
    assert verify(out, public)
    assert opinions(read_zip(out)) == [("sec", FIRST)], "what the second said is the decision"
    page = read_zip(out)["审查登记表.html"].decode()
    assert f"背靠背意见：公开，{FIRST} —— SEC，finance" in page
    assert SECOND in page


def test_bundle_holds_a_conflict_and_who_resolved_it(home: Path) -> None:
    from review.evidence.bundle import read_zip
    from review.evidence.verify import verify

    release = blind_release(home, ["approve", "return"])
    out, public = bundle(home, release, "conflict.zip")
    assert verify(out, public)
    assert opinions(read_zip(out)) == [("sec", FIRST), ("sec2", SECOND)]
    decide(release, "sec3", "section", "return", reason=THIRD)
    out, public = bundle(home, release, "resolved.zip")
    assert verify(out, public).status == "returned"
    page = read_zip(out)["审查登记表.html"].decode()
    assert [page.count(words) for words in (FIRST, SECOND)] == [1, 1]
    assert THIRD in page


OPINION_FORGERIES = {
    "words": edit("opinions.json", FIRST, "甲说不可公开"),
    "verdict": edit("opinions.json", '"verdict": "approve"', '"verdict": "withhold"'),
    "person": edit("opinions.json", '"user": "sec"', '"user": "sec3"'),
    "disposition": edit("opinions.json", "字段为编号", "无"),
    "stage": edit("opinions.json", '"stage": "section"', '"stage": "chief"'),
    "one-left-out": lambda files: {
        **files,
        "opinions.json": json.dumps(json.loads(files["opinions.json"])[1:]).encode(),
    },
    "none": lambda files: {**files, "opinions.json": b"[]"},
    "twice": lambda files: {**files, "opinions.json": json.dumps(json.loads(files["opinions.json"]) * 2).encode()},
}


def test_forged_opinions_are_not_verified(home: Path) -> None:
    from review import keys
    from review.evidence.bundle import read_zip
    from review.evidence.verify import check_bundle

    out, public = bundle(home, blind_release(home, ["approve", "return", "return"]))
    files = read_zip(out)
    assert check_bundle(resigned(home, files), public)
    for forge in OPINION_FORGERIES.values():
        with pytest.raises(EvidenceInvalid):
            check_bundle(resigned(home, forge(files)), keys.public_key(home))


def test_bundle_of_before_is_verified_still(home: Path) -> None:
    """A bundle without the file, as an older Mingjing signed it."""
    from review.evidence.bundle import read_zip
    from review.evidence.verify import check_bundle

    out, public = bundle(home)
    files = {name: data for name, data in read_zip(out).items() if name != "opinions.json"}
    assert check_bundle(resigned(home, files), public).status == "published"
