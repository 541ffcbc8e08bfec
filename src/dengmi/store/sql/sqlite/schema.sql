-- The whole schema, as the migrations leave it. A test builds both ways and compares.

CREATE TABLE tally (
    id bigint PRIMARY KEY CHECK (id = 1),
    article bigint NOT NULL,
    change bigint NOT NULL,
    repost bigint NOT NULL
);
INSERT INTO tally (id, article, change, repost) VALUES (1, 0, 0, 0);

CREATE TABLE desks (
    name text PRIMARY KEY NOT NULL,
    title text NOT NULL,
    created_at double precision NOT NULL
);

CREATE TABLE sources (
    id text PRIMARY KEY NOT NULL,
    desk text NOT NULL REFERENCES desks (name),
    kind text NOT NULL,
    address text NOT NULL,
    options text NOT NULL,
    added_at double precision NOT NULL,
    synced_at double precision
);
CREATE INDEX sources_desk ON sources (desk);

CREATE TABLE reposts (
    id integer PRIMARY KEY NOT NULL,
    desk text NOT NULL REFERENCES desks (name),
    sketch blob NOT NULL
);

CREATE TABLE bands (
    band bigint NOT NULL,
    repost bigint NOT NULL,
    PRIMARY KEY (band, repost)
) WITHOUT ROWID;

CREATE TABLE articles (
    pk integer PRIMARY KEY NOT NULL,
    id text NOT NULL,
    desk text NOT NULL REFERENCES desks (name),
    source_id text NOT NULL REFERENCES sources (id),
    key_id text NOT NULL,
    repost bigint REFERENCES reposts (id),
    title text NOT NULL,
    url text NOT NULL,
    author text NOT NULL,
    published text,
    lang text NOT NULL,
    form text NOT NULL,
    content_hash text NOT NULL,
    version bigint NOT NULL,
    changed_at double precision NOT NULL,
    etag text NOT NULL,
    modified text NOT NULL,
    key text NOT NULL,
    body text NOT NULL
);
CREATE UNIQUE INDEX articles_id ON articles (desk, id);
CREATE UNIQUE INDEX articles_key ON articles (key_id);
CREATE INDEX articles_source ON articles (source_id, pk);
CREATE INDEX articles_repost ON articles (repost);

CREATE TABLE article_versions (
    article_pk bigint NOT NULL REFERENCES articles (pk) ON DELETE CASCADE,
    version bigint NOT NULL,
    content_hash text NOT NULL,
    changed_at double precision NOT NULL,
    PRIMARY KEY (article_pk, version)
) WITHOUT ROWID;

CREATE TABLE passages (
    article_pk bigint NOT NULL REFERENCES articles (pk) ON DELETE CASCADE,
    n bigint NOT NULL,
    id text NOT NULL,
    block bigint NOT NULL,
    block_offset bigint NOT NULL,
    headings text NOT NULL,
    sentences text NOT NULL,
    text text NOT NULL
);
CREATE UNIQUE INDEX passages_article ON passages (article_pk, n);
CREATE INDEX passages_id ON passages (id);

CREATE TABLE changes (
    seq integer PRIMARY KEY NOT NULL,
    article_pk bigint NOT NULL,
    gone boolean NOT NULL
);
CREATE UNIQUE INDEX changes_article ON changes (article_pk);

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
    failure text NOT NULL,
    payer text NOT NULL DEFAULT '',
    owner text NOT NULL DEFAULT ''
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
    lang text NOT NULL,
    standalone text NOT NULL DEFAULT '',
    claims text NOT NULL DEFAULT '[]',
    evidence text NOT NULL DEFAULT '[]',
    origin text NOT NULL DEFAULT '',
    model text NOT NULL DEFAULT '',
    full_micros bigint NOT NULL DEFAULT 0
);
CREATE INDEX answers_question ON answers (question_id, created_at);

CREATE TABLE notes (
    id text PRIMARY KEY NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    at double precision NOT NULL
);

CREATE INDEX questions_conversation ON questions (desk, conversation, asked_at, id)
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
CREATE INDEX reuses_key ON reuses (key, state, made_at, answer_id) WHERE state <> 'void';

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
    settled_at double precision,
    owner text NOT NULL DEFAULT '',
    payer text NOT NULL DEFAULT '',
    held bigint NOT NULL DEFAULT 0,
    counted boolean NOT NULL DEFAULT false
);
CREATE INDEX charges_at ON charges (at);
CREATE INDEX charges_desk ON charges (desk, at);
CREATE INDEX charges_question ON charges (question_id);
CREATE INDEX charges_open ON charges (at) WHERE state = 'reserved';

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
    told_at double precision,
    topic text NOT NULL DEFAULT ''
);
CREATE INDEX late_line ON late (turn, since, question_id) WHERE state = 'waiting';
CREATE INDEX late_whose ON late (whose, turn) WHERE state = 'waiting';
CREATE INDEX late_until ON late (until) WHERE state = 'waiting';
CREATE INDEX late_owner ON late (owner) WHERE owner <> '';
CREATE INDEX late_untold ON late (channel, due) WHERE state = 'answered' AND told_at IS NULL;
CREATE INDEX late_topic ON late (topic) WHERE state = 'waiting' AND topic <> '';
CREATE INDEX late_turns ON late (whose, turn);
CREATE INDEX late_turn ON late (turn);

CREATE TABLE used (
    holder text NOT NULL,
    name text NOT NULL,
    quarter bigint NOT NULL,
    currency text NOT NULL,
    micros bigint NOT NULL,
    tokens bigint NOT NULL,
    questions bigint NOT NULL,
    PRIMARY KEY (holder, name, quarter, currency)
) WITHOUT ROWID;
CREATE INDEX used_quarter ON used (quarter);

CREATE TABLE alerts (
    id text PRIMARY KEY NOT NULL,
    code text NOT NULL,
    params text NOT NULL,
    at double precision NOT NULL
);

CREATE TABLE secrets (
    name text PRIMARY KEY NOT NULL,
    value text NOT NULL
);

CREATE INDEX questions_asker ON questions (asker) WHERE asker <> '';

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
CREATE INDEX replies_sent ON replies (sent) WHERE sent <> '';
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

CREATE TABLE outcomes (
    source_id text PRIMARY KEY NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    at double precision NOT NULL,
    report text NOT NULL
);

CREATE TABLE edits (
    part text NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    at double precision NOT NULL,
    operator text NOT NULL,
    PRIMARY KEY (part, name, key)
);

CREATE TABLE pins (
    answer_id text PRIMARY KEY NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    key text NOT NULL,
    asked text NOT NULL,
    at double precision NOT NULL,
    operator text NOT NULL
);
CREATE INDEX pins_key ON pins (key, at);

CREATE TABLE firsts (
    desk text NOT NULL,
    quarter bigint NOT NULL,
    bucket bigint NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (desk, quarter, bucket)
);
CREATE INDEX firsts_quarter ON firsts (quarter);

CREATE TABLE accounts (
    key text PRIMARY KEY NOT NULL,
    kind text NOT NULL,
    owner text NOT NULL,
    plan text NOT NULL,
    at double precision NOT NULL
);
CREATE INDEX accounts_owner ON accounts (owner);
