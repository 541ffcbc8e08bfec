-- Operators of the console: who they are, how they get in, what they did; and lists of questions by
-- time.

CREATE TABLE operators (
    id text PRIMARY KEY NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    role text NOT NULL,
    password text NOT NULL,
    made_at double precision NOT NULL,
    seen_at double precision
);
CREATE UNIQUE INDEX operators_name ON operators (name_key);

CREATE TABLE invites (
    id text PRIMARY KEY NOT NULL,
    role text NOT NULL,
    operator text NOT NULL,
    made_by text NOT NULL,
    made_at double precision NOT NULL,
    until double precision NOT NULL
);

CREATE TABLE sessions (
    id text PRIMARY KEY NOT NULL,
    operator text NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    csrf text NOT NULL,
    made_at double precision NOT NULL,
    seen_at double precision NOT NULL,
    until double precision NOT NULL
);
CREATE INDEX sessions_operator ON sessions (operator);
CREATE INDEX sessions_until ON sessions (until);

CREATE TABLE deeds (
    id text PRIMARY KEY NOT NULL,
    at double precision NOT NULL,
    operator text NOT NULL,
    code text NOT NULL,
    subject text NOT NULL,
    params text NOT NULL
);
CREATE INDEX deeds_at ON deeds (at, id);

CREATE TABLE access_keys (
    id text PRIMARY KEY NOT NULL,
    name text NOT NULL,
    scopes text NOT NULL,
    made_by text NOT NULL,
    made_at double precision NOT NULL,
    used_at double precision
);
CREATE UNIQUE INDEX access_keys_name ON access_keys (name);

CREATE INDEX questions_at ON questions (asked_at, id);
CREATE INDEX questions_desk_at ON questions (desk, asked_at, id);
CREATE INDEX answers_at ON answers (created_at);
CREATE INDEX thumbs_at ON thumbs (at);
