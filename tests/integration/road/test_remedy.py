"""A remedy by the command line, the whole way: ordered, prepared at once from the stored bytes, and what is left goes out."""

from __future__ import annotations

import json

import pytest

from tests.marked_city import MarkedCity, csv_text, rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_column_ordered_away_is_gone_from_what_goes_out(marked: MarkedCity) -> None:
    path = marked.sent / "remedy.csv"
    path.write_text(csv_text(rows(备注="联系 13900005678")), "utf-8")
    done = marked.prepare(path)
    assert done.status == 0, done.stderr
    old = done.json["release"]
    path.unlink()
    assert marked.signed("submit", old, user="finance_operator").status == 0
    record = marked.call("show", old, "--json").json
    held = [f for f in record["findings_list"] if f["severity"] == "hold"]
    assert held
    said = marked.sent / "more.json"
    said.write_text(json.dumps([{"finding": f["id"], "kind": "redact_more"} for f in held]), "utf-8")
    words = ("decide", old, "--stage", "section", "--dispositions", str(said), "--reason", "备注能认出个人", "--json")
    weak = marked.signed(*words, "--verdict", "remedy", "--redact-more", "remark=keep", user="finance_section")
    assert weak.status == 2, weak.stderr
    ordered = marked.signed(*words, "--verdict", "remedy", "--redact-more", "remark=drop", user="finance_section")
    assert ordered.status == 0, ordered.stderr
    assert ordered.json["status"] == "returned"
    made = ordered.json["remedy"]
    assert (made["status"], made["revision"], made["period"]) == ("checked", 2, record["period"])
    new = marked.call("show", made["release"], "--json").json
    assert new["source_sha256"] == record["source_sha256"]
    assert not [f for f in new["findings_list"] if f["severity"] == "hold"]
    manifest = json.loads(_stored(marked, made["release_hash"]))
    assert manifest["overrides"] == [{"table": "main", "field": "remark", "redaction": {"operator": "drop"}}]
    assert manifest["contract"]["sha256"] == record["contract_sha256"]
    for export in manifest["exports"]:
        assert "备注".encode() not in _stored(marked, export["sha256"]), export["name"]
    assert "备注" not in _stored(marked, manifest["metadata"]["sha256"]).decode()
    assert marked.signed("submit", made["release"], user="finance_operator").status == 0


def _stored(city: MarkedCity, sha256: str) -> bytes:
    return next(p for p in (city.home / "store" / "release").rglob(sha256) if p.is_file()).read_bytes()
