"""XML as a stream of events through expat with every document type refused, so that no entity is ever expanded.

defusedxml guards the same way but builds whole trees; a sheet of a million cells must not become one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from domain.errors import SourceUnreadable
from intake.bounds import Bounds

CHUNK = 256 * 1024

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Data = Callable[[str], None]


class Local(dict[str, str]):
    """Qualified name → local name, remembered: `x:row` is `row`."""

    def __missing__(self, name: str) -> str:
        self[name] = local = name.rpartition(":")[2]
        return local


def pieces(
    stream: IO[bytes], start: Start, end: End, data: Data, bounds: Bounds, part: str, *, remark: Data
) -> Iterator[None]:
    """Feed the stream to the handlers, which get local names; control comes back after each piece.

    `remark` gets the texts of comments and processing instructions, which no program shows and anyone can read.
    """
    local = Local()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = CHUNK  # long texts in few pieces
    parser.StartElementHandler = lambda name, attributes: start(local[name], attributes)
    parser.EndElementHandler = lambda name: end(local[name])
    parser.CharacterDataHandler = data
    parser.CommentHandler = remark
    parser.ProcessingInstructionHandler = lambda target, text: remark(f"{target} {text}")
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        while chunk := stream.read(CHUNK):
            bounds.time()
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError:
        raise SourceUnreadable(
            f"the part {part} isn't well-formed XML; ask the sender for a fresh export", code="file-truncated"
        ) from None


def _refuse(*_: object) -> None:
    raise SourceUnreadable(
        "a part of the workbook brings its own document type (as entity bombs do); ask the sender for a fresh export",
        code="archive-bomb",
    )
