"""A remedy's preparation: the stored input of a release again, under the stricter operators that a reviewer ordered.

What is ordered stands at the desk (review/acts/decision); this finds the bytes and says what to prepare. Steps are those of
every preparation.
"""

from __future__ import annotations

from domain.errors import ArtefactMissing, TransitionRefused
from domain.release import Artefact
from flows.orders import Order, write_order
from flows.platform import Platform, open_platform


def stored_sources(platform: Platform, release: str) -> tuple[Artefact, ...]:
    """The sources of the release, still in quarantine, under the names that its manifest keeps. Raises ArtefactMissing."""
    from review import queries

    sources = queries.manifest(release).sources
    for source in sources:
        if not platform.stores.has(source.sha256):
            raise ArtefactMissing(
                f"the file that {release} was made of is no longer in quarantine; have the department send it again and "
                "prepare the same period: the remedy holds for it too"
            )
    return sources


def order_of(release: str) -> tuple[str, str]:
    """Dataset and name of the order that prepares what the remedy of `release` asks for. Raises TransitionRefused."""
    from review import queries

    if not queries.remedy_of(release):
        raise TransitionRefused(f"no remedy was ordered for {release}; decide one first")
    manifest = queries.manifest(release)
    order = Order(manifest.dataset, period=manifest.period, dates=dict(manifest.dates), remedy_of=release)
    return manifest.dataset, write_order(open_platform().home, order)
