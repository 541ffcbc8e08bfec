"""The envelope in which WeChat and WeCom deliver messages: signature and encryption.

Source: the vendors' developer documentation, "message encryption and decryption". A message is
AES-256-CBC of random(16) + length(4, big-endian) + message + receiver, padded to blocks of 32;
the key's first 16 bytes are the initialisation vector.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from dengmi.channels.errors import Forged
from dengmi.core.errors import BadSettings

_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_BLOCK = 32
_HEAD = 20  # 16 random bytes and the length


def signature(*parts: str) -> str:
    """The signature of token, time, nonce and, in the encrypted modes, the ciphertext: the SHA-1
    of the sorted parts, in lower case."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def check_signature(given: str, *parts: str) -> None:
    """Raises Forged where the signature is not that of the parts."""
    if not hmac.compare_digest(signature(*parts).encode(), given.encode()):
        raise Forged("signature")


@dataclass(frozen=True, slots=True)
class Opened:
    """A message out of its envelope. `key` is the one that opened it; a reply takes the same."""

    message: bytes
    key: bytes


class Envelope:
    """Opens and seals messages.

    Args:
        token: the account's token; `receiver` what must stand at the end of each message: the
            app id, the corporation id, or "".
        keys: the EncodingAESKey, and an earlier one that is still good.

    Raises:
        BadSettings: a key is not of 43 letters and digits.
    """

    def __init__(self, token: str, keys: Iterable[str], receiver: str) -> None:
        self.token = token
        self._receiver = receiver.encode()
        self._keys = [_key(each) for each in keys if each]

    @property
    def key(self) -> bytes | None:
        """The key of today; None where none is set."""
        return self._keys[0] if self._keys else None

    def open(self, sealed: str, signature: str, timestamp: str, nonce: str) -> Opened:
        """The message of an envelope.

        Raises:
            Forged: signature, padding, length or receiver are wrong, or no key opens it.
        """
        check_signature(signature, self.token, timestamp, nonce, sealed)
        try:
            data = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError):
            raise Forged("base64") from None
        if not data or len(data) % 16:
            raise Forged("length")
        trouble = Forged("key")
        for key in self._keys:
            try:
                return Opened(self._message(_unpadded(_cipher(key, data, sealing=False))), key)
            except Forged as error:
                trouble = error
        raise trouble

    def seal(self, message: bytes, key: bytes, *, random: bytes | None = None) -> str:
        """A message in its envelope, in base64. `random`: 16 bytes, for tests."""
        plain = (random or os.urandom(16)) + struct.pack(">I", len(message))
        plain += message + self._receiver
        pad = _BLOCK - len(plain) % _BLOCK
        return base64.b64encode(_cipher(key, plain + bytes([pad]) * pad, sealing=True)).decode()

    def _message(self, plain: bytes) -> bytes:
        if len(plain) < _HEAD:
            raise Forged("length")
        end = _HEAD + struct.unpack(">I", plain[16:_HEAD])[0]
        if end > len(plain):
            raise Forged("length")
        if not hmac.compare_digest(plain[end:], self._receiver):
            raise Forged("receiver")
        return plain[_HEAD:end]


def _key(text: str) -> bytes:
    if not _AES_KEY.fullmatch(text):
        raise BadSettings("channel_aes_key_bad")
    return base64.b64decode(text + "=")


def _unpadded(plain: bytes) -> bytes:
    pad = plain[-1]
    if not 1 <= pad <= _BLOCK or pad > len(plain) or plain[-pad:] != bytes([pad]) * pad:
        raise Forged("padding")
    return plain[:-pad]


def _cipher(key: bytes, data: bytes, *, sealing: bool) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
    way = cipher.encryptor() if sealing else cipher.decryptor()
    return way.update(data) + way.finalize()
