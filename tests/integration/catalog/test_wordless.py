"""A withdrawal that takes the contract's words off too leaves none of them anywhere that a stranger can read, on both
catalogues; what says that it was withdrawn stays at the same address."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from catalog.entry import edited_by_hand, extras_of
from catalog.inspect import inspect
from catalog.withdraw import withdraw
from catalog.wordless import TITLE, TITLE_STANDING
from domain.contract import Contract
from domain.errors import WithdrawalIncomplete
from domain.withdrawal import Cause
from storage.s3_versions import versions_of
from tests.catalogue_release import Prepared, prepare
from tests.integration.catalog.acts import assert_whole, extra, put, shown, states
from tests.integration.catalog.conftest import Backend, Crash, Wire, kinds
from tests.later_rules import NUMBER, put_later_rules
from tests.made_platform import made_platform
from tests.review_desk import PASSWORD
from tests.servers import real_s3_server

ACTIVITIES = ("package_activity_list", "recently_changed_packages_activity_list")


@pytest.fixture
def mark() -> str:
    """What stands in every word of the contract that a catalogue can show, its address and its office apart."""
    return f"zq{secrets.token_hex(4)}"


def worded(backend: Backend, mark: str, owner: str = "", **changes: Any) -> Contract:
    """A contract with the mark in each of its texts."""
    fields = [
        {"name": "region", "title": f"地区{mark}", "title_en": f"Region {mark}", "note": f"说明{mark}"},
        {"name": "limit_amount", "title": f"限额{mark}", "type": "number", "unit": f"亿{mark}"},
        {"name": "region_code", "title": f"代码{mark}", "type": "integer"},
        {"name": "decided_on", "title": f"日期{mark}", "type": "date", "missing": ["—"]},
    ]
    return backend.contract(
        title={"zh": f"名单{mark}", "en": f"List {mark}"}, description={"zh": f"说明{mark}", "en": f"Notes {mark}"},
        domain=f"debt{mark}", dataset_type=f"final{mark}", legal_basis=[{"doc": f"办法{mark}", "article": "第一条"}],
        tables=[{"name": "main", "title": {"zh": f"表{mark}", "en": f"Table {mark}"}, "key": ["region"], "fields": fields}],
        catalogue={**({"organization": owner} if owner else backend.new_owner()), "tags": [f"词{mark}"], "groups": [f"group-{mark}"]}, **changes,
    )  # fmt: skip


def bare(backend: Backend, ready: Prepared, wire: Wire | None = None, **options: Any) -> Any:
    said = {"reason": "含有不应公开的内容", "reason_code": "leak", "withdrawn_on": "2025-06-01T10:00:00+08:00"}
    said |= {"contact": "财政局债务科", "keeps_words": False} | options
    return withdraw(
        backend.client(wire), release_hash=ready.manifest.release_hash, dataset=ready.manifest.dataset, **said
    )


def told(backend: Backend, contract: Contract, mark: str) -> dict[str, str]:
    """Everything that a stranger can read of the dataset, by address."""
    package = shown(backend, contract)
    name, ident = package["name"], package["id"]
    paths = [
        f"/dataset/{name}",
        f"/dataset/{ident}",
        f"/organization/{package['organization']['name']}",
        f"/dataset/?q={name}",
    ]
    if backend.kind == "embedded":
        paths += [
            f"/dataset/{name}.ttl",
            f"/dataset/{name}.jsonld",
            "/catalog.ttl",
            "/catalog.jsonld",
            "/feed.atom",
            f"/dataset/{name}?lang=en",
        ]
    else:
        paths += [f"/dataset/activity/{name}", f"/dataset/{name}.xml", f"/dataset/groups/{name}"]
    paths += [f"/dataset/{name}/resource/{r['id']}" for r in package["resources"]]
    found = {path: requests.get(backend.url + path, timeout=60).text for path in paths}
    for action, data in (
        ("package_show", {"id": name}),
        ("package_search", {"fq": f'name:"{name}"'}),
        ("tag_list", {}),
    ):
        found[action] = json.dumps(backend.stranger(action, **data), ensure_ascii=False)
    for word in (f"名单{mark}", f"限额{mark}", f"词{mark}", f"List {mark}"):
        hits = backend.stranger("package_search", q=f'"{word}"', fq=f'name:"{name}"')
        found[f"search {word}"] = json.dumps(hits["results"], ensure_ascii=False)
    if backend.kind == "ckan":
        found |= {a: json.dumps(backend.stranger(a, id=name), ensure_ascii=False) for a in ACTIVITIES}
        for resource in package["resources"]:
            found[f"views {resource['id']}"] = json.dumps(backend.stranger("resource_view_list", id=resource["id"]))
    return found


def test_words_go_from_every_address(backend: Backend, tmp_path: Path, mark: str) -> None:
    contract = worded(backend, mark)
    ready = prepare(tmp_path, contract=contract)
    put(backend, ready)
    before = told(backend, contract, mark)
    assert sum(mark in text for text in before.values()) >= 6  # the looks do see the words
    proof = bare(backend, ready)
    assert all(row["gone"] for row in proof)
    assert [where for where, text in told(backend, contract, mark).items() if mark in text] == []
    package = shown(backend, contract)
    assert package["title"] == TITLE
    assert package["maintainer"] == "财政局债务科"
    assert {r["edition_state"] for r in package["resources"]} == {"withdrawn"}
    assert all(
        r["withdrawn_code"] == "leak" and r["withdrawn_on"].startswith("2025-06-01") for r in package["resources"]
    )
    assert extra(package, "withdrawn_reason") == "含有不应公开的内容"
    assert extra(package, "contract_id") == contract.id
    assert edited_by_hand(package) == ()
    assert all(row["gone"] for row in bare(backend, ready))  # once more is safe


def test_page_says_what_happened_and_whom_to_ask(embedded: Backend, tmp_path: Path, mark: str) -> None:
    contract = worded(embedded, mark)
    ready = prepare(tmp_path, contract=contract)
    put(embedded, ready)
    bare(embedded, ready)
    page = requests.get(f"{embedded.url}/dataset/{contract.slug}", timeout=60).text
    for words in (TITLE, "含有不应公开的内容", "leak", "2025年6月1日", "财政局债务科"):
        assert words in page, words


def test_words_go_where_an_older_edition_stands(backend: Backend, tmp_path: Path, mark: str) -> None:
    plain = backend.contract()
    old = prepare(tmp_path, contract=plain, period="2024")
    put(backend, old)
    contract = worded(backend, mark, id=plain.id, owner=plain.catalogue.organization)
    new = prepare(tmp_path / "new", contract=contract)
    put(backend, new)
    assert shown(backend, contract)["title"] == f"名单{mark}"
    bare(backend, new)
    assert [where for where, text in told(backend, contract, mark).items() if mark in text] == []
    package = shown(backend, contract)
    assert package["title"] == TITLE_STANDING
    assert states(backend, contract) == [("2024", "current"), ("2025", "withdrawn")]
    assert_whole(backend, old)
    assert inspect(backend.client(), manifest=old.manifest, metadata=old.metadata).ok
    right = prepare(tmp_path / "right", contract=plain, revision=2)
    put(backend, right)
    assert shown(backend, contract)["title"] == plain.title.zh
    assert_whole(backend, right)


def test_words_that_first_stayed_go_with_a_later_order(backend: Backend, tmp_path: Path, mark: str) -> None:
    contract = worded(backend, mark)
    ready = prepare(tmp_path, contract=contract)
    put(backend, ready)
    bare(backend, ready, keeps_words=True, reason_code="verify")
    assert mark in told(backend, contract, mark)["package_show"]
    assert all(row["gone"] for row in bare(backend, ready))
    assert [where for where, text in told(backend, contract, mark).items() if mark in text] == []
    bare(backend, ready, reason="另有原因", reason_code="other")  # no word is left, but the reason is another
    package = shown(backend, contract)
    assert {(r["withdrawn_code"], r["withdrawn_reason"]) for r in package["resources"]} == {("other", "另有原因")}
    assert extra(package, "withdrawn_code") == "other"


def test_words_of_an_edition_without_words_go_when_the_last_one_does(
    embedded: Backend, tmp_path: Path, mark: str
) -> None:
    contract = worded(embedded, mark)
    old, new = prepare(tmp_path, contract=contract, period="2024"), prepare(tmp_path, contract=contract)
    put(embedded, old)
    put(embedded, new)
    bare(embedded, old)
    assert shown(embedded, contract)["title"] == contract.title.zh  # the newer one stands and gives it
    bare(embedded, new, keeps_words=True, reason_code="wrong")
    assert [where for where, text in told(embedded, contract, mark).items() if mark in text] == []


def test_reversal_brings_the_words_back(backend: Backend, tmp_path: Path, mark: str) -> None:
    contract = worded(backend, mark)
    ready = prepare(tmp_path, contract=contract)
    put(backend, ready)
    bare(backend, ready)
    put(backend, ready, reinstates=True)
    package = shown(backend, contract)
    assert (package["title"], [t["name"] for t in package["tags"]]) == (contract.title.zh, [f"词{mark}"])
    assert not [k for k in extras_of(package) if k.startswith("withdrawn_")]
    assert_whole(backend, ready)
    assert inspect(backend.client(), manifest=ready.manifest, metadata=ready.metadata).ok


@pytest.mark.parametrize("kind", ["lose-request", "lose-answer", "status-503", "crash-after"])
def test_words_go_whatever_request_fails(embedded: Backend, tmp_path: Path, kind: str, mark: str) -> None:
    contract = worded(embedded, mark)
    first = prepare(tmp_path, contract=contract, period="2000")
    put(embedded, first)
    wire = Wire()
    bare(embedded, first, wire)
    for year, at in enumerate(kinds(wire.paths), start=2001):
        ready = prepare(tmp_path, contract=contract, period=str(year))
        put(embedded, ready)
        broken = Wire(at=at, kind=kind)
        try:
            bare(embedded, ready, broken)
        except Crash:
            bare(embedded, ready)
        assert broken.fired == 1
        assert [where for where, text in told(embedded, contract, mark).items() if mark in text] == []


@pytest.mark.server
def test_history_that_an_editor_can_not_delete_is_no_proof(
    editor: Backend, ckan: Backend, tmp_path: Path, mark: str
) -> None:
    contract = editor.contract(title={"zh": f"名单{mark}", "en": f"List {mark}"})
    ready = prepare(tmp_path, contract=contract)
    put(editor, ready)
    with pytest.raises(WithdrawalIncomplete, match="activity_delete") as refused:
        bare(editor, ready)
    (standing,) = [row for row in refused.value.proof if not row["gone"]]
    assert "package_activity_list" in standing["url"]
    assert shown(editor, contract)["title"] == TITLE
    run_by_an_administrator(str(refused.value), ckan)
    assert all(row["gone"] for row in bare(editor, ready))


def run_by_an_administrator(message: str, ckan: Backend) -> None:
    """The very command that the refusal names, with an administrator's token."""
    (command,) = re.findall(r"`([^`]+)`", message)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = command.replace("ADMIN_TOKEN", ckan.token)
    subprocess.run(["sh", "-ec", command], check=True, env=os.environ | {"PATH": path}, capture_output=True)


