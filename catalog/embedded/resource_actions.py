"""What can be asked of single files, and done to them: CKAN's resource_*."""

from __future__ import annotations

from catalog.embedded import packages, writing
from catalog.embedded.call import Call, refuse_private
from catalog.embedded.fields import Body, required
from catalog.embedded.refusals import Invalid
from catalog.linked.texts import text


def resource_show(call: Call) -> Body:
    """One file's entry by `id`."""
    with call.holding.reading() as connection:
        row = packages.find_resource(connection, required(call.data, "id"))
        refuse_private(call, packages.find(connection, row["package"]))
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
        after = writing.update(change, row, before | {"resources": [*before["resources"], call.data]}, call.site)
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
        writing.update(change, row, before | {"resources": left}, call.site)


def _change_resource(call: Call, *, keep_others: bool) -> Body:
    with call.holding.changing() as change:
        resource = packages.find_resource(change.connection, required(call.data, "id"))
        row = packages.find(change.connection, resource["package"])
        before = packages.shown(change.connection, row, call.site)
        resources = [
            ((r if keep_others else {}) | call.data) if r["id"] == resource["id"] else r for r in before["resources"]
        ]
        after = writing.update(change, row, before | {"resources": resources}, call.site)
        changed: Body = next(r for r in after["resources"] if r["id"] == resource["id"])
        return changed
