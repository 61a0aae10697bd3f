"""What a CKAN remembers of a dataset: its activity stream tells anybody the titles that it had. Taken away as far as the API
lets us: CKAN 2.12 deletes activities for an administrator's token alone, and a dataset's owner can't hide them either (an activity
keeps the labels of the day it was made on, so making the dataset private doesn't); else the proof says what is left to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.ckan import Catalogue, NotThere
from catalog.wordless import TITLE, TITLE_STANDING
from domain.errors import CatalogueRefused

HISTORY = "package_activity_list"
PAGE = 100
REMEDY = (
    "{url} still tells the titles that the dataset had, which this token may not delete; the catalogue's administrator runs "
    "`for id in {ids}; do ckanapi action activity_delete id=$id -r {catalogue} -a ADMIN_TOKEN; done`, and the next try closes the proof"
)


def remedy(catalogue: Catalogue, row: Mapping[str, Any]) -> str:
    """What an administrator has to run, for a row of `look_at_history` that isn't gone. The command stands in backticks."""
    return REMEDY.format(url=row["url"], ids=" ".join(row["activities"]), catalogue=catalogue.url)


def forget(catalogue: Catalogue, found: Mapping[str, Any]) -> None:
    """Delete the dataset's activities that hold its words, as far as the token may. Raises Uncertain."""
    for activity in list(_telling(catalogue, found, anonymous=False)):
        try:
            catalogue.act("activity_delete", {"id": activity["id"]})
        except NotThere:  # gone meanwhile
            continue
        except CatalogueRefused:  # no administrator's token, or an older CKAN
            return


def look_at_history(catalogue: Catalogue, found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A row of the proof: whether anybody can still read a former title, with the ids of the activities that tell one. None
    where the catalogue keeps no activities."""
    if "activity" not in catalogue.extensions:
        return
    told = [str(activity["id"]) for activity in _telling(catalogue, found, anonymous=True)]
    url = f"{catalogue.url}/api/3/action/{HISTORY}?id={found['name']}"
    yield {"url": url, "status": 200, "gone": not told, "redirected_to": None} | ({"activities": told} if told else {})


def _telling(catalogue: Catalogue, found: Mapping[str, Any], *, anonymous: bool) -> Iterator[Mapping[str, Any]]:
    """The dataset's activities in which another title stands than a tombstone's."""
    if "activity" not in catalogue.extensions:
        return
    query: dict[str, Any] = {"id": found["id"], "limit": PAGE, "offset": 0}
    while True:
        try:
            page = catalogue.look(HISTORY, query, anonymous=anonymous)
        except CatalogueRefused:  # not for this visitor
            return
        for activity in page:
            package = (activity.get("data") or {}).get("package") or {}
            if package.get("title") not in (TITLE, TITLE_STANDING):
                yield activity
        if len(page) < PAGE:
            return
        query["offset"] += PAGE
