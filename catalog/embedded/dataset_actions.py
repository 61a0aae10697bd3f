"""What can be asked of datasets, and done to them: CKAN's package_* and dataset_purge."""

from __future__ import annotations

from catalog.embedded import packages, writing
from catalog.embedded.call import Call, refuse_private
from catalog.embedded.fields import Body, flag, names, number, required
from catalog.embedded.query import Both, parse
from catalog.embedded.revise import included, revise, wanted_dataset
from catalog.embedded.search import DEFAULT_SORT, Wish, facet_titles, search
from catalog.linked.texts import text

MOST_ROWS = 1000


def package_show(call: Call) -> Body:
    """One dataset by `id` (id or name). 403 where it isn't public and the token is missing."""
    with call.holding.reading() as connection:
        row = packages.find(connection, required(call.data, "id"))
        refuse_private(call, row)
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
        return writing.create(change, call.data, call.site)


def package_update(call: Call) -> Body:
    """A dataset made to be as given, its list of files too."""
    ref = text(call.data.get("id")) or required(call.data, "name")
    with call.holding.changing() as change:
        return writing.update(change, packages.find(change.connection, ref), call.data, call.site)


def package_patch(call: Call) -> Body:
    """The given fields of a dataset changed, all others kept."""
    with call.holding.changing() as change:
        row = packages.find(change.connection, required(call.data, "id"))
        before = packages.shown(change.connection, row, call.site)
        return writing.update(change, row, before | call.data | {"id": row["id"]}, call.site)


def package_revise(call: Call) -> Body:
    """match, filter, update, include: change parts of a dataset, and add files, in one act; see CKAN's package_revise."""
    ref = wanted_dataset(call.data)
    with call.holding.changing() as change:
        row = packages.find(change.connection, ref)
        before = packages.shown(change.connection, row, call.site)
        revised = revise(before, call.data)
        return included({"package": writing.update(change, row, revised, call.site)}, call.data)


def package_delete(call: Call) -> None:
    """Hide a dataset for good; its address says that it once was there. Its bytes stay until dataset_purge."""
    with call.holding.changing() as change:
        row = packages.find(change.connection, required(call.data, "id"))
        before = packages.shown(change.connection, row, call.site)
        writing.update(change, row, before | {"state": "deleted"}, call.site)


def dataset_purge(call: Call) -> None:
    """A dataset away for good, its bytes too."""
    with call.holding.changing() as change:
        writing.purge(change, packages.find(change.connection, required(call.data, "id")))
