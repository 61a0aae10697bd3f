"""Numbers inside another notation, where the cell must be decoded before anything can be read: the group NESTED.

The span is that of the encoded number in the cell, first to last sign of its code.
"""

from __future__ import annotations

from random import Random

from bench.corpus.numbers import Item
from bench.corpus.surroundings import Pieces, Planted, Surrounding


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(c):04x}" for c in text)


def _json_escapes(draw: Random, item: Item, written: str) -> Pieces:
    return ['{"内容": "', Planted(item, _escaped(written)), '"}']


def _json_escapes_deep(draw: Random, item: Item, written: str) -> Pieces:
    return ['{"外层": "{\\"内层\\": \\"', Planted(item, _escaped(written).replace("\\", "\\\\")), '\\"}"}']


def _entities(form: str) -> Surrounding:
    return lambda draw, item, written: ["<td>", Planted(item, "".join(form.format(ord(c)) for c in written)), "</td>"]


def _tags(draw: Random, item: Item, written: str) -> Pieces | None:
    if not item.groups:
        return None
    cut = item.groups[0]
    between = draw.choice(["</b><i>", "<br>", '</span><span class="n">', "<wbr>"])
    return ["<p><b>", Planted(item, written[:cut] + between + written[cut:]), "</i></p>"]


def _nbsp(draw: Random, item: Item, written: str) -> Pieces | None:
    if not item.groups:
        return None
    cut = item.groups[0]
    return ["<td>", Planted(item, written[:cut] + draw.choice(["&nbsp;", "&#160;", "&ensp;"]) + written[cut:]), "</td>"]


def _percent(draw: Random, item: Item, written: str) -> Pieces:
    coded = "".join(f"%{byte:02X}" for byte in written.encode())
    return ["https://example.com/q?id=", Planted(item, coded), "&page=2"]


NESTED: dict[str, Surrounding] = {
    "json escapes": _json_escapes,
    "json escapes in json": _json_escapes_deep,
    "html decimal references": _entities("&#{};"),
    "html hexadecimal references": _entities("&#x{:x};"),
    "html tags between groups": _tags,
    "html blanks between groups": _nbsp,
    "percent-encoded": _percent,
}
