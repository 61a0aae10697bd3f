"""What a case is about: a release of ours, or a catalogue of others that is watched, the whole of it or one dataset. Pure.

Everything that shows or writes down a case asks this; who may see and answer it hangs on the case's department alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.canonical import canonical_json, sha256_hex


@dataclass(frozen=True, slots=True)
class Subject:
    """`title`: Chinese, English. `release`: its id, "" for a catalogue of others; `dataset`: ours by id, a foreign one by the
    name it has there, "" for the whole catalogue."""

    title: tuple[str, str]
    dataset: str
    release: str = ""
    catalogue: str = ""

    @property
    def said(self) -> Mapping[str, str]:
        """What a ledger line says of it beside the release: the catalogue, and a hash for the dataset, whose name is a
        stranger's."""
        return said_of(self.catalogue, self.dataset) if self.catalogue else {}


def of_release(release: str, dataset: str, title_zh: str, title_en: str, period: str) -> Subject:
    """A release of ours."""
    return Subject((f"{title_zh} · {period}", f"{title_en} · {period}"), dataset, release=release)


def of_catalogue(catalogue: str, dataset: str) -> Subject:
    """A catalogue of others, or one of its datasets."""
    title = (dataset, dataset) if dataset else ("整个目录", "the whole catalogue")
    return Subject(title, dataset, catalogue=catalogue)


def said_of(catalogue: str, dataset: str) -> Mapping[str, str]:
    """How the ledger names a dataset of a catalogue of others."""
    return {"catalogue": catalogue, "subject_sha256": sha256_hex(canonical_json([catalogue, dataset]))}
