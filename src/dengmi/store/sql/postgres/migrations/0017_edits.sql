-- Settings that operators change in the console.

CREATE TABLE edits (
    part text NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    at double precision NOT NULL,
    operator text NOT NULL,
    PRIMARY KEY (part, name, key)
);