@pytest.mark.server
@pytest.mark.timeout(300)
def test_platform_closes_the_proof_once_an_administrator_has_run_it(
    editor: Backend, ckan: Backend, tmp_path: Path, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without anybody's word to it: what is unproven is tried again, and a stranger's look decides. Public copies in S3 don't
    wait for that."""
    from flows.catalogue import token_file
    from flows.runner import perform
    from flows.timed import Unproven

    said: list[str] = []
    with ExitStack() as here:
        server = here.enter_context(real_s3_server())
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        bucket = server.create_bucket(versions=True, public=True)
        settings = {"public_store": f"s3://{bucket}/open"}
        made = here.enter_context(made_platform(tmp_path / "home", catalogue_url=editor.url, settings=settings))
        from review import desk, queries, takedowns  # once its home is set

        token_file(made.home).write_text(editor.token, "utf-8")
        owner = {"organization": editor.contract().catalogue.organization}
        title = {"zh": f"名单{mark}", "en": f"List {mark}"}
        release, _ = made.publish(f"history_{editor.run}", tmp_path, title=title, catalogue=owner)
        desk.withdraw(release, "chief", PASSWORD, "内容需要核实", cause=Cause.VERIFY)
        copies = [f"{server.endpoint}/{bucket}/{key}" for key, _ in versions_of(server.client(), bucket, "") or ()]
        assert {requests.get(url, timeout=60).status_code for url in copies} == {200}
        perform("withdraw", {"release": release})
        assert not takedowns.unproven()
        for url in copies:  # put back by somebody meanwhile: the stricter order removes it again, every version
            server.client().put_object(Bucket=bucket, Key=url.partition(f"/{bucket}/")[2], Body=b"back")
        desk.withdraw(release, "chief", PASSWORD, "含有不应公开的内容", cause=Cause.LEAK)
        unproven = Unproven(
            made.platform,
            lambda one: perform("withdraw", {"release": one}),
            lambda fault, _: said.append(str(fault)),
            pause=0,
        )
        assert unproven.step(0.0)
        assert [one for one, _ in takedowns.unproven()] == [release]
        assert {requests.get(url, timeout=60).status_code for url in copies} == {404}
        assert not versions_of(server.client(), bucket, "")
        run_by_an_administrator(said[0], ckan)
        assert unproven.step(1.0)
        assert (takedowns.unproven(), len(said)) == ([], 1)
        proof = queries.show(release)["takedown"]["addresses"]
        assert all(row["gone"] for row in proof)
        assert any("package_activity_list" in row["url"] for row in proof)


@pytest.mark.server
@pytest.mark.timeout(300)
def test_platform_s_own_order_shows_the_command_too(editor: Backend, tmp_path: Path) -> None:
    """Later packs find something in the words that a tombstone was left."""
    from flows.catalogue import token_file
    from flows.platform import open_platform
    from flows.rescan import rescan_all
    from flows.runner import do_work, perform

    with made_platform(tmp_path / "home", catalogue_url=editor.url) as made:
        from review import desk, takedowns, withdrawals  # once its home is set

        token_file(made.home).write_text(editor.token, "utf-8")
        title = {"zh": f"名单 {NUMBER}", "en": "List"}
        owner = {"organization": editor.contract().catalogue.organization}
        release, ready = made.publish(f"later_{editor.run}", tmp_path, title=title, catalogue=owner)
        desk.withdraw(release, "chief", PASSWORD, "数据有误", cause=Cause.WRONG)
        perform("withdraw", {"release": release})
        put_later_rules(made.home.root)
        told = rescan_all(open_platform(made.home.root))
        assert [(one["release"], one["error"]) for one in told] == [(release, WithdrawalIncomplete.name())]
        assert [one for one, _ in takedowns.unproven()] == [release]
        assert shown(editor, ready.contract)["title"] == TITLE
        work = withdrawals.work_on(release)
        assert work is not None
        assert work["state"] == "queued"
        row = desk.claim("w", kinds=("withdraw",))
        assert row is not None
        do_work(made.home, row, "w")
        work = withdrawals.work_on(release)
        assert work is not None
        assert ["activity_delete" in command for command in work["commands"]] == [True]
