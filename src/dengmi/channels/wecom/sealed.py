"""The sealed bodies of WeCom: JSON for AI bots, XML for applications and customer service.

Source: the vendor's developer documentation, "receiving messages and events" and "AI bot,
callbacks", as of 2026-11. The envelope is that of `channels.tencent`; its receiver is the id of the
company, and empty for AI bots.
"""

import json
from collections.abc import Mapping

from dengmi.channels.errors import Forged
from dengmi.channels.tencent import Envelope, Opened, signature
from dengmi.channels.wechat.body import Fields, Form, read_body, text_of, write_body


class Door:
    """Lets in what the platform sends, and seals what is said in return.

    Args:
        envelope: opens and seals.
        form: of the bodies: "json" for AI bots, else "xml".
        skew: seconds that a delivery's time may be off.
    """

    def __init__(self, envelope: Envelope, form: Form, skew: float) -> None:
        self._envelope = envelope
        self._form = form
        self._skew = skew

    def verify(self, query: Mapping[str, str], now: float) -> str:
        """What the platform wants to hear when it asks whether this is the server. Raises
        Forged."""
        opened = self._opened(query.get("echostr", ""), query, now)
        try:
            return opened.message.decode()
        except UnicodeDecodeError:
            raise Forged("echostr") from None

    def open(self, query: Mapping[str, str], body: bytes, now: float) -> tuple[Fields, bytes]:
        """The fields of a delivery and the key that opened it.

        Raises:
            Forged: it is not from the platform.
            Malformed: it cannot be read.
        """
        fields, form = read_body(body)
        name = "encrypt" if self._form == "json" else "Encrypt"
        if form != self._form:
            raise Forged("form")
        opened = self._opened(text_of(fields, name), query, now)
        inner, _ = read_body(opened.message)
        return inner, opened.key

    def seal(self, reply: Fields, key: bytes, nonce: str, now: float) -> bytes:
        """The body of a reply. `nonce`: that of the delivery."""
        stamp = int(now)
        sealed = self._envelope.seal(write_body(reply, self._form), key)
        signed = signature(self._envelope.token, str(stamp), nonce, sealed)
        if self._form == "xml":
            return write_body(
                {"Encrypt": sealed, "MsgSignature": signed, "TimeStamp": stamp, "Nonce": nonce},
                "xml",
            )
        made = {"encrypt": sealed, "msgsignature": signed, "timestamp": stamp, "nonce": nonce}
        return json.dumps(made).encode()

    def _opened(self, sealed: str, query: Mapping[str, str], now: float) -> Opened:
        stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        try:
            off = abs(now - int(stamp))
        except ValueError:
            raise Forged("timestamp") from None
        if off > self._skew:
            raise Forged("timestamp")
        return self._envelope.open(sealed, query.get("msg_signature", ""), stamp, nonce)
