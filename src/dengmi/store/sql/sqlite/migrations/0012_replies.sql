-- Channels that write by themselves: how far they have read, and which replies are made.

CREATE TABLE cursors (
    name text PRIMARY KEY NOT NULL,
    value text NOT NULL
);

CREATE TABLE replies (
    question_id text PRIMARY KEY NOT NULL REFERENCES questions (id),
    channel text NOT NULL,
    place text NOT NULL,
    sent text NOT NULL,
    done boolean NOT NULL
);
CREATE INDEX replies_open ON replies (channel) WHERE NOT done;
CREATE INDEX replies_place ON replies (place);
