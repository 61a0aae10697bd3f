"""The installation's own keys under HOME/keys, each a file of mode 0600: Ed25519 for the ledger's head and the
evidence, secrets for seals, pseudonyms and the console's cookies. Who uses them is left to the caller; none is ever logged.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.errors import HomeInvalid, SignatureRefused

SIGNING = "ledger.ed25519"
PUBLIC = "ledger.pub"
SECRETS = ("ledger.seal", "pseudonym.key", "console.key")
SECRET_BYTES = 32


def create_keys(home: Path) -> str:
    """Make every key that isn't there yet (0600, folder 0700) and return the public key as text.

    An existing key is never replaced: a new one would make the old ledger unverifiable.
    """
    folder = home / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in (SIGNING, *SECRETS):
        _create(folder / name, secrets.token_bytes(SECRET_BYTES).hex())
    text = public_text(signing_key(home).public_key())
    if not (folder / PUBLIC).exists():
        _create(folder / PUBLIC, text)
    return text


def _create(path: Path, text: str) -> None:
    """Write a new file whole or not at all, readable by its owner alone; silent where it exists."""
    if path.exists():
        return
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, (text + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(part, path)  # unlike rename, never replaces a key that another process has just made
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _secret(home: Path, name: str) -> bytes:
    path = home / "keys" / name
    try:
        if path.stat().st_mode & 0o077:
            raise HomeInvalid(f"{path} can be read by others; correct it: chmod 600 {path}")
        value = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError):
        raise HomeInvalid(
            f"{path} is missing or damaged; restore it from its backup (mingjing init makes it once)"
        ) from None
    if len(value) != SECRET_BYTES:
        raise HomeInvalid(f"{path} is damaged; restore it from its backup")
    return value


def signing_key(home: Path) -> Ed25519PrivateKey:
    """The installation's Ed25519 key. Raises HomeInvalid where it's missing or open to others."""
    return Ed25519PrivateKey.from_private_bytes(_secret(home, SIGNING))


def public_key(home: Path) -> str:
    """The public key, 64 hex digits: pin this wherever evidence is verified."""
    return public_text(signing_key(home).public_key())


def public_text(key: Ed25519PublicKey) -> str:
    """64 hex digits of a public key."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()


def sign(home: Path, purpose: str, data: bytes) -> str:
    """Ed25519 signature (hex) over `purpose` and data: a signature for one purpose is none for another."""
    return signing_key(home).sign(purpose.encode() + b"\n" + data).hex()


def new_person_key(passphrase: str) -> tuple[bytes, str]:
    """A person's own key: PEM locked with the passphrase, and the public key as text."""
    key = Ed25519PrivateKey.generate()
    locked = serialization.BestAvailableEncryption(passphrase.encode())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    return pem, public_text(key.public_key())


def sign_as_person(pem: bytes, passphrase: str, purpose: str, data: bytes) -> tuple[str, str]:
    """Public key and signature (hex) of a person's locked key. Raises SignatureRefused."""
    try:
        key = serialization.load_pem_private_key(pem, passphrase.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):  # not PEM, another passphrase, none needed, a foreign kind
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureRefused("key file and passphrase don't fit; check both and sign again") from None
    return public_text(key.public_key()), key.sign(purpose.encode() + b"\n" + data).hex()


def is_signed(public: str, purpose: str, data: bytes, signature: str) -> bool:
    """Whether the signature is that key's over that purpose and data; False for anything malformed."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), purpose.encode() + b"\n" + data)
    except (InvalidSignature, ValueError):
        return False
    return True


def seal_key(home: Path) -> bytes:
    """Secret with which the desk seals each ledger entry (32 bytes)."""
    return _secret(home, "ledger.seal")


def console_key(home: Path) -> str:
    """Django's SECRET_KEY."""
    return _secret(home, "console.key").hex()


def pseudonym_key(home: Path) -> bytes:
    """Secret behind keyed pseudonyms (32 bytes). Losing it changes every later pseudonym; nothing can be turned back."""
    return _secret(home, "pseudonym.key")


def derived(home: Path, purpose: str, data: bytes) -> bytes:
    """32 bytes that follow from purpose and data, for whoever has the installation's sealing secret."""
    return hmac.new(seal_key(home), purpose.encode() + b"\n" + data, hashlib.sha256).digest()


def seal_of(key: bytes, entry_hash: str) -> str:
    """HMAC-SHA256 (hex) that shows an entry was written by a desk holding the key."""
    return hmac.new(key, entry_hash.encode(), hashlib.sha256).hexdigest()
