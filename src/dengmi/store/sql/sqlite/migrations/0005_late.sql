-- Questions that wait for a better answer than the one they got.

CREATE TABLE late (
    question_id text PRIMARY KEY NOT NULL REFERENCES questions (id),
    level text NOT NULL,
    channel text NOT NULL,
    whose text NOT NULL,
    cause text NOT NULL,
    state text NOT NULL,
    turn bigint NOT NULL,
    since double precision NOT NULL,
    until double precision NOT NULL,
    due double precision NOT NULL,
    tries bigint NOT NULL,
    owner text NOT NULL,
    lease double precision NOT NULL,
    answer_id text NOT NULL,
    told_at double precision
);
CREATE INDEX late_line ON late (turn, since, question_id) WHERE state = 'waiting';
CREATE INDEX late_whose ON late (whose, turn) WHERE state = 'waiting';
CREATE INDEX late_until ON late (until) WHERE state = 'waiting';
CREATE INDEX late_owner ON late (owner) WHERE owner <> '';
CREATE INDEX late_untold ON late (channel, due) WHERE state = 'answered' AND told_at IS NULL;
