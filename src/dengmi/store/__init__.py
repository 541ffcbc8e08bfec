"""What Dengmi keeps: desks, sources, articles, questions, answers, notes. SQLite or PostgreSQL.

`open_store` in `dengmi.store.open` makes a store from an address.
"""
