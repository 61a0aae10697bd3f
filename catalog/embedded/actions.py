"""CKAN's actions by name: what each takes, gives and refuses. HTTP is left to api, rows to packages and owners.

An action is a function of a Call; those in READS may be asked by everybody and by GET, those in WRITES want the token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from catalog.embedded import owners, packages
from catalog.embedded.fields import Body, flag, names, number, required, text
from catalog.embedded.holding import Holding
from catalog.embedded.owners import Kind
from catalog.embedded.packages import Site
from catalog.embedded.query import Both, parse
from catalog.embedded.refusals import Forbidden, Invalid, NotFound
from catalog.embedded.revise import included, revise, wanted_dataset
from catalog.embedded.search import DEFAULT_SORT, Wish, facet_titles, search
from catalog.licences import LICENCES

CKAN_VERSION = "2.12.0"  # the version whose Action API is spoken
MOST_ROWS = 1000


@dataclass(frozen=True)
class Call:
    """One call of an action. `trusted`: it came with the token."""

    holding: Holding
    site: Site
    data: Body
    trusted: bool


Action = Callable[[Call], Any]


def status_show(call: Call) -> Body:
    """What this catalogue is."""
    return {
        "ckan_version": CKAN_VERSION,
        "site_title": call.site.title,
        "site_description": "",
        "site_url": call.site.url,
        "error_emails_to": None,
        "locale_default": "zh_Hans_CN",
        "extensions": ["mingjing_embedded"],
    }


def help_show(call: Call) -> str:
    """What an action is for. `name`."""
    action = (READS | WRITES).get(required(call.data, "name"))
    if action is None:
        raise NotFound("Action was not found.")
    return action.__doc__ or ""


def license_list(_: Call) -> list[Body]:
    """The licences a dataset may name."""
    return [
        {"id": ident, "title": title, "url": url or "", "status": "active", "domain_data": True}
        for ident, (title, url) in LICENCES.items()
    ]


def package_show(call: Call) -> Body:
    """One dataset by `id` (id or name). 403 where it isn't public and the token is missing."""
    with call.holding.reading() as connection:
        row = packages.find(connection, required(call.data, "id"))
        _refuse_private(call, row)
        return packages.shown(connection, row, call.site)


def package_list(call: Call) -> list[str]:
    """Names of all public datasets. `limit`, `offset`."""
    limit = number(call.data, "limit", 1_000_000, most=1_000_000)
    offset = number(call.data, "offset", 0, most=1_000_000_000)
    with call.holding.reading() as connection:
        rows = connection.execute("SELECT name FROM public_package ORDER BY name LIMIT ? OFFSET ?", (limit, offset))
        return [row[0] for row in rows]


def package_search(call: Call) -> Body:
    """Find datasets: q, fq, fq_list, sort, rows, start, facet.field, facet.limit; include_private with the token."""
    data = call.data
    filters = [text(data.get("fq")), *names(data, "fq_list")]
    nodes = [parse(text(data.get("q"))), *(parse(each) for each in filters if each.strip())]
    facets = names(data, "facet.field") if flag(data, "facet", default=True) else []
    states = {"active"}
    if call.trusted:
        states |= {"draft"} if flag(data, "include_drafts") else set()
        states |= {"deleted"} if flag(data, "include_deleted") else set()
    sort = text(data.get("sort")) or DEFAULT_SORT
    wish = Wish(
        condition=Both("AND", tuple(nodes)),
        sort=sort,
        start=number(data, "start", 0, most=1_000_000_000),
        rows=number(data, "rows", 10, most=MOST_ROWS),
        facets=facets[:20],
        facet_limit=number(data, "facet.limit", 50, most=10_000),
        with_private=call.trusted and flag(data, "include_private"),
        states=frozenset(states),
    )
    with call.holding.reading() as connection:
        found = search(connection, call.holding.facets, wish)
        results = packages.shown_all(connection, found.numbers, call.site)
        titles = {name: facet_titles(connection, name, list(values)) for name, values in found.facets.items()}
    search_facets = {
        name: {
            "title": name,
            "items": [{"name": v, "display_name": titles[name][v], "count": c} for v, c in values.items()],
        }
        for name, values in found.facets.items()
    }
    return {
        "count": found.count,
        "sort": sort,
        "facets": found.facets,
        "search_facets": search_facets,
        "results": results,
    }


