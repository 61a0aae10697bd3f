"""`make bench`, or `python -m bench PART …`: every part is measured and put into bench/RESULTS.md."""

from __future__ import annotations

import sys

from bench import accuracy, catalogue, desk, person_tagger, road, scan
from bench.page import put, section

PARTS = {
    "road": ("The road", road.rows),
    "scan": ("Scanning and redacting", scan.rows),
    "accuracy": ("The planted corpus", accuracy.rows),
    "tagger": ("The tagger of persons", person_tagger.rows),
    "desk": ("The desk", desk.rows),
    "publishing": ("Publishing", catalogue.rows),
    "many": ("Among a thousand datasets", catalogue.many_rows),
}


def main() -> None:
    """Measure the named parts, or all."""
    asked = sys.argv[1:] or list(PARTS)
    if unknown := set(asked) - set(PARTS):
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for part in asked:
        title, rows = PARTS[part]
        put(title, section(title, rows()))


if __name__ == "__main__":
    main()
