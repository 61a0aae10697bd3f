"""The views that CKAN shows of a file: the table that the platform made, nothing else. Anybody who may edit a dataset can add one, with
words, a picture or a page of another site in it, and it outlives the file's bytes; so inspection names what isn't ours and a
withdrawal takes every view off.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

from catalog.ckan import Catalogue, NotThere

TABLE = "datatables_view"
VIEW = {"view_type": TABLE, "title": "数据预览"}
OF_THE_SERVER = frozenset({"id", "resource_id", "package_id"})
DEFAULTS = {
    "date_format": "llll",
    "ellipsis_length": 100,
    "filterable": True,
    "responsive": False,
}  # of CKAN's table view
WITHOUT_VIEWS = "mingjing_embedded"


def make_preview(catalogue: Catalogue, resource: str) -> None:
    """The table's view, where the catalogue can draw one. Safe to run again. Raises Uncertain, CatalogueRefused."""
    if TABLE in catalogue.extensions and not any(_is_ours(view) for view in _views(catalogue, resource)):
        catalogue.act("resource_view_create", {"resource_id": resource, **VIEW})


def drop_previews(catalogue: Catalogue, resources: list[dict[str, Any]]) -> None:
    """Take every view of the resources off. Raises Uncertain, CatalogueRefused."""
    if not has_previews(catalogue):
        return
    for resource in resources:
        for view in _views(catalogue, resource["id"]):
            with suppress(NotThere):
                catalogue.patiently(partial(catalogue.act, "resource_view_delete", {"id": view["id"]}))


def has_foreign_preview(catalogue: Catalogue, resource: str) -> bool:
    """Whether a stranger is shown a view of the file that the platform didn't make as it is. Raises Uncertain, CatalogueRefused."""
    return any(not _is_ours(view) for view in previews(catalogue, resource))


def previews(catalogue: Catalogue, resource: str) -> list[dict[str, Any]]:
    """The views that a stranger is shown. Raises Uncertain, CatalogueRefused."""
    return _views(catalogue, resource, anonymous=True) if has_previews(catalogue) else []


def has_previews(catalogue: Catalogue) -> bool:
    """Whether the catalogue knows of views: every CKAN does, whatever its plugins that draw them are called."""
    return WITHOUT_VIEWS not in catalogue.extensions


def _views(catalogue: Catalogue, resource: str, *, anonymous: bool = False) -> list[dict[str, Any]]:
    try:
        return list(catalogue.look("resource_view_list", {"id": resource}, anonymous=anonymous))
    except NotThere:
        return []


def _is_ours(view: dict[str, Any]) -> bool:
    said = {key: value for key, value in view.items() if value not in (None, "") and key not in OF_THE_SERVER}
    return {**DEFAULTS, **said} == {**DEFAULTS, **VIEW}
