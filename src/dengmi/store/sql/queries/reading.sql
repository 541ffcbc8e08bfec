-- name: passages_by_id
-- Passages with the heads of their articles. Two sources of a desk may hold the same passage.
SELECT ROWS (
    a.pk, a.id, a.desk, a.source_id, a.title, a.url, a.author, a.published, a.lang, a.repost,
    p.id, p.n, p.text, p.sentences, p.headings, p.block, p.block_offset
)
FROM passages AS p JOIN articles AS a ON a.pk = p.article_pk
WHERE p.id IN (:ids::text[]);

-- name: passages_of_articles
-- Every passage of some articles, in order.
SELECT p.article_pk, p.id, p.n, p.text, p.sentences, p.headings, p.block, p.block_offset
FROM passages AS p WHERE p.article_pk IN (:pks::bigint[]) ORDER BY p.article_pk, p.n;

-- name: heads_by_pk
-- What names some articles.
SELECT pk, id, desk, source_id, title, url, author, published, lang, repost
FROM articles WHERE pk IN (:pks::bigint[]);

-- name: heads_all
-- Articles of every desk, in the order they came.
SELECT pk, id, desk, source_id, title, url, author, published, lang, repost
FROM articles WHERE pk > :after ORDER BY pk LIMIT :most;

-- name: heads_of_desk
-- Articles of one desk, in the order they came.
SELECT pk, id, desk, source_id, title, url, author, published, lang, repost
FROM articles WHERE desk = :desk AND pk > :after ORDER BY pk LIMIT :most;

-- name: heads_of_source
-- Articles of one source, in the order they came.
SELECT pk, id, desk, source_id, title, url, author, published, lang, repost
FROM articles WHERE source_id = :source_id AND pk > :after ORDER BY pk LIMIT :most;

-- name: addresses
-- The addresses of the articles of some groups of near-duplicates.
SELECT repost, url FROM articles WHERE repost IN (:ids::bigint[]) AND url <> '' ORDER BY pk;

-- name: article_of_desk
-- One whole article of a desk.
SELECT pk, id, desk, source_id, title, url, author, published, lang, repost,
    body, form, content_hash, version, changed_at
FROM articles WHERE desk = :desk AND id = :id;

-- name: article_of_any
-- One whole article, from the oldest desk that has it.
SELECT a.pk, a.id, a.desk, a.source_id, a.title, a.url, a.author, a.published, a.lang, a.repost,
    a.body, a.form, a.content_hash, a.version, a.changed_at
FROM articles AS a JOIN desks AS d ON d.name = a.desk
WHERE a.id = :id ORDER BY d.created_at, d.name LIMIT 1;

-- name: counts
-- Rows by table.
SELECT 'desks', count(*) FROM desks
UNION ALL SELECT 'sources', count(*) FROM sources
UNION ALL SELECT 'articles', count(*) FROM articles
UNION ALL SELECT 'passages', count(*) FROM passages
UNION ALL SELECT 'changes', count(*) FROM changes
UNION ALL SELECT 'questions', count(*) FROM questions
UNION ALL SELECT 'answers', count(*) FROM answers
UNION ALL SELECT 'notes', count(*) FROM notes;
