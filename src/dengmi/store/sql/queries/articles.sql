-- name: tally
-- Draw numbers: the last ones drawn come back. The one row of this table is also the lock that
-- lets the writers of articles through one at a time, so that changes commit in their order.
UPDATE tally SET article = article + :articles, change = change + :changes,
    repost = repost + :reposts
WHERE id = 1 RETURNING article, change, repost;

-- name: articles_stored
-- What is stored of some keys.
SELECT key_id, pk, content_hash, version, repost FROM articles
WHERE key_id IN (:key_ids::text[]);

-- name: articles_known
-- What a sync needs of every article of a source.
SELECT key, id, content_hash, etag, modified FROM articles WHERE source_id = :source_id;

-- name: articles_of_source_all
-- Every article of a source, to be removed.
SELECT key_id, pk, content_hash, version, repost FROM articles WHERE source_id = :source_id;

-- name: article_ids_taken
-- Which of these public ids a desk has already.
SELECT id FROM articles WHERE desk = :desk AND id IN (:ids::text[]);

-- name: article_insert
-- A new article.
INSERT INTO articles (
    pk, id, desk, source_id, key_id, repost, title, url, author, published, lang, form,
    content_hash, version, changed_at, etag, modified, key, body
) VALUES (
    :pk, :id, :desk, :source_id, :key_id, :repost, :title, :url, :author, :published, :lang, :form,
    :content_hash, :version, :changed_at, :etag, :modified, :key, :body
);

-- name: article_update
-- The next version of an article.
UPDATE articles SET
    repost = :repost, title = :title, url = :url, author = :author, published = :published,
    lang = :lang, form = :form, content_hash = :content_hash, version = :version,
    changed_at = :changed_at, etag = :etag, modified = :modified, body = :body
WHERE pk = :pk;

-- name: article_touch
-- New validators for an article whose content is the same.
UPDATE articles SET etag = :etag, modified = :modified
WHERE key_id = :key_id AND (etag <> :etag OR modified <> :modified);

-- name: articles_delete
-- Remove articles; passages and versions go with them.
DELETE FROM articles WHERE pk IN (:pks::bigint[]);

-- name: version_insert
-- History: which content an article had, and from when on.
INSERT INTO article_versions (article_pk, version, content_hash, changed_at)
VALUES (:article_pk, :version, :content_hash, :changed_at);

-- name: passage_insert
-- A passage of an article.
INSERT INTO passages (article_pk, n, id, block, block_offset, headings, sentences, text)
VALUES (:article_pk, :n, :id, :block, :block_offset, :headings, :sentences, :text);

-- name: passages_delete
-- Every passage of some articles, before the new ones come.
DELETE FROM passages WHERE article_pk IN (:pks::bigint[]);

-- name: change_put
-- The newest change of an article takes the place of its earlier one.
INSERT INTO changes (seq, article_pk, gone) VALUES (:seq, :article_pk, :gone)
ON CONFLICT (article_pk) DO UPDATE SET seq = excluded.seq, gone = excluded.gone;

-- name: change_last
-- The newest sequence number.
SELECT change FROM tally WHERE id = 1;

-- name: changes_after
-- Changes after a number, oldest first.
SELECT seq, article_pk, gone FROM changes WHERE seq > :after ORDER BY seq LIMIT :most;
