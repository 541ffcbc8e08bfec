-- name: sources
-- Every source with the number of its articles, oldest first.
SELECT s.id, s.desk, s.kind, s.address, s.options, s.added_at, s.synced_at,
    (SELECT count(*) FROM articles AS a WHERE a.source_id = s.id)
FROM sources AS s ORDER BY s.added_at, s.id;

-- name: sources_of_desk
-- The sources of one desk with the number of their articles, oldest first.
SELECT s.id, s.desk, s.kind, s.address, s.options, s.added_at, s.synced_at,
    (SELECT count(*) FROM articles AS a WHERE a.source_id = s.id)
FROM sources AS s WHERE s.desk = :desk ORDER BY s.added_at, s.id;

-- name: source
-- One source by its id.
SELECT s.id, s.desk, s.kind, s.address, s.options, s.added_at, s.synced_at,
    (SELECT count(*) FROM articles AS a WHERE a.source_id = s.id)
FROM sources AS s WHERE s.id = :id;

-- name: source_put
-- A new source, or new options for the one of that id.
INSERT INTO sources (id, desk, kind, address, options, added_at)
VALUES (:id, :desk, :kind, :address, :options, :added_at)
ON CONFLICT (id) DO UPDATE SET options = excluded.options;

-- name: source_synced
-- Note when a source was last synced.
UPDATE sources SET synced_at = :at WHERE id = :id;

-- name: source_delete
-- Remove a source that has no articles any more.
DELETE FROM sources WHERE id = :id;

-- name: outcome_put
-- How the last sync of a source ended; nothing where the source is gone.
INSERT INTO outcomes (source_id, at, report)
SELECT s.id, :at, :report FROM sources AS s WHERE s.id = :source_id
ON CONFLICT (source_id) DO UPDATE SET at = excluded.at, report = excluded.report;

-- name: outcomes
-- How the last syncs ended.
SELECT source_id, at, report FROM outcomes;
