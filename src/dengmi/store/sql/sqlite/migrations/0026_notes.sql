-- What was kept as jobs were notes all along: small values that outlive a stop.
CREATE TABLE notes (
    id text PRIMARY KEY NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    at double precision NOT NULL
);
INSERT INTO notes (id, kind, value, at)
SELECT id, kind, payload, run_at FROM jobs WHERE state = 'open';
DROP TABLE jobs;
