-- Written answers: what was asked for, claims, evidence, reuse, the ledger, thumbs.

ALTER TABLE answers ADD COLUMN standalone text NOT NULL DEFAULT '';
ALTER TABLE answers ADD COLUMN claims text NOT NULL DEFAULT '[]';
ALTER TABLE answers ADD COLUMN evidence text NOT NULL DEFAULT '[]';
ALTER TABLE answers ADD COLUMN origin text NOT NULL DEFAULT '';
ALTER TABLE answers ADD COLUMN model text NOT NULL DEFAULT '';
ALTER TABLE answers ADD COLUMN full_micros bigint NOT NULL DEFAULT 0;

CREATE INDEX questions_conversation ON questions (desk, conversation, asked_at)
    WHERE conversation <> '';

CREATE TABLE thumbs (
    answer_id text NOT NULL REFERENCES answers (id),
    asker text NOT NULL,
    up boolean NOT NULL,
    at double precision NOT NULL,
    PRIMARY KEY (answer_id, asker)
);

CREATE TABLE reuses (
    answer_id text PRIMARY KEY NOT NULL REFERENCES answers (id),
    key text NOT NULL,
    desk text NOT NULL,
    basis text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    made_at double precision NOT NULL,
    served bigint NOT NULL
);
CREATE INDEX reuses_key ON reuses (key, made_at) WHERE state <> 'void';

CREATE TABLE charges (
    id text PRIMARY KEY NOT NULL,
    question_id text NOT NULL,
    desk text NOT NULL,
    level text NOT NULL,
    purpose text NOT NULL,
    model text NOT NULL,
    version text NOT NULL,
    asker text NOT NULL,
    channel text NOT NULL,
    currency text NOT NULL,
    reserved bigint NOT NULL,
    micros bigint NOT NULL,
    full_micros bigint NOT NULL,
    hit bigint NOT NULL,
    miss bigint NOT NULL,
    output bigint NOT NULL,
    reasoning bigint NOT NULL,
    state text NOT NULL,
    at double precision NOT NULL,
    settled_at double precision
);
CREATE INDEX charges_at ON charges (at);
CREATE INDEX charges_desk ON charges (desk, at);
CREATE INDEX charges_question ON charges (question_id);
CREATE INDEX charges_open ON charges (at) WHERE state = 'reserved';
