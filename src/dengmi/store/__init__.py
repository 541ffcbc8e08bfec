"""What Dengmi keeps: desks, sources, articles, questions, answers, jobs. SQLite or PostgreSQL.

`open_store` in `dengmi.store.open` makes a store from an address.
"""
