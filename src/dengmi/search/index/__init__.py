"""Indexes derived from the store: words (tantivy) and, where an embedder is configured, vectors."""
