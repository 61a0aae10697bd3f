"""What never reaches a catalogue: the package for posting on the spot (audience: local), a ZIP with the lists, their
checksums and a notice (公示) to print. Same release, same bytes; the day of posting is written in by hand.
"""

from __future__ import annotations

import csv
import html
import io
import zipfile
from pathlib import Path
from typing import TextIO

from catalog.admission import verify
from catalog.export import MEDIA_TYPES
from catalog.mapping import edition_label
from domain.contract import Audience, Contract, Disclosure
from domain.errors import ContentChanged, DisclosureForbidden, ReleaseNotApproved, UsageInvalid
from domain.ports import ArtefactStore
from domain.release import Approval, Artefact, Manifest

NOTICE_ROWS = 5_000  # a longer list is posted from its file; the notice says so
POSTED = ("csv", "xlsx")
STYLE = (
    "@page{size:A4;margin:18mm}body{font:14px/1.7 'Noto Serif CJK SC','SimSun',serif;max-width:180mm;margin:auto}"
    "h1{text-align:center;font-size:24px}table{border-collapse:collapse;width:100%}th,td{border:1px solid #000;"
    "padding:2px 6px;text-align:left;overflow-wrap:anywhere}thead{display:table-header-group}tr{break-inside:avoid}"
    ".sign{text-align:right;margin-top:2em}.small{font-size:11px;overflow-wrap:anywhere}"
)


def posting_package(
    contract: Contract, manifest: Manifest, approval: Approval, store: ArtefactStore, *, into: Path
) -> Path:
    """Write the posting package of an approved release into the folder `into` and return its path.

    Raises ReleaseNotApproved where the approval is of another hash, ContentChanged where contract or files aren't those
    approved, UsageInvalid for a dataset that belongs in the catalogue, DisclosureForbidden where it may not be shown.
    """
    if not isinstance(approval, Approval) or approval.release_hash != manifest.release_hash:
        raise ReleaseNotApproved("the approval isn't of this release hash; have the release decided in review first")
    if contract.id != manifest.dataset or approval.dataset != manifest.dataset:
        raise ContentChanged("contract, approval and manifest name different datasets; prepare the release again")
    if contract.audience is not Audience.LOCAL:
        raise UsageInvalid(f"{contract.id} is for everybody (audience: public); publish it to the catalogue")
    if contract.disclosure is Disclosure.WITHHELD:
        raise DisclosureForbidden(f"{contract.id} is withheld; it can't be posted")
    for artefact in manifest.exports:
        verify(store, artefact)
    lists = [a for a in manifest.exports if a.media_type in {MEDIA_TYPES[kind] for kind in POSTED}]
    path = into / f"{contract.slug}-{manifest.period}-{manifest.release_hash[:12]}-posting.zip"
    part = path.with_suffix(".part")
    try:
        _write_package(part, contract, manifest, lists, store)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(path)
    return path


def _write_package(
    path: Path, contract: Contract, manifest: Manifest, lists: list[Artefact], store: ArtefactStore
) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for artefact in lists:
            with package.open(_member(artefact.name), "w", force_zip64=True) as out:
                for chunk in store.chunks(artefact.sha256):
                    out.write(chunk)
        package.writestr(_member("SHA256SUMS.txt"), "".join(f"{a.sha256}  {a.name}\n" for a in lists))
        with (
            package.open(_member("notice.html"), "w", force_zip64=True) as raw,
            io.TextIOWrapper(raw, "utf-8", newline="\n") as out_text,
        ):
            _write_notice(out_text, contract, manifest, lists, store)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member


def _write_notice(
    out: TextIO, contract: Contract, manifest: Manifest, lists: list[Artefact], store: ArtefactStore
) -> None:
    label = edition_label(manifest.period, is_correction=manifest.supersedes is not None)
    title = html.escape(f"{contract.title.zh}公示（{label}）")
    basis = html.escape("；".join(str(c) for c in contract.legal_basis))
    contact = " ".join(t for t in (contract.contact.name, contract.contact.phone, contract.contact.email) if t)
    out.write(
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n"
        f"<p>{html.escape(contract.description.zh)}</p>\n"
        f"<p>依据{basis}，现予公示。公示期 {contract.publication_days} 天："
        "自　　　　年　　月　　日起至　　　　年　　月　　日止。公示期满后撤下并留存备查。</p>\n"
        f"<p>对公示内容有异议的，请在公示期内反映。联系方式：{html.escape(contact)}。</p>\n"
    )
    for artefact in lists:
        if artefact.media_type == MEDIA_TYPES["csv"]:
            _write_table(out, artefact, store)
    out.write(
        f'<p class="sign">{html.escape(contract.contact.name)}（盖章）<br>　　　　年　　月　　日</p>\n'
        f'<p class="small">审查记录号：{manifest.release_hash}</p>\n</body></html>\n'
    )


def _write_table(out: TextIO, artefact: Artefact, store: ArtefactStore) -> None:
    csv.field_size_limit(1 << 24)  # the library's own limit would refuse a long remark
    with Path(store.local_path(artefact.sha256)).open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        out.write(f"<table><thead>{_row(next(rows), 'th')}</thead><tbody>\n")
        for number, row in enumerate(rows, start=1):
            if number > NOTICE_ROWS:
                break
            out.write(_row(row, "td") + "\n")
        else:
            out.write("</tbody></table>\n")
            return
    out.write(f"</tbody></table>\n<p>以上为前 {NOTICE_ROWS} 行，全部内容见 {artefact.name}。</p>\n")


def _row(cells: list[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in cells) + "</tr>"
