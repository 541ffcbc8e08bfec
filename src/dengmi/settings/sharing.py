"""The options of what is shared with those who have a link."""

from typing import Annotated

from msgspec import Meta

from dengmi.settings.masked import Masked


class SharingSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How shared answers look. Whether a desk shares at all is said by the desk."""

    cards: Annotated[
        bool, Meta(description="whether answers are drawn as pictures to forward (extra card)")
    ] = True
    font: Annotated[
        str,
        Meta(description="font file for the pictures; empty: one of the system that has Chinese"),
    ] = ""
