"""The index of words: a tantivy index of passages, in terms of `language.words`.

One entry per passage. Its field `terms` holds the terms of title, headings and sentences, a line
each, and is both searched and kept, because ranking reads the lines of what was found.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dengmi.core.errors import Unavailable
from dengmi.core.records import Head, Passage
from dengmi.language import words
from dengmi.language.words import terms
from dengmi.search.rank import Found, ends_of, idf

if TYPE_CHECKING:
    from tantivy import DocAddress, Index, Query, Schema, Searcher

LAYOUT = 1
"""Raised whenever entries are made differently; older indexes are then rebuilt."""

MOST_KNOWN = 20_000
"""Terms whose document frequency is remembered until the index changes."""

MOST_STORED = 8_192
"""Passages whose stored terms are remembered until the index changes: some 2 kB each. Fetching
them is a fifth of a search."""

_WRITER_BYTES = 60_000_000
_FAR = 99_999_999


@dataclass(frozen=True, slots=True)
class Limits:
    """Which entries may be found; None: all. Days are numbers such as 20240131."""

    desk: str | None = None
    source_id: str | None = None
    since: int | None = None
    until: int | None = None


def version() -> str:
    """What an index depends on beside the store: its layout, tantivy's format, the terms."""
    import tantivy

    engine: str = tantivy.__version__  # type: ignore[attr-defined]
    return f"{LAYOUT}/{engine}/{words.VERSION}"


def day_number(published: str | None, late: bool = False) -> int:
    """An ISO date as a number: 2024-01-31 is 20240131; 0 without a date. Where only a year or
    month is told, its first day, or a day number past its last one when `late`."""
    digits = (published or "")[:10].replace("-", "")
    if not digits.isdecimal() or not digits.isascii() or len(digits) < 4:
        return 0
    return int(digits.ljust(8, "9") if late else (digits + "0101"[len(digits) - 4 :])[:8])


class Damaged(Exception):
    """The index cannot be used; it has to be built again."""


