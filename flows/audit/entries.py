"""The entries of a foreign catalogue themselves: titles, notes, tags, extras, names and descriptions of files, scanned with the
same packs and by the same crafts as a file, for they are public too. Told as kinds, counts and places, no value.

All texts of a catalogue are laid down as one file of one column while it is listed, so memory doesn't grow with it; the
file is private and gone afterwards.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from catalog.foreign import ForeignDataset
from domain.errors import MingjingError
from domain.finding import SEVERITIES, Severity
from domain.pack import Packs
from flows.audit.read import READING
from flows.progress import listening
from flows.report.facts import PLACES_SHOWN, entity_titles
from flows.report.words import code_title

Shown = Callable[[str], str]
Kind = tuple[str, str, str | None]  # severity, code, entity


@dataclass
class Entries:
    """The texts heard so far. Made by `entries_in`."""

    folder: Path
    texts: IO[str]
    places: IO[str]
    rows: int = 0
    datasets: list[tuple[str, str]] = field(default_factory=list)  # name, title
    first_rows: list[int] = field(default_factory=list)  # of each dataset, counted from 0

    def hear(self, dataset: ForeignDataset, texts: Iterable[tuple[str, str]]) -> None:
        """Keep a dataset's texts."""
        self.datasets.append((dataset.name, dataset.title))
        self.first_rows.append(self.rows)
        for place, text in texts:
            whole = text.encode("utf-8", "replace").decode()  # a lone surrogate isn't text
            self.texts.write(json.dumps({"text": whole}, ensure_ascii=False) + "\n")
            self.places.write(place + "\n")
            self.rows += 1

    def scanned(self, home: Path | None, packs: Packs, shown: Shown) -> dict[str, Any]:
        """{texts, complete, counts, found: [{dataset, title, severity, counts, findings: [{severity, code, entity, title, count,
        places}]}]}. What couldn't be scanned whole is said to be so, never clean.
        """
        self.texts.flush()
        self.places.flush()
        counts = {s.value: 0 for s in SEVERITIES}
        told: dict[str, Any] = {"texts": self.rows, "complete": True, "counts": counts, "found": []}
        if not self.rows:
            return told
        try:
            told["complete"], hits = self._hits(home)
        except MingjingError:
            return told | {"complete": False}
        titles = entity_titles(packs)
        by_dataset: dict[int, dict[Kind, list[int]]] = defaultdict(lambda: defaultdict(list))
        for row, kind in hits:
            by_dataset[bisect_right(self.first_rows, row) - 1][kind].append(row)
        places = dict(self._places({r for kinds in by_dataset.values() for rows in kinds.values() for r in rows}))
        order = [s.value for s in SEVERITIES]
        for number, kinds in sorted(by_dataset.items()):
            groups = [_group(kind, rows, places, titles) for kind, rows in kinds.items()]
            groups.sort(key=lambda g: (order.index(g["severity"]), g["code"], g["entity"] or ""))
            mine = {s: sum(g["count"] for g in groups if g["severity"] == s) for s in order}
            for severity, count in mine.items():
                counts[severity] += count
            name, title = self.datasets[number]
            told["found"].append(
                {
                    "dataset": shown(name), "title": shown(title), "severity": groups[0]["severity"], "counts": mine,
                    "findings": groups,
                }
            )  # fmt: skip
        return told

    def _hits(self, home: Path | None) -> tuple[bool, list[tuple[int, Kind]]]:
        """Whether every text was scanned, and (row from 0, kind) of each hit."""
        from flows.lookover import look_over

        with (
            listening(lambda *_: None),
            look_over(Path(self.texts.name), contract=None, home=home, limits=READING, under=self.folder) as seen,
        ):
            is_whole = bool(seen.report["complete"]) and sum(t["rows"] for t in seen.report["tables"]) == self.rows
            hits = [
                (f["row"] - 1, (f["severity"], f["code"], f["entity"])) for f in seen.findings() if f["row"] is not None
            ]
            strayed = any(f["row"] is None and Severity(f["severity"]) is Severity.BLOCK for f in seen.findings())
        return is_whole and not strayed, hits

    def _places(self, rows: set[int]) -> Iterator[tuple[int, str]]:
        with Path(self.places.name).open(encoding="utf-8") as file:
            for number, line in enumerate(file):
                if number in rows:
                    yield number, line.rstrip("\n")


def _group(kind: Kind, rows: list[int], places: dict[int, str], titles: dict[str, tuple[str, str]]) -> dict[str, Any]:
    severity, code, entity = kind
    where = list(dict.fromkeys(places[row] for row in sorted(rows)))
    return {
        "severity": severity, "code": code, "entity": entity, "title": list(titles.get(entity or "") or code_title(code)),
        "count": len(rows), "places": where[:PLACES_SHOWN],
    }  # fmt: skip


@contextmanager
def entries_in(folder: Path) -> Iterator[Entries]:
    """Where the texts of one audit are heard, in a private folder under `folder` that is gone afterwards."""
    with TemporaryDirectory(prefix="entries-", dir=folder) as name:
        root = Path(name)
        with (
            (root / "entries.jsonl").open("w", encoding="utf-8") as texts,
            (root / "places").open("w", encoding="utf-8") as places,
        ):
            yield Entries(root, texts, places)
