"""Finds evidence: a derived index that follows the store, and the ranking over it."""
