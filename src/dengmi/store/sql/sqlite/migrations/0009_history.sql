-- What askers called their conversations, and links that take a history to another device. The
-- last index is for what was cited of late.

CREATE TABLE conversations (
    asker text NOT NULL,
    id text NOT NULL,
    title text NOT NULL,
    at double precision NOT NULL,
    PRIMARY KEY (asker, id)
);

CREATE TABLE handovers (
    key text PRIMARY KEY NOT NULL,
    asker text NOT NULL,
    until double precision NOT NULL
);
CREATE INDEX handovers_until ON handovers (until);

CREATE INDEX answers_desk ON answers (desk, created_at);
