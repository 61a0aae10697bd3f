"""What a publisher written for CKAN does, through ckanapi, against the real process."""

from __future__ import annotations

import io
import json
import time
import uuid
from typing import Any

import pytest
from ckanapi import CKANAPIError
from ckanapi.errors import NotAuthorized, NotFound, ValidationError

WRITES = ["package_create", "package_patch", "package_revise", "package_delete", "dataset_purge", "resource_create",
          "resource_patch", "resource_delete", "organization_create", "organization_patch", "organization_delete"]  # fmt: skip


def test_status_show_names_version_and_site(served: Any) -> None:
    status = served.anonymous.action.status_show()
    assert status["ckan_version"].startswith("2.12")
    assert status["site_url"] == served.url


def test_small_answers_do_not_wait_for_an_acknowledgement(served: Any) -> None:
    spent = []
    for _ in range(20):
        began = time.monotonic()
        served.anonymous.action.status_show()
        spent.append(time.monotonic() - began)
    assert min(spent[1:]) < 0.035  # 0.04 and more if the sockets hold small packets back


def test_package_create_keeps_own_ids_and_every_field(served: Any) -> None:
    ident = str(uuid.uuid4())
    made = served.package(
        id=ident, notes="说明", license_id="cc-by", tags=[{"name": "债务"}], version="2025",
        maintainer="预算科", maintainer_email="a@example.gov.cn", extras=[{"key": "frequency", "value": "annual"}],
    )  # fmt: skip
    shown = served.anonymous.action.package_show(id=ident)
    assert shown == made
    assert shown["organization"]["name"] == "finance"
    assert [t["name"] for t in shown["tags"]] == ["债务"]
    assert shown["extras"] == [{"key": "frequency", "value": "annual"}]
    assert (shown["type"], shown["state"], shown["private"], shown["license_title"]) == (
        "dataset", "active", False, "知识共享 署名",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Upper"}, "name"),
        ({"name": "x"}, "name"),
        ({"name": "new"}, "name"),
        ({"name": "a/../b"}, "name"),
        ({"owner_org": ""}, "owner_org"),
        ({"owner_org": "nobody"}, "owner_org"),
        ({"tags": [{"name": "“三公”"}]}, "tags"),
        ({"tags": "债务"}, "tags"),
        ({"extras": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}, "extras_validation"),
        ({"extras": [{"key": "title", "value": "1"}]}, "extras"),
        ({"extras": [{"key": "a", "value": None}]}, "extras"),
        ({"type": "harvest"}, "type"),
        ({"state": "gone"}, "state"),
        ({"private": "perhaps"}, "private"),
        ({"groups": [{"name": "nogroup"}]}, "groups"),
        ({"resources": [{"id": "same-id-1"}, {"id": "same-id-1"}]}, "resources"),
        ({"resources": "none"}, "resources"),
        ({"maintainer_email": "nobody"}, "maintainer_email"),
    ],
    ids=lambda value: json.dumps(value, ensure_ascii=False)[:40] if isinstance(value, dict) else value,
)
def test_package_create_refuses_as_ckan_does(served: Any, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        served.package(**changes)
    assert set(refused.value.error_dict) - {"__type"} == {field}


def test_package_create_with_a_taken_name_or_id_is_409(served: Any) -> None:
    made = served.package()
    with pytest.raises(ValidationError) as refused:
        served.package(name=made["name"])
    assert "name" in refused.value.error_dict
    with pytest.raises(ValidationError) as refused:
        served.package(id=made["id"])
    assert "id" in refused.value.error_dict


@pytest.mark.parametrize("action", WRITES)
def test_writes_without_the_token_are_403(served: Any, action: str) -> None:
    for token in (None, "wrong-token-0123456789"):
        answer = served.call(action, {"id": "x"}, token=token)
        assert (answer.status_code, answer.json()["error"]["__type"]) == (403, "Authorization Error")
    with pytest.raises(NotAuthorized):
        served.anonymous.call_action(action, {"id": "x"})


def test_writes_are_not_done_by_get(served: Any) -> None:
    name = served.package()["name"]
    answer = served.get(f"/api/3/action/package_delete?id={name}", headers={"Authorization": "x"})
    assert answer.status_code == 400
    assert served.anonymous.action.package_show(id=name)["state"] == "active"


@pytest.mark.parametrize("private", [{"private": True}, {"state": "draft"}], ids=["private", "draft"])
def test_what_is_not_public_is_hidden_from_everybody_else(served: Any, private: dict[str, Any]) -> None:
    word = f"w{uuid.uuid4().hex}"
    made = served.add(served.package(title=word, **private), {"a.csv": b"1\n"})
    path = made["resources"][0]["url"].removeprefix(served.url)
    with pytest.raises(NotAuthorized):
        served.anonymous.action.package_show(id=made["id"])
    with pytest.raises(NotAuthorized):
        served.anonymous.action.resource_show(id=made["resources"][0]["id"])
    found = served.anonymous.action.package_search(q=word, include_private=True, include_drafts=True)
    assert (found["count"], found["results"]) == (0, [])
    for query in (f"name:{made['name']}", "private:true", "state:draft", "*:*"):
        names = [r["name"] for r in served.anonymous.action.package_search(q=query, rows=1000)["results"]]
        assert made["name"] not in names
    assert made["name"] not in served.anonymous.action.package_list()
    assert served.get(path).status_code == 403
    assert served.get(f"/dataset/{made['name']}").status_code == 404
    assert word not in served.get("/").text + served.get(f"/dataset/?q={word}").text.replace(
        f'value="{word}"', ""
    ).replace(f"<title>{word}", "").replace(f"q={word}", "")
    assert served.get(path, headers={"X-CKAN-API-Key": "test-token-0123456789abcdef"}).content == b"1\n"
    found = served.trusted.action.package_search(q=word, include_private=True, include_drafts=True)
    assert found["count"] == 1


def test_package_patch_changes_only_what_it_names(served: Any) -> None:
    made = served.package(notes="旧", extras=[{"key": "a", "value": "1"}], private=True)
    patched = served.trusted.action.package_patch(id=made["id"], notes="新")
    assert patched["notes"] == "新"
    assert (patched["extras"], patched["private"]) == (made["extras"], True)
    assert patched["metadata_modified"] > made["metadata_modified"]
    again = served.trusted.action.package_patch(id=made["id"], notes="新")
    assert again["metadata_modified"] == patched["metadata_modified"]


def test_package_update_without_private_does_not_reveal(served: Any) -> None:
    made = served.package(private=True)
    updated = served.trusted.action.package_update(id=made["id"], name=made["name"], owner_org="finance", title="新")
    assert updated["private"] is True


def test_revise_adds_an_edition_whole_and_only_once(served: Any) -> None:
    made = served.package()
    revised = served.add(made, {"a.csv": b"1\n", "b.xlsx": b"2\n", "c.parquet": b"3\n"})
    assert [r["name"] for r in revised["resources"]] == ["a.csv", "b.xlsx", "c.parquet"]
    assert [r["format"] for r in revised["resources"]] == ["CSV", "XLSX", "Parquet"]
    assert [r["position"] for r in revised["resources"]] == [0, 1, 2]
    for resource, body in zip(revised["resources"], (b"1\n", b"2\n", b"3\n"), strict=True):
        assert served.get(resource["url"].removeprefix(served.url)).content == body
    stale = served.call(
        "package_revise",
        {"match__id": made["id"], "match__metadata_modified": made["metadata_modified"], "update__title": "x"},
    )
    assert (stale.status_code, stale.json()["error"]["match"]) == (409, ["metadata_modified"])
    assert len(served.anonymous.action.package_show(id=made["id"])["resources"]) == 3


def test_revise_marks_others_in_the_same_call_and_keeps_json_values(served: Any) -> None:
    revised = served.add(served.package(), {"a.csv": b"1\n"}, edition_newest=True, rows=12)
    first = revised["resources"][0]
    answer = served.trusted.action.package_revise(
        match__id=revised["id"],
        update={"extras": [{"key": "evidence_id", "value": "e"}], "title": "新题"},
        update__resources__extend=[{"url": "https://example.org/x", "name": "link"}],
        **{f"update__resources__{first['id'][:8]}": {"edition_newest": False, "edition_state": "superseded"}},
    )["package"]
    assert (answer["title"], answer["extras"]) == ("新题", [{"key": "evidence_id", "value": "e"}])
    assert answer["resources"][0]["edition_newest"] is False
    assert (answer["resources"][0]["rows"], answer["resources"][0]["edition_state"]) == (12, "superseded")
    assert answer["resources"][1]["url"] == "https://example.org/x"
    assert answer["resources"][0]["url"] == first["url"]
    assert answer["resources"][0]["metadata_modified"] > first["metadata_modified"]


def test_revise_filters_before_it_updates(served: Any) -> None:
    revised = served.add(served.package(), {"a.csv": b"1\n", "b.csv": b"2\n"})
    gone, left = revised["resources"]
    before = len(served.kept())
    answer = served.trusted.action.package_revise(
        match={"id": revised["id"]},
        filter=["-extras", f"-resources__{gone['id']}"],
        include="+package__resources,-package__*",
    )
    assert list(answer["package"]) == ["resources"]
    assert [r["id"] for r in answer["package"]["resources"]] == [left["id"]]
    assert len(served.kept()) == before - 1
    assert served.get(gone["url"].removeprefix(served.url)).status_code == 410


@pytest.mark.parametrize(
    "call",
    [
        {"update__resources__9__name": "x"},
        {"update__resources__extend": {"name": "x"}},
        {"update": {"tags": "x"}},
        {"match": {"title": "other"}},
        {"match__private": True},
        {"match__resources": [{"name": "x"}]},
        {"update__name": "Not A Name"},
    ],
    ids=["no-such-item", "extend-no-list", "wrong-kind", "match-title", "match-private", "match-list", "bad-name"],
)
def test_revise_that_does_not_fit_changes_nothing(served: Any, call: dict[str, Any]) -> None:
    made = served.package()
    with pytest.raises(ValidationError):
        served.trusted.action.package_revise(match__id=made["id"], **call)
    assert served.anonymous.action.package_show(id=made["id"]) == made


def test_revise_of_nothing_is_404_or_409(served: Any) -> None:
    with pytest.raises(NotFound):
        served.trusted.action.package_revise(match__id="nothing", update={"title": "x"})
    with pytest.raises(ValidationError):
        served.trusted.action.package_revise(update={"title": "x"})


def test_clearing_an_upload_removes_the_bytes_and_leads_on(served: Any) -> None:
    revised = served.add(served.package(), {"a.csv": b"withdraw me\n"})
    file, before = revised["resources"][0], len(served.kept())
    page = f"{served.url}/dataset/{revised['name']}"
    patched = served.trusted.action.resource_patch(
        id=file["id"], clear_upload=True, url=page, edition_state="withdrawn", withdrawn_on="2026-01-02"
    )
    assert (patched["url"], patched["url_type"], patched["edition_state"]) == (page, "", "withdrawn")
    assert len(served.kept()) == before - 1
    assert not any(p.read_bytes() == b"withdraw me\n" for p in served.kept())
    answer = served.get(file["url"].removeprefix(served.url), allow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, page)


def test_clearing_several_uploads_in_one_revise(served: Any) -> None:
    revised = served.add(served.package(), {"a.csv": b"1\n", "b.csv": b"2\n"})
    call = {f"update__resources__{r['id']}": {"clear_upload": True, "url": served.url} for r in revised["resources"]}
    before = len(served.kept())
    answer = served.trusted.action.package_revise(match__id=revised["id"], **call)["package"]
    assert {r["url"] for r in answer["resources"]} == {served.url}
    assert len(served.kept()) == before - 2


def test_resource_calls_with_ckanapi_uploads(served: Any) -> None:
    made = served.package()
    ident = str(uuid.uuid4())
    file = io.BytesIO(b"a,b\n1,2\n")
    file.name = "First File.CSV"
    created = served.trusted.action.resource_create(package_id=made["id"], id=ident, name="表", upload=file)
    assert (created["id"], created["size"], created["format"]) == (ident, 8, "CSV")
    assert created["url"].endswith(f"/dataset/{made['id']}/resource/{ident}/download/first-file.csv")
    assert served.anonymous.action.resource_show(id=ident) == created
    with pytest.raises(ValidationError):
        served.trusted.action.resource_create(package_id=made["id"], id=ident, url="http://example.org/")
    patched = served.trusted.action.resource_patch(id=ident, description="说明")
    assert (patched["description"], patched["url"]) == ("说明", created["url"])
    served.trusted.action.resource_delete(id=ident)
    with pytest.raises(NotFound):
        served.anonymous.action.resource_show(id=ident)
    assert served.get(created["url"].removeprefix(served.url)).status_code == 410


def test_hash_and_size_are_kept_as_given(served: Any) -> None:
    revised = served.add(served.package(), {"a.csv": b"1\n"}, hash="sha256:" + "f" * 64, size=7)
    assert (revised["resources"][0]["hash"], revised["resources"][0]["size"]) == ("sha256:" + "f" * 64, 7)


def test_delete_hides_and_purge_removes_bytes_and_frees_the_name(served: Any) -> None:
    revised = served.add(served.package(), {"a.csv": b"purge me\n"})
    served.trusted.action.package_delete(id=revised["name"])
    with pytest.raises(NotAuthorized):
        served.anonymous.action.package_show(id=revised["id"])
    assert served.trusted.action.package_show(id=revised["id"])["state"] == "deleted"
    assert served.get(f"/dataset/{revised['name']}").status_code == 410
    served.trusted.action.dataset_purge(id=revised["id"])
    with pytest.raises(NotFound):
        served.trusted.action.package_show(id=revised["id"])
    assert not any(p.read_bytes() == b"purge me\n" for p in served.kept())
    assert served.get(f"/dataset/{revised['name']}").status_code == 410
    assert served.get(revised["resources"][0]["url"].removeprefix(served.url)).status_code == 410
    served.package(name=revised["name"])
    assert served.get(f"/dataset/{revised['name']}").status_code == 200


def test_a_purged_private_dataset_leaves_no_trace(served: Any) -> None:
    made = served.add(served.package(private=True), {"a.csv": b"1\n"})
    served.trusted.action.dataset_purge(id=made["id"])
    assert served.get(f"/dataset/{made['name']}").status_code == 404
    assert served.get(made["resources"][0]["url"].removeprefix(served.url)).status_code == 404


def test_organizations(served: Any) -> None:
    action = served.trusted.action
    made = action.organization_create(name="transport", title="交通局")
    with pytest.raises(ValidationError) as refused:
        action.organization_create(name="transport")
    assert "name" in refused.value.error_dict
    action.organization_patch(id="transport", description="公路")
    shown = served.anonymous.action.organization_show(id=made["id"], include_datasets=True)
    assert (shown["title"], shown["description"], shown["package_count"], shown["packages"]) == (
        "交通局",
        "公路",
        0,
        [],
    )
    assert "transport" in served.anonymous.action.organization_list()
    entries = served.anonymous.action.organization_list(all_fields=True)
    assert {o["name"]: o["title"] for o in entries}["transport"] == "交通局"
    package = served.package(owner_org="transport")
    with pytest.raises(ValidationError):
        action.organization_delete(id="transport")
    action.dataset_purge(id=package["id"])
    action.organization_delete(id="transport")
    assert "transport" not in served.anonymous.action.organization_list()
    with pytest.raises(NotFound):
        served.anonymous.action.organization_show(id="nothing")


def test_groups_and_tags(served: Any) -> None:
    served.trusted.action.group_create(name="debt", title="债务")
    served.package(groups=[{"name": "debt"}], tags=[{"name": "隐性债务"}])
    assert served.anonymous.action.group_show(id="debt")["package_count"] == 1
    assert served.anonymous.action.group_list() == ["debt"]
    assert served.anonymous.action.tag_list(query="隐性") == ["隐性债务"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[1]", 400), (b'{"id": NaN}', 400), (b'{"id": "\\ud800"}', 400), (b"[" * 100_000, 400),
     (b'{"q": 1e999}', 400), (b"", 409), (b'{"id": ["x"]}', 409), (b'{"id": "nothing"}', 404)],
    ids=["broken", "list", "nan", "half-surrogate", "deep", "infinity", "empty", "no-text", "unknown"],
)  # fmt: skip
def test_bad_requests_get_a_clear_status(served: Any, body: bytes, status: int) -> None:
    answer = served.call("package_show", token=None, data=body)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/json")


def test_unknown_actions_and_the_datastore_say_so(served: Any) -> None:
    assert served.call("nonsense", {}).status_code == 400
    answer = served.call("datastore_search", {"resource_id": "x"})
    assert (answer.status_code, answer.json()["error"]["__type"]) == (404, "Not Found Error")
    assert "available" in answer.json()["error"]["message"]
    with pytest.raises(NotFound):
        served.trusted.action.datastore_delete(resource_id="x")
    with pytest.raises(CKANAPIError):
        served.trusted.action.nonsense()


def test_reads_by_get_with_parameters(served: Any) -> None:
    name = served.package(title="按地址读取")["name"]
    assert served.get(f"/api/3/action/package_show?id={name}").json()["result"]["title"] == "按地址读取"
    found = served.get(f'/api/action/package_search?fq=name:{name}&facet.field=["organization"]').json()["result"]
    assert (found["count"], found["facets"]) == (1, {"organization": {"finance": 1}})


def test_errors_never_quote_what_was_sent(served: Any) -> None:
    marker = "SECRET-MARKER-31415"
    texts = [
        served.call("package_create", {"name": marker, "title": marker, "owner_org": "finance"}).text,
        served.call("package_create", {"name": "ok-name", "owner_org": marker, "tags": [{"name": f"“{marker}”"}]}).text,
        served.call("package_revise", {"match__id": marker, "update": marker}).text,
    ]
    assert not [t for t in texts if marker in t]