@contextmanager
def _guarded() -> Iterator[None]:
    """tantivy's own failures as Damaged; a panic inside it is no ordinary exception."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise Damaged(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Damaged(str(error)) from error


def _schema() -> "Schema":
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_bytes_field("passage", stored=True)
    # Signed: deleting by an unsigned field finds nothing in tantivy 0.27.
    builder.add_integer_field("article", indexed=True)
    builder.add_integer_field("day", fast=True)
    builder.add_text_field("desk", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("terms", stored=True, tokenizer_name="spaces", index_option="freq")
    return builder.build()


def _open(folder: Path, make: bool) -> "Index":
    from tantivy import Index, TextAnalyzerBuilder, Tokenizer

    index = Index(_schema(), str(folder)) if make else Index.open(str(folder))
    index.register_tokenizer("spaces", TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    return index


def entry(head: Head, passage: Passage) -> str:
    """The lines of terms of a passage: title, headings, then one for each sentence.
    Every term has a space on both sides, so that looking for one is looking for a substring."""
    text = passage.text
    lines = [head.title, "\n".join(passage.headings)]
    lines += [text[sentence.start : sentence.end] for sentence in passage.sentences]
    return "\n".join(f" {' '.join(terms(line))} " for line in lines)


class Writer:
    """Adds and removes articles; nothing is seen by readers before `commit`.

    All methods block, and raise Damaged.
    """

    def __init__(self, folder: Path, make: bool) -> None:
        with _guarded():
            folder.mkdir(parents=True, exist_ok=True)
            self._fresh = make
            self._writer = _open(folder, make).writer(_WRITER_BYTES, 1)

    def put(
        self, pks: Sequence[int], articles: Mapping[int, tuple[Head, tuple[Passage, ...]]]
    ) -> None:
        """Replace these articles by what they are now; those absent are gone."""
        from tantivy import Document

        with _guarded():
            if not self._fresh:
                for pk in pks:
                    self._writer.delete_documents_by_term("article", pk)
            for pk, (head, passages) in articles.items():
                for passage in passages:
                    document = Document()
                    document.add_bytes("passage", passage.id.encode())
                    document.add_integer("article", pk)
                    document.add_integer("day", day_number(head.published))
                    document.add_text("desk", head.desk)
                    document.add_text("source", head.source_id)
                    document.add_text("terms", entry(head, passage))
                    self._writer.add_document(document)

    def commit(self) -> None:
        with _guarded():
            self._writer.commit()

    def close(self) -> None:
        """Wait for merges and let go of the folder; what was not committed is forgotten."""
        with _guarded():
            self._writer.rollback()
            self._writer.wait_merging_threads()


class _View(NamedTuple):
    """One commit of the index, with what is remembered of it: in how many passages a term
    stands, and by place (segment, number) the id and the terms of a passage, and where their lines
    end."""

    searcher: "Searcher"
    only_desk: str | None
    known: dict[str, int]
    stored: dict[tuple[int, int], tuple[str, str, Sequence[int]]]


class Reader:
    """Searches one state of the index. All methods block, and raise Damaged. Safe in threads."""

    def __init__(self, folder: Path) -> None:
        with _guarded():
            self._index = _open(folder, make=False)
            self._index.config_reader("manual")
            self._schema = self._index.schema
            self.refresh()

    def refresh(self) -> None:
        """Move to the newest commit."""
        with _guarded():
            self._index.reload()
            searcher = self._index.searcher()
            desks = searcher.terms_with_prefix("desk", "", limit=2)
            self._view = _View(searcher, desks[0][0] if len(desks) == 1 else None, {}, {})

    @property
    def passages(self) -> int:
        """How many passages can be found."""
        return int(self._view.searcher.num_docs)

    def weights(self, counts: Mapping[str, float]) -> dict[str, float]:
        """Each term's inverse document frequency times its count."""
        searcher, known = self._view.searcher, self._view.known
        with _guarded():
            total = searcher.num_docs
            weights = {}
            for term, count in counts.items():
                holding = known.get(term)
                if holding is None:
                    if len(known) >= MOST_KNOWN:
                        known.clear()
                    holding = known[term] = min(total, searcher.doc_freq("terms", term))
                weights[term] = count * idf(total, holding)
            return weights

    def search(self, counts: Mapping[str, float], limits: Limits, most: int) -> list[Found]:
        """The best passages by BM25, at most `most`, best first. No order among equals."""
        if not counts:
            return []
        view = self._view
        with _guarded():
            query = self._query(counts, limits, view.only_desk)
            hits = view.searcher.search(query, most, count=False).hits
            places = [place for _, place in hits]
            days = view.searcher.fast_field_values("day", places) if places else []
            return [
                Found(passage_id, score, day if isinstance(day, int) else 0, terms, ends)
                for (score, place), day in zip(hits, days, strict=True)
                for passage_id, terms, ends in (_stored(view, place),)
            ]

    def _query(self, counts: Mapping[str, float], limits: Limits, only_desk: str | None) -> "Query":
        from tantivy import FieldType, Occur, Query

        schema = self._schema
        wanted: list[tuple[Occur, Query]] = []
        for term, count in counts.items():
            one = Query.term_query(schema, "terms", term, "freq")
            wanted.append((Occur.Should, one if count == 1 else Query.boost_query(one, count)))
        query = Query.boolean_query(wanted)
        must: list[Query] = []
        # A query of terms alone is several times faster than one with a filter.
        if limits.desk is not None and limits.desk != only_desk:
            must.append(Query.term_query(schema, "desk", limits.desk, "basic"))
        if limits.source_id is not None:
            must.append(Query.term_query(schema, "source", limits.source_id, "basic"))
        if limits.since is not None or limits.until is not None:
            first, last = limits.since or 1, limits.until or _FAR
            must.append(Query.range_query(schema, "day", FieldType.Integer, first, last))
        if not must:
            return query
        rest = [(Occur.Must, Query.const_score_query(one, 0.0)) for one in must]
        return Query.boolean_query([(Occur.Must, query), *rest])


def _stored(view: _View, place: "DocAddress") -> tuple[str, str, Sequence[int]]:
    """The id and the terms of the passage at a place, and where their lines end."""
    key = (place.segment_ord, place.doc)
    known = view.stored.get(key)
    if known is None:
        stored = view.searcher.doc(place).to_dict()
        terms: str = stored["terms"][0]
        known = (bytes(stored["passage"][0]).decode(), terms, ends_of(terms))
        if len(view.stored) >= MOST_STORED:
            view.stored.clear()
        view.stored[key] = known
    return known


def usable(folder: Path) -> bool:
    """Whether the folder holds an index that opens. Blocks."""
    try:
        Reader(folder)
    except Damaged:
        return False
    return True


def unusable(reason: str) -> Unavailable:
    """The error for an index that stays damaged after building it again."""
    return Unavailable("index_unusable", reason=reason)
