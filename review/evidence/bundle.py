"""The bundle's shape: names of its files, its deterministic zip, its signature's purpose."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from domain.errors import EvidenceInvalid

FORMAT = "mingjing-evidence/1"
PURPOSE = "mingjing.evidence.v1"
INDEX, SIGNATURE = "bundle.json", "bundle.sig"
LARGEST = 512 * 1024 * 1024  # bytes of all files unpacked
ARTEFACTS = {
    "contract": "contract.json",
    "findings": "findings.json",
    "coverage": "coverage.json",
    "metadata": "metadata.json",
}


def write_zip(files: Mapping[str, bytes], out: Path) -> None:
    """Equal files give equal bytes: names sorted, one fixed date, one mode. Whole or not at all."""
    part = out.with_name(out.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr, info.create_system, info.compress_type = 0o644 << 16, 3, zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])
    part.replace(out)


def read_zip(path: Path) -> dict[str, bytes]:
    """The bundle's files by name. Raises EvidenceInvalid for anything that isn't such a zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            names = [i.filename for i in infos]
            if len(set(names)) < len(names) or sum(i.file_size for i in infos) > LARGEST:
                raise EvidenceInvalid(
                    f"{path.name} names a file twice or unpacks to too much; ask for the bundle again"
                )
            return {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, OSError, RuntimeError, EOFError, ValueError):
        raise EvidenceInvalid(f"{path.name} isn't a readable zip; ask for the bundle again") from None
