"""Names and addresses of the licences that a contract may give, by CKAN's license_id."""

from __future__ import annotations

LICENCES: dict[str, tuple[str, str | None]] = {
    "other-open": ("其他（开放）", None),
    "other-pd": ("其他（公有领域）", None),
    "other-at": ("其他（署名）", None),
    "other-nc": ("其他（非商业性）", None),
    "other-closed": ("其他（非开放）", None),
    "notspecified": ("未指定许可", None),
    "cc-by": ("知识共享 署名", "https://creativecommons.org/licenses/by/4.0/"),
    "cc-by-4.0": ("知识共享 署名 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "cc-by-sa": ("知识共享 署名-相同方式共享", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "cc-zero": ("知识共享 CC0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "odc-by": ("开放数据共用 署名", "https://opendatacommons.org/licenses/by/1-0/"),
    "odc-odbl": ("开放数据共用 开放数据库许可", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "odc-pddl": ("开放数据共用 公有领域", "https://opendatacommons.org/licenses/pddl/1-0/"),
}


def licence(license_id: str) -> tuple[str, str | None]:
    """Title in Chinese and web address; an id that isn't listed stands for itself.

    >>> licence("cc-zero")[1]
    'https://creativecommons.org/publicdomain/zero/1.0/'
    """
    return LICENCES.get(license_id, (license_id, None))