def package_create(call: Call) -> Body:
    """A new dataset, with its files; public at once unless `private` or `state` says otherwise."""
    with call.holding.changing() as change:
        return packages.create(change, call.data, call.site)


def package_update(call: Call) -> Body:
    """A dataset made to be as given, its list of files too."""
    ref = text(call.data.get("id")) or required(call.data, "name")
    with call.holding.changing() as change:
        return packages.update(change, packages.find(change.connection, ref), call.data, call.site)


def package_patch(call: Call) -> Body:
    """The given fields of a dataset changed, all others kept."""
    with call.holding.changing() as change:
        row = packages.find(change.connection, required(call.data, "id"))
        before = packages.shown(change.connection, row, call.site)
        return packages.update(change, row, before | call.data | {"id": row["id"]}, call.site)


def package_revise(call: Call) -> Body:
    """match, filter, update, include: change parts of a dataset, and add files, in one act; see CKAN's package_revise."""
    ref = wanted_dataset(call.data)
    with call.holding.changing() as change:
        row = packages.find(change.connection, ref)
        before = packages.shown(change.connection, row, call.site)
        revised = revise(before, call.data)
        return included({"package": packages.update(change, row, revised, call.site)}, call.data)


def package_delete(call: Call) -> None:
    """Hide a dataset for good; its address says that it once was there. Its bytes stay until dataset_purge."""
    with call.holding.changing() as change:
        row = packages.find(change.connection, required(call.data, "id"))
        before = packages.shown(change.connection, row, call.site)
        packages.update(change, row, before | {"state": "deleted"}, call.site)


def dataset_purge(call: Call) -> None:
    """A dataset away for good, its bytes too."""
    with call.holding.changing() as change:
        packages.purge(change, packages.find(change.connection, required(call.data, "id")))


def resource_show(call: Call) -> Body:
    """One file's entry by `id`."""
    with call.holding.reading() as connection:
        row = packages.find_resource(connection, required(call.data, "id"))
        _refuse_private(call, packages.find(connection, row["package"]))
        return packages.resource_shown(row, call.site)


def resource_create(call: Call) -> Body:
    """A file (`upload`) or a link (`url`) added to `package_id`."""
    ref = required(call.data, "package_id")
    with call.holding.changing() as change:
        row = packages.find(change.connection, ref)
        before = packages.shown(change.connection, row, call.site)
        ident = text(call.data.get("id"))
        if ident and change.connection.execute("SELECT 1 FROM resource WHERE id = ?", (ident,)).fetchone():
            raise Invalid({"id": ["Resource id already exists."]})
        after = packages.update(change, row, before | {"resources": [*before["resources"], call.data]}, call.site)
        created: Body = after["resources"][-1]
        return created


def resource_update(call: Call) -> Body:
    """A file's entry made to be as given."""
    return _change_resource(call, keep_others=False)


def resource_patch(call: Call) -> Body:
    """The given fields of a file's entry changed; `clear_upload` with a `url` removes the bytes and leads there instead."""
    return _change_resource(call, keep_others=True)


def resource_delete(call: Call) -> None:
    """A file off its dataset, its bytes too."""
    with call.holding.changing() as change:
        resource = packages.find_resource(change.connection, required(call.data, "id"))
        row = packages.find(change.connection, resource["package"])
        before = packages.shown(change.connection, row, call.site)
        left = [r for r in before["resources"] if r["id"] != resource["id"]]
        packages.update(change, row, before | {"resources": left}, call.site)


def tag_list(call: Call) -> list[str]:
    """Tags of public datasets; `query` for those that hold it."""
    part = text(call.data.get("query")).casefold()
    with call.holding.reading() as connection:
        rows = connection.execute(
            "SELECT DISTINCT t.value FROM trait t JOIN public_package p ON p.number = t.package"
            " WHERE t.field = 'tags' ORDER BY t.value"
        )
        return [row[0] for row in rows if part in row[0].casefold()]


