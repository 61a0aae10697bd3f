"""A dataset in schema.org's words, for the search engines that read a page: a JSON-LD block that no browser runs. Pure."""

from __future__ import annotations

import json
from typing import Any

from catalog.embedded.fields import Body
from catalog.embedded.packages import Site, extras_of
from catalog.embedded.words import LICENCES_EN
from catalog.linked.texts import Language, text, web_address

STANDING = ("current", "archived", "")


def described(package: Body, site: Site, language: Language) -> dict[str, Any]:
    """schema.org/Dataset of a package dictionary."""
    extras, page = extras_of(package), f"{site.url}{'/en' if language == 'en' else ''}/dataset/{package['name']}"
    title_en = extras.get("title_en", "")
    title = (title_en if language == "en" else "") or package["title"] or package["name"]
    ends = [extras.get("temporal_start", ""), extras.get("temporal_end", "")]
    other = package["title"] if language == "en" else title_en
    value = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{site.url}/dataset/{package['id']}",
        "url": page,
        "name": title,
        "alternateName": other if other != title else "",
        "description": package["notes"] or title,
        "identifier": package["id"],
        "keywords": [tag["name"] for tag in package["tags"]],
        "license": web_address(package["license_url"]) or LICENCES_EN.get(package["license_id"], ""),
        "isAccessibleForFree": True,
        "inLanguage": "zh-CN",
        "creator": _organization(package, extras, site),
        "publisher": _organization(package, extras, site),
        "dateCreated": package["metadata_created"][:10],
        "dateModified": package["metadata_modified"][:10],
        "temporalCoverage": "/".join(ends) if all(ends) else "",
        "version": text(package.get("version")),
        "includedInDataCatalog": {"@type": "DataCatalog", "name": site.title, "url": f"{site.url}/"},
        "distribution": [_file(r) for r in package["resources"] if text(r.get("edition_state")) in STANDING and web_address(r["url"])],
    }  # fmt: skip
    return _filled(value)


def script(value: dict[str, Any]) -> str:
    """The JSON as it may stand inside a page: nothing in it can end the block or open another.

    >>> script({"name": "</script><!--"})
    '{"name":"\\\\u003c/script\\\\u003e\\\\u003c!--"}'
    """
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        said = said.replace(sign, f"\\u{ord(sign):04x}")
    return said


def _organization(package: Body, extras: dict[str, str], site: Site) -> dict[str, Any]:
    organization = package["organization"]
    contact = {
        "@type": "ContactPoint",
        "contactType": "data contact",
        "name": extras.get("contact_name") or package["maintainer"],
        "telephone": extras.get("contact_phone", ""),
        "email": extras.get("contact_email") or package["maintainer_email"],
    }
    return _filled(
        {
            "@type": "GovernmentOrganization",
            "name": organization["title"] or organization["name"],
            "url": f"{site.url}/organization/{organization['name']}",
            "contactPoint": _filled(contact) if contact["name"] else None,
        }
    )


def _file(resource: Body) -> dict[str, Any]:
    size = resource["size"]
    value = {
        "@type": "DataDownload",
        "name": resource["name"],
        "contentUrl": web_address(resource["url"]),
        "encodingFormat": text(resource.get("mimetype")) or resource["format"],
        "contentSize": f"{size} B" if isinstance(size, int) and size >= 0 else "",
        "sha256": text(resource.get("hash")).removeprefix("sha256:"),
        "datePublished": text(resource.get("published_on"))[:10],
    }
    return _filled(value)


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in value.items() if v not in (None, "", [], {})}
