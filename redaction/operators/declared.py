"""From a contract's declaration to the operator that carries it out, and to the form its output must have."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from domain.contract import Contract, FieldSpec
from domain.errors import ContractInvalid
from domain.masking import ADDRESS_LEVELS, DATE_LEVELS, Redaction
from redaction.operators.addresses import generalise_address
from redaction.operators.coordinates import round_coordinates, round_geojson
from redaction.operators.dates import generalise_date
from redaction.operators.numbers import band, bucket
from redaction.operators.persons import mask_name
from redaction.operators.pseudonyms import looks_pseudonymous, pseudonym
from redaction.operators.seen import Operator
from redaction.operators.serial import Serial, looks_serial
from redaction.operators.stars import keep_ends, mask


def operator_for(
    field: FieldSpec, contract: Contract, *, key: bytes, scope: str, compounds: frozenset[str]
) -> Operator:
    """The function that a field's declared redaction stands for, fresh for one column of one release.

    `scope`: the release; `compounds`: surnames of two characters. Raises ValueError for keep and drop, which rewrite no
    value.
    """
    redaction = field.redaction
    match redaction.operator:
        case "mask":
            return mask
        case "keep_ends":
            return lambda text: keep_ends(text, redaction.prefix, redaction.suffix)
        case "name":
            return lambda text: mask_name(text, compounds)
        case "generalise":
            return _generaliser(field, redaction)
        case "bucket":
            bounds = [Decimal(str(b)) for b in redaction.bounds]
            return lambda text: bucket(text, bounds, redaction.labels)
        case "serial":
            return Serial()
        case "pseudonym":
            within = f"dataset:{contract.id}" if redaction.scope == "dataset" else f"release:{scope}"
            return lambda text: pseudonym(text, key, within)
        case _:
            raise ValueError(f"operator {redaction.operator} rewrites no value")


def _generaliser(field: FieldSpec, redaction: Redaction) -> Operator:
    level, width, digits = redaction.level, redaction.width, redaction.digits
    if level in DATE_LEVELS:
        return lambda text: generalise_date(text, level)
    if level in ADDRESS_LEVELS:
        return lambda text: generalise_address(text, level)
    if width is not None:
        return lambda text: band(text, Decimal(str(width)))
    if digits is not None and field.type == "geojson":
        return lambda text: round_geojson(text, digits)
    if digits is not None:
        return lambda text: round_coordinates(text, digits)
    raise ContractInvalid(f"field {field.name}: generalise needs one of level, width, digits; add it to the contract")


def form_for(field: FieldSpec, contract: Contract, *, compounds: frozenset[str]) -> Callable[[str], bool]:
    """Whether a text could have come out of the field's declared operator; needs no key.

    Serials and pseudonyms are told by their form, everything else by the operator leaving it as it is.
    """
    match field.redaction.operator:
        case "keep" | "drop":
            return lambda _text: True
        case "serial":
            return looks_serial
        case "pseudonym":
            return looks_pseudonymous
        case _:
            operate = operator_for(field, contract, key=b"", scope="", compounds=compounds)
            return lambda text: operate(text) == text
