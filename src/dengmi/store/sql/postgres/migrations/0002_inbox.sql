-- Questions, answers and jobs.

CREATE TABLE questions (
    id text PRIMARY KEY NOT NULL,
    desk text NOT NULL,
    channel text NOT NULL,
    dedup text NOT NULL,
    dedup_id text,
    text text NOT NULL,
    wanted text NOT NULL,
    asker text NOT NULL,
    conversation text NOT NULL,
    lang text NOT NULL,
    asked_at double precision NOT NULL,
    state text NOT NULL,
    failure text NOT NULL
);
CREATE UNIQUE INDEX questions_dedup ON questions (dedup_id);
CREATE INDEX questions_pending ON questions (asked_at) WHERE state = 'asked';
CREATE INDEX questions_unanswered ON questions (desk, asked_at) WHERE state = 'unanswered';

CREATE TABLE answers (
    id text PRIMARY KEY NOT NULL,
    question_id text NOT NULL REFERENCES questions (id),
    desk text NOT NULL,
    question text NOT NULL,
    level text NOT NULL,
    wanted text NOT NULL,
    text text NOT NULL,
    grounded boolean NOT NULL,
    confidence double precision NOT NULL,
    citations text NOT NULL,
    nearest text NOT NULL,
    followups text NOT NULL,
    reused boolean NOT NULL,
    currency text NOT NULL,
    micros bigint NOT NULL,
    usage text NOT NULL,
    took_ms double precision NOT NULL,
    created_at double precision NOT NULL,
    lang text NOT NULL
);
CREATE INDEX answers_question ON answers (question_id, created_at);

CREATE TABLE jobs (
    id text PRIMARY KEY NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    state text NOT NULL,
    run_at double precision NOT NULL,
    attempts bigint NOT NULL,
    failure text NOT NULL
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE state = 'open';
