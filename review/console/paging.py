"""One page of a long list, and where the neighbouring pages are."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Pages:
    """`number` counts from 1; `total` is the number of things on all pages."""

    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def count(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    @property
    def stop(self) -> int:
        return min(self.start + self.size, self.total)

    @property
    def first(self) -> int:
        return self.start + 1 if self.total else 0

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.count else None


def pages_of(request: HttpRequest, total: int, size: int = PAGE_SIZE, key: str = "page") -> Pages:
    """The page that the address asks for; the nearest one where it asks for nonsense."""
    text = request.GET.get(key, "1")
    wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 1
    last = max(1, -(-total // size))
    return Pages(min(max(1, wanted), last), total, size)
