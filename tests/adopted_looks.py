"""Looks at a catalogue of others, made up, and the people who answer for what they find. Use it as `from tests.adopted_looks import …`."""

from __future__ import annotations

from datetime import date
from typing import Any

from review.adopted_look import Look

URL = "https://data.city.test"
FIRST, AGAIN = "2026-11-01T00:00:00+00:00", "2026-11-20T00:00:00+00:00"
DUE = date(2026, 12, 1)


def changed(
    dataset: str, code: str = "adopted-bytes-differ", file: str | None = "1.csv", now: str = ""
) -> dict[str, Any]:
    """A change that a person has to look at; `now`: what the bytes are."""
    key = "/".join((code, dataset, str(file), now))
    return {"key": key, "code": code, "severity": "hold", "dataset": dataset, "field": None, "file": file}


def record(*changes: dict[str, Any], on: str = FIRST, fault: str = "", due_on: date = DUE) -> dict[str, int]:
    """A night's look, kept."""
    from review import desk

    return desk.record_adopted(Look(URL, on, {"datasets": 9, "files": 9, "unseen": 0}, changes, fault=fault), due_on)


def seat_everywhere() -> None:
    """`op` answers cases of every department; `conf` and `chief` answer and close them."""
    from review import desk

    desk.grant("op", "data_bureau", "operator")
    desk.grant("conf", "confidentiality_office", "confidentiality_reviewer")
    desk.grant("chief", "government_office", "releasing_chief")


def cases() -> list[tuple[str, str, str]]:
    """(number, dataset, status) of every case about the catalogue, oldest first."""
    from review.models import CaseRecord

    found = CaseRecord.objects.filter(catalogue=URL).order_by("number")
    return list(found.values_list("public_id", "foreign_dataset", "status"))
