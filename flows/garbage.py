"""How often a process of ours searches its objects for garbage: far less than Python would while it loads its libraries.

Each of a few hundred thousand objects that stay was looked at again and again: 6 to 25 % of what loading a large library costs.
"""

from __future__ import annotations

import gc

NEW_OBJECTS, YOUNG, MIDDLE = 50_000, 20, 50  # Python's own: 700, 10, 10


def collect_seldom() -> None:
    """To the end of the process. Only cycles wait: what nothing refers to any more is freed at once, as ever."""
    gc.set_threshold(NEW_OBJECTS, YOUNG, MIDDLE)
