-- Answers that channels owe as messages of their own, and which of them went out.

CREATE TABLE deliveries (
    id text PRIMARY KEY NOT NULL,
    question_id text NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    channel text NOT NULL,
    state text NOT NULL,
    due double precision NOT NULL,
    shown boolean NOT NULL,
    parts bigint NOT NULL,
    begun bigint NOT NULL,
    sent bigint NOT NULL,
    tries bigint NOT NULL,
    owner text NOT NULL,
    lease double precision NOT NULL,
    answer_id text NOT NULL,
    at double precision NOT NULL
);
CREATE INDEX deliveries_question ON deliveries (question_id);
CREATE INDEX deliveries_due ON deliveries (channel, due) WHERE state = 'owed';
CREATE INDEX deliveries_owner ON deliveries (owner) WHERE owner <> '';
