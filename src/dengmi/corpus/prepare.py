"""From a draft to what the store writes: blocks, passages, version, repost sketch.

Pure and CPU-bound. `preparing.py` runs it in a second process when there is much to do.
"""

from dataclasses import replace

from dengmi.core.ids import content_hash
from dengmi.core.records import Draft, Prepared, Source
from dengmi.corpus.blocks import blocks
from dengmi.corpus.reposts import sketch
from dengmi.corpus.split import passages
from dengmi.language.detect import language_of

SHAPE = "1"
"""Part of every version. Raised when passages would come out otherwise, so that the next sync
prepares unchanged articles anew."""

_LANGUAGE_FROM = 4_000
"""Characters of the body that decide its language."""


def version_of(draft: Draft) -> str:
    """The hash that tells whether an article has changed. Validators are no part of it."""
    return content_hash(
        SHAPE,
        draft.title,
        draft.body,
        draft.form,
        draft.id or "",
        draft.url,
        draft.author,
        draft.published or "",
        draft.lang,
    )


def prepare(source: Source, draft: Draft) -> Prepared:
    """Everything that is derived from one draft of a source.

    The passages are empty when the body has no text. Their ids follow from the source's address
    and the draft's key, so that two folders of a desk may both hold a "README.md".
    """
    version = version_of(draft)
    parts = blocks(draft.body, draft.form)
    cut = passages(source.desk, f"{source.address}\n{draft.key}", draft.title, parts)
    if not draft.lang:
        lang = language_of(f"{draft.title}\n{draft.body[:_LANGUAGE_FROM]}")
        draft = replace(draft, lang=lang)
    text = "\n".join(part.text for part in parts)
    return Prepared(draft=draft, content_hash=version, passages=cut, sketch=sketch(text))
