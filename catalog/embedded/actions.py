"""CKAN's actions by name: READS may be asked by everybody and by GET, WRITES want the token and POST.

HTTP is left to api; what an action does stands in the files named after what it acts on.
"""

from __future__ import annotations

from catalog.embedded.call import Action, Call
from catalog.embedded.dataset_actions import (
    dataset_purge,
    package_create,
    package_delete,
    package_list,
    package_patch,
    package_revise,
    package_search,
    package_show,
    package_update,
)
from catalog.embedded.fields import Body, required
from catalog.embedded.owner_actions import owner_create, owner_delete, owner_list, owner_show, owner_update
from catalog.embedded.owners import Kind
from catalog.embedded.refusals import NotFound
from catalog.embedded.reports import mingjing_report_delete, mingjing_report_list
from catalog.embedded.resource_actions import (
    resource_create,
    resource_delete,
    resource_patch,
    resource_show,
    resource_update,
)
from catalog.licences import LICENCES
from catalog.linked.texts import text

CKAN_VERSION = "2.12.0"  # the version whose Action API is spoken


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


def tag_list(call: Call) -> list[str]:
    """Tags of public datasets; `query` for those that hold it."""
    part = text(call.data.get("query")).casefold()
    with call.holding.reading() as connection:
        rows = connection.execute(
            "SELECT DISTINCT t.value FROM trait t JOIN public_package p ON p.number = t.package"
            " WHERE t.field = 'tags' ORDER BY t.value"
        )
        return [row[0] for row in rows if part in row[0].casefold()]


KINDS: tuple[Kind, ...] = ("organization", "group")
READS: dict[str, Action] = {
    each.__name__: each
    for each in (
        status_show, help_show, license_list, package_show, package_list, package_search, resource_show, tag_list,
    )
} | {f"{kind}_show": owner_show(kind) for kind in KINDS} | {f"{kind}_list": owner_list(kind) for kind in KINDS}  # fmt: skip
WRITES: dict[str, Action] = {
    each.__name__: each
    for each in (
        package_create, package_update, package_patch, package_revise, package_delete, dataset_purge,
        resource_create, resource_update, resource_patch, resource_delete,
        mingjing_report_list, mingjing_report_delete,
    )
}  # fmt: skip
for _kind in KINDS:
    WRITES |= {
        f"{_kind}_create": owner_create(_kind),
        f"{_kind}_update": owner_update(_kind, keep_others=False),
        f"{_kind}_patch": owner_update(_kind, keep_others=True),
        f"{_kind}_delete": owner_delete(_kind),
    }
