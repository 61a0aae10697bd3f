"""The tree of units and the reason codes, from their packs or one by one. An administrator of the installation does it."""

from __future__ import annotations

import re
from typing import Any

from domain.errors import PackInvalid, UsageInvalid
from domain.pack import Pack
from review.models import ReasonCode, Unit
from review.permissions import SYSTEM, Role, check_can_manage
from review.reading import office
from review.transaction import Page, act

CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
KINDS = ("city", "department", "county", "township", "enterprise")


@act()
def load_units(page: Page, pack: Pack, actor: str = SYSTEM) -> int:
    """Bring the tree of units to what the pack `units` says; units it doesn't name stay. Returns the number it names.

    Raises PackInvalid, NotPermitted.
    """
    check_can_manage(office(actor), actor, None, page.at)
    rows = _unit_rows(pack)
    for row in rows:
        _keep_unit(**row)
    _check_tree()
    page.write(
        "units-loaded", actor, pack=pack.id, version=pack.version, sha256=pack.sha256, units=[_said(r) for r in rows]
    )
    return len(rows)


def _unit_rows(pack: Pack) -> list[dict[str, object]]:
    try:
        return [
            {
                "code": u["code"], "title_zh": u["title"]["zh"], "title_en": u["title"]["en"], "kind": u["kind"],
                "parent": u.get("parent"), "pools": [Role(r).value for r in u.get("pools", ())],
            }
            for u in pack.data["units"]
        ]  # fmt: skip
    except (KeyError, TypeError, ValueError):
        raise PackInvalid(
            f"pack {pack.id}: each of units has code, title (zh, en), kind, parent and pools of known roles"
        ) from None


def _said(row: dict[str, object]) -> dict[str, object]:
    return {k: row[k] for k in ("code", "kind", "parent", "pools")}


def _keep_unit(code: object, title_zh: object, title_en: object, kind: object, parent: object, pools: object) -> None:
    if not isinstance(code, str) or not CODE.fullmatch(code) or kind not in KINDS:
        raise UsageInvalid(f"a unit's code is like finance or long_an, its kind one of {', '.join(KINDS)}")
    if parent is not None and not Unit.objects.filter(code=parent).exists():
        raise UsageInvalid(f"unit {code}: its parent isn't there; add the parent first")
    values = {"title_zh": title_zh, "title_en": title_en, "kind": kind, "parent_id": parent, "pools": pools}
    Unit.objects.update_or_create(code=code, defaults=values)


def _check_tree() -> None:
    tree = office().tree
    for code in tree.parents:
        if code in tree.above(code):
            raise UsageInvalid(f"unit {code} would stand above itself; correct its parent")


@act()
def add_unit(
    page: Page, code: str, *, title_zh: str, title_en: str, kind: str, parent: str | None,
    pools: tuple[str, ...] = (), actor: str = SYSTEM,
) -> str:  # fmt: skip
    """Add or change one unit; returns its code. Raises UsageInvalid, NotPermitted."""
    check_can_manage(office(actor), actor, parent, page.at)
    if set(pools) - {r.value for r in Role}:
        raise UsageInvalid(f"a unit pools roles; known are {', '.join(r.value for r in Role)}")
    row: dict[str, Any] = {"code": code, "kind": kind, "parent": parent, "pools": list(pools)}
    _keep_unit(title_zh=title_zh, title_en=title_en, **row)
    _check_tree()
    page.write("unit-added", actor, **row)
    return code


@act()
def load_reason_codes(page: Page, pack: Pack, actor: str = SYSTEM) -> int:
    """Bring the reason codes of withholding to what the pack `reason_codes` says; older codes stay readable.

    Raises PackInvalid, NotPermitted.
    """
    check_can_manage(office(actor), actor, None, page.at)
    try:
        rows = [
            {
                "code": r["code"], "title_zh": r["title"]["zh"], "title_en": r["title"]["en"],
                "citation": r["citation"], "disclosure": r["disclosure"],
            }
            for r in pack.data["codes"]
        ]  # fmt: skip
    except (KeyError, TypeError):
        raise PackInvalid(f"pack {pack.id}: each of codes has code, title (zh, en), citation and disclosure") from None
    ReasonCode.objects.update(is_current=False)
    for row in rows:
        ReasonCode.objects.update_or_create(code=row["code"], defaults={**row, "is_current": True})
    page.write("reason-codes-loaded", actor, pack=pack.id, version=pack.version, sha256=pack.sha256)
    return len(rows)
