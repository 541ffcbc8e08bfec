-- Who signs in with an account elsewhere.

CREATE TABLE accounts (
    key text PRIMARY KEY NOT NULL,
    kind text NOT NULL,
    owner text NOT NULL,
    plan text NOT NULL,
    at double precision NOT NULL
);
CREATE INDEX accounts_owner ON accounts (owner);
