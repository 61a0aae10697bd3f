"""No value leaves quarantine on any failing path, and no failing path is nameless or leaves half a release.

Files with marks are sent through the real command line; afterwards everything that could carry a value is searched.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.marked_city import MarkedCity, blocked, ends
from tests.marked_files import FITS, QUALITY, READERS, Bad

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("bad", [b for b in (*READERS, *QUALITY, *FITS) if b.prepared], ids=lambda bad: bad.id)
def test_prepare_bad_file_is_blocked_and_silent(marked: MarkedCity, bad: Bad, tmp_path: Path) -> None:
    mark, public = marked.search.mark(bad.id), marked.public()
    answer = marked.prepare(bad.make(mark, tmp_path), bad.dataset)
    shown, findings = blocked(marked, answer)
    assert set(bad.code.split()) <= {f["code"] for f in findings}
    assert all(f["note"] for f in findings)
    ends(marked, answer, shown, marked.call("show", answer.json["release"]))
    assert marked.public() == public


SHOWN = ("file-name", "header-row-forgotten")  # to who sent them
ALONE = [b for b in (*READERS, *FITS) if b.whole or not b.prepared]  # of the others both commands tell the same
SEEN = [b for b in ALONE if b.id not in SHOWN]


@pytest.mark.parametrize("bad", SEEN, ids=lambda bad: bad.id)
def test_scan_bad_file_is_silent(marked: MarkedCity, bad: Bad, tmp_path: Path) -> None:
    path = bad.make(marked.search.mark(f"scan {bad.id}"), tmp_path)
    answer = marked.call("scan", str(path), "--json")
    whole = bad.whole or bad.code == "limit-exceeded"  # limits are a contract's
    assert answer.status in ((0, 1) if whole else (2,)), answer.stderr
    ends(marked, answer)
