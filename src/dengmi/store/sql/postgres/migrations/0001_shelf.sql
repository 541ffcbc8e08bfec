-- Desks, sources, articles with their passages, near-duplicates, and the change sequence.

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
    id bigint PRIMARY KEY NOT NULL,
    desk text NOT NULL REFERENCES desks (name),
    sketch bytea NOT NULL
);

CREATE TABLE bands (
    band bigint NOT NULL,
    repost bigint NOT NULL,
    PRIMARY KEY (band, repost)
);

CREATE TABLE articles (
    pk bigint PRIMARY KEY NOT NULL,
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
);

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
    seq bigint PRIMARY KEY NOT NULL,
    article_pk bigint NOT NULL,
    gone boolean NOT NULL
);
CREATE UNIQUE INDEX changes_article ON changes (article_pk);
