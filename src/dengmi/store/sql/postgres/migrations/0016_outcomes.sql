-- How the last sync of each source ended, whoever ran it.

CREATE TABLE outcomes (
    source_id text PRIMARY KEY NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    at double precision NOT NULL,
    report text NOT NULL
);
