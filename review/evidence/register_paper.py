"""The register form as a PDF of archives (PDF/A-2), A4, its Chinese font inside: what is printed, signed by hand and filed.

The only module that knows fpdf2. What the form says is register.py's; equal forms give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fpdf import FPDF, FontFace
from fpdf.enums import WrapMode

from review.evidence.register import TITLE, Sheet

FONT = Path(__file__).with_name("font") / "wqy-microhei.ttf"
NAMED = (1, 3)  # widths of a name and its words
LISTED = (8, 4, 12, 4, 14, 14)  # … and of the six columns of findings
GREY = (243, 243, 243)


def paper(form: Iterable[Sheet], release: str, release_hash: str, at: datetime) -> bytes:
    """The form in PDF. `release` and `release_hash` stand at the foot of each page; `at`: when it was made."""
    page = _Page(release, release_hash)
    page.set_creation_date(at)
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
        self.set_font("form", size=9)
        self.set_title(f"{TITLE} {release}")
        self.set_lang("zh-CN")
        self.set_auto_page_break(auto=True, margin=18)

    def footer(self) -> None:
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
        how: dict[str, Any] = {"align": "L", "line_height": 5, "padding": 1, "wrapmode": WrapMode.CHAR}
        if sheet.head:
            how |= {"col_widths": LISTED, "headings_style": names}
        else:
            how |= {"col_widths": NAMED, "first_row_as_headings": False, "headings_style": plain}
        with self.table(**how) as table:
            for row in (sheet.head, *sheet.rows) if sheet.head else sheet.rows:
                line = table.row()
                for number, text in enumerate(row):
                    line.cell(_written(text), style=names if number == 0 and not sheet.head else None)


@cache
def _held() -> frozenset[int]:
    """Characters that the font has."""
    page = FPDF()
    page.add_font("form", fname=FONT)
    return frozenset(page.fonts["form"].cmap)  # type: ignore[attr-defined]  # every font from a file has one


def _written(text: str) -> str:
    """The text with the number of each character that the font lacks in its place: nothing is printed as an empty box."""
    return "".join(c if c == "\n" or ord(c) in _held() else f"〔U+{ord(c):04X}〕" for c in text)
