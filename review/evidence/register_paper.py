"""The register form as a PDF of archives (PDF/A-2), A4, its Chinese font inside: what is printed, signed by hand and filed.

The only module that knows fpdf2 and fontTools. What the form says is register.py's; equal forms give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fpdf import FPDF, FontFace
from fpdf.enums import WrapMode

from review.evidence.register import TITLE, Sheet

FONT = Path(__file__).with_name("font") / "wqy-microhei.ttf"
NAMED = (1, 3)  # widths of a name and its words
LISTED = (8, 4, 12, 4, 14, 14)  # … and of the six columns of findings
GREY = (243, 243, 243)
PADDING = 1.0  # mm
CLOSING = frozenset("、，。；：！？）〕》」』”’%…,.;:!?)]}")
# Told here, for fpdf2 would name the moment of writing.
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><rdf:Description rdf:about="" xmp:CreateDate="{at}" xmp:ModifyDate="{at}"
 xmp:MetadataDate="{at}"><pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"""


def paper(form: Iterable[Sheet], record: Mapping[str, Any]) -> bytes:
    """The form in PDF, dated by the last event of the release. `record`: queries.show."""
    page = _Page(record["release"], record["release_hash"])
    at = datetime.fromisoformat(record["timeline"][-1]["at"]).replace(microsecond=0).astimezone(UTC)
    page.set_creation_date(at)
    page.set_xmp_metadata(XMP.format(title=f"{TITLE} {record['release']}", at=at.isoformat()))
    page.add_page()
    page.set_font(size=15)
    page.multi_cell(0, 12, TITLE, align="C", new_x="LMARGIN", new_y="NEXT")
    for sheet in form:
        page.lay(sheet)
    return bytes(page.output())


class _Page(FPDF):
    def __init__(self, release: str, release_hash: str) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-2U")
        self._foot = f"{release}　{release_hash[:16]}"
        self.add_font("form", fname=FONT)
        self.fonts["form"].ttfont.recalcTimestamp = False  # type: ignore[union-attr]  # the hour it is written stays out of it
        self.set_font("form", size=9)
        self.set_title(f"{TITLE} {release}")
        self.set_lang("zh-CN")
        self.set_auto_page_break(auto=True, margin=18)

    def header(self) -> None:
        """From here to the foot `{nb}` is what people wrote, not the number of pages."""
        self.alias_nb_pages("")

    def footer(self) -> None:
        self.alias_nb_pages()
        self.set_y(-14)
        self.set_font("form", size=8)
        self.cell(0, 6, f"{self._foot}　第 {self.page_no()} 页，共 {{nb}} 页", align="C")

    def lay(self, sheet: Sheet) -> None:
        """One table with its caption, on pages as many as it takes; a list's head stands again on each."""
        plain = FontFace(emphasis="")
        self.ln(3)
        self.set_font("form", size=10)
        self.cell(0, 7, sheet.caption, new_x="LMARGIN", new_y="NEXT")
        self.set_font("form", size=9)
        names = FontFace(emphasis="", fill_color=GREY)
        how: dict[str, Any] = {"align": "L", "line_height": 5, "padding": PADDING, "wrapmode": WrapMode.CHAR}
        if sheet.head:
            how |= {"col_widths": LISTED, "headings_style": names}
        else:
            how |= {"col_widths": NAMED, "first_row_as_headings": False, "headings_style": plain}
        shares = LISTED if sheet.head else NAMED
        room = [self.epw * share / sum(shares) - 2 * PADDING - 0.5 for share in shares]
        with self.table(**how) as table:
            for row in (sheet.head, *sheet.rows) if sheet.head else sheet.rows:
                line = table.row()
                for number, text in enumerate(row):
                    style = names if number == 0 and not sheet.head else None
                    line.cell(self._in_lines(_written(text), room[number]), style=style)

    def _in_lines(self, text: str, room: float) -> str:
        """The text broken into lines of that many millimetres, none of which begins with a mark that closes."""
        lines = [""]
        for mark in text:
            if mark == "\n" or self.get_string_width(lines[-1] + mark) <= room:
                lines += [""] if mark == "\n" else []
                lines[-1] += mark if mark != "\n" else ""
                continue
            carried = lines[-1][-1:] if mark in CLOSING else ""
            lines[-1] = lines[-1].removesuffix(carried)
            lines.append(carried + mark)
        return "\n".join(lines)


@cache
def _held() -> frozenset[int]:
    """Characters that the font has."""
    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _written(text: str) -> str:
    """The text with the number of each character that the font lacks in its place: nothing is printed as an empty box."""
    return "".join(c if c == "\n" or ord(c) in _held() else f"〔U+{ord(c):04X}〕" for c in text)