def _change_resource(call: Call, *, keep_others: bool) -> Body:
    with call.holding.changing() as change:
        resource = packages.find_resource(change.connection, required(call.data, "id"))
        row = packages.find(change.connection, resource["package"])
        before = packages.shown(change.connection, row, call.site)
        resources = [
            ((r if keep_others else {}) | call.data) if r["id"] == resource["id"] else r for r in before["resources"]
        ]
        after = packages.update(change, row, before | {"resources": resources}, call.site)
        changed: Body = next(r for r in after["resources"] if r["id"] == resource["id"])
        return changed


def _refuse_private(call: Call, row: Any) -> None:
    if not packages.is_public(row) and not call.trusted:
        raise Forbidden("this dataset isn't public")


def _owner_create(kind: Kind) -> Action:
    def act(call: Call) -> Body:
        """A new organization or group: name, title, description."""
        with call.holding.changing() as change:
            return owners.create(change, kind, call.data)

    return act


def _owner_show(kind: Kind) -> Action:
    def act(call: Call) -> Body:
        """An organization or group by `id` (id or name); its public datasets with `include_datasets`."""
        with call.holding.reading() as connection:
            row = owners.find(connection, kind, required(call.data, "id"))
            answer = owners.shown(connection, row)
        if flag(call.data, "include_datasets"):
            trait = "organization" if kind == "organization" else "groups"
            found = package_search(
                Call(call.holding, call.site, {"fq": f"{trait}:{row['name']}", "rows": MOST_ROWS}, False)
            )
            answer["packages"] = found["results"]
        return answer

    return act


def _owner_list(kind: Kind) -> Action:
    def act(call: Call) -> list[Any]:
        """Names of all organizations or groups, or their entries with `all_fields`. `limit`, `offset`."""
        start = number(call.data, "offset", 0, most=1_000_000)
        end = start + number(call.data, "limit", MOST_ROWS, most=MOST_ROWS)
        only = names(call.data, "organizations" if kind == "organization" else "groups")
        with call.holding.reading() as connection:
            found = [o for o in owners.listed(connection, kind) if not only or o["name"] in only]
        return found[start:end] if flag(call.data, "all_fields") else [o["name"] for o in found[start:end]]

    return act


def _owner_update(kind: Kind, *, keep_others: bool) -> Action:
    def act(call: Call) -> Body:
        """An organization or group changed: the given fields (patch) or all of them (update)."""
        with call.holding.changing() as change:
            row = owners.find(change.connection, kind, required(call.data, "id"))
            before = owners.shown(change.connection, row) if keep_others else {}
            return owners.update(change, row, before | call.data)

    return act


def _owner_delete(kind: Kind) -> Action:
    def act(call: Call) -> None:
        """An organization or group that has no datasets is hidden."""
        with call.holding.changing() as change:
            row = owners.find(change.connection, kind, required(call.data, "id"))
            owners.update(change, row, owners.shown(change.connection, row) | {"state": "deleted"})

    return act


KINDS: tuple[Kind, ...] = ("organization", "group")
READS: dict[str, Action] = {
    each.__name__: each
    for each in (
        status_show, help_show, license_list, package_show, package_list, package_search, resource_show, tag_list,
    )
} | {f"{kind}_show": _owner_show(kind) for kind in KINDS} | {f"{kind}_list": _owner_list(kind) for kind in KINDS}  # fmt: skip
WRITES: dict[str, Action] = {
    each.__name__: each
    for each in (
        package_create, package_update, package_patch, package_revise, package_delete, dataset_purge,
        resource_create, resource_update, resource_patch, resource_delete,
    )
}  # fmt: skip
for _kind in KINDS:
    WRITES |= {
        f"{_kind}_create": _owner_create(_kind),
        f"{_kind}_update": _owner_update(_kind, keep_others=False),
        f"{_kind}_patch": _owner_update(_kind, keep_others=True),
        f"{_kind}_delete": _owner_delete(_kind),
    }
