"""The posting package: the same bytes twice, a notice to print, and never for what belongs in a catalogue."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.posting import posting_package
from domain.errors import ContentChanged, DisclosureForbidden, ReleaseNotApproved, UsageInvalid
from tests.catalogue_release import Prepared, make_contract, prepare

LOCAL = {"audience": "local", "publication_days": 7}


def pack(ready: Prepared, into: Path, **changes: Any) -> Path:
    into.mkdir(exist_ok=True)
    arguments = {"contract": ready.contract, "manifest": ready.manifest, "approval": ready.approval} | changes
    return posting_package(**arguments, store=ready.store, into=into)


def test_posting_package_holds_lists_checksums_and_notice(tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=make_contract(**LOCAL), tables={"main": [{"region": "甲村<b>"}]})
    package = zipfile.ZipFile(pack(ready, tmp_path / "out"))
    names = ["finance-debt-limit-2025-main.csv", "finance-debt-limit-2025-main.xlsx", "SHA256SUMS.txt", "notice.html"]
    assert package.namelist() == names
    csv = next(a for a in ready.manifest.exports if a.name.endswith(".csv"))
    assert package.read(csv.name) == ready.store.read(csv.sha256)
    assert f"{csv.sha256}  {csv.name}" in package.read("SHA256SUMS.txt").decode()
    notice = package.read("notice.html").decode()
    assert "公示期 7 天" in notice
    assert "预算法第十四条" in notice
    assert "<td>甲村&lt;b&gt;</td>" in notice
    assert ready.manifest.release_hash in notice
    package.close()


def test_posting_package_twice_gives_same_bytes(tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=make_contract(**LOCAL))
    assert pack(ready, tmp_path / "a").read_bytes() == pack(ready, tmp_path / "b").read_bytes()


def test_posting_package_refusals(tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=make_contract(**LOCAL))
    other = prepare(tmp_path, contract=make_contract(**LOCAL), period="2024")
    with pytest.raises(ReleaseNotApproved):
        pack(ready, tmp_path / "out", approval=other.approval)
    with pytest.raises(UsageInvalid):
        pack(ready, tmp_path / "out", contract=make_contract())
    with pytest.raises(DisclosureForbidden):
        pack(ready, tmp_path / "out", contract=make_contract(**LOCAL, disclosure="withheld"))
    with pytest.raises(ContentChanged):
        pack(ready, tmp_path / "out", approval=replace(ready.approval, dataset="finance.else"))
    sha = ready.manifest.exports[0].sha256
    path = tmp_path / "store" / sha[:2] / sha
    path.chmod(0o600)
    path.write_bytes(b"x")
    with pytest.raises(ContentChanged):
        pack(ready, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
