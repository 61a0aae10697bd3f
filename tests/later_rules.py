"""Later packs under which the contract's words told in WORDS mustn't be public: a real change of the rules, in one home."""

from __future__ import annotations

from pathlib import Path

from flows.home import BUNDLED

NUMBER = "91130100MA0XKE3T0X"  # made up; public under the bundled packs, not under the later ones
WORDS = {"zh": f"主管单位 {NUMBER}", "en": "Debt"}


def put_later_rules(root: Path) -> Path:
    """Write the pack into the home at `root`; returns its file."""
    text = (BUNDLED / "rules" / "personal.yaml").read_text("utf-8")
    head, entity, rest = text.partition("\n- id: uscc_strict\n")
    rest = rest.replace("publish: public", "publish: never", 1)
    path = root / "rules" / "personal.yaml"
    path.write_text((head + entity + rest).replace("version: '2026.1'", "version: '2026.2'", 1), "utf-8")
    return path
