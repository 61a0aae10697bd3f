"""What can be asked of departments and themes, and done to them: CKAN's organization_* and group_*, made for either kind."""

from __future__ import annotations

from typing import Any

from catalog.embedded import owners
from catalog.embedded.call import Action, Call
from catalog.embedded.dataset_actions import MOST_ROWS, package_search
from catalog.embedded.fields import Body, flag, names, number, required
from catalog.embedded.owners import Kind


def owner_create(kind: Kind) -> Action:
    """organization_create or group_create."""

    def act(call: Call) -> Body:
        """A new organization or group: name, title, description."""
        with call.holding.changing() as change:
            return owners.create(change, kind, call.data)

    return act


def owner_show(kind: Kind) -> Action:
    """organization_show or group_show."""

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


def owner_list(kind: Kind) -> Action:
    """organization_list or group_list."""

    def act(call: Call) -> list[Any]:
        """Names of all organizations or groups, or their entries with `all_fields`. `limit`, `offset`."""
        start = number(call.data, "offset", 0, most=1_000_000)
        end = start + number(call.data, "limit", MOST_ROWS, most=MOST_ROWS)
        only = names(call.data, "organizations" if kind == "organization" else "groups")
        with call.holding.reading() as connection:
            found = [o for o in owners.listed(connection, kind) if not only or o["name"] in only]
        return found[start:end] if flag(call.data, "all_fields") else [o["name"] for o in found[start:end]]

    return act


def owner_update(kind: Kind, *, keep_others: bool) -> Action:
    """organization_patch, organization_update, or the groups' own."""

    def act(call: Call) -> Body:
        """An organization or group changed: the given fields (patch) or all of them (update)."""
        with call.holding.changing() as change:
            row = owners.find(change.connection, kind, required(call.data, "id"))
            before = owners.shown(change.connection, row) if keep_others else {}
            return owners.update(change, row, before | call.data)

    return act


def owner_delete(kind: Kind) -> Action:
    """organization_delete or group_delete."""

    def act(call: Call) -> None:
        """An organization or group that has no datasets is hidden."""
        with call.holding.changing() as change:
            row = owners.find(change.connection, kind, required(call.data, "id"))
            owners.update(change, row, owners.shown(change.connection, row) | {"state": "deleted"})

    return act
