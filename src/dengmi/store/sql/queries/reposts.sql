-- name: bands_found
-- The groups of near-duplicates that share one of these bands.
SELECT band, repost FROM bands WHERE band IN (:bands::bigint[]);

-- name: reposts
-- The sketches of some groups.
SELECT id, desk, sketch FROM reposts WHERE id IN (:ids::bigint[]);

-- name: reposts_empty
-- Those of these groups that no article belongs to any more.
SELECT r.id, r.desk, r.sketch FROM reposts AS r
WHERE r.id IN (:ids::bigint[])
    AND NOT EXISTS (SELECT 1 FROM articles AS a WHERE a.repost = r.id);

-- name: repost_insert
-- A new group with the sketch of its first article.
INSERT INTO reposts (id, desk, sketch) VALUES (:id, :desk, :sketch);

-- name: band_insert
-- One band of a group's sketch.
INSERT INTO bands (band, repost) VALUES (:band, :repost);

-- name: band_delete
-- Forget one band of a group.
DELETE FROM bands WHERE band = :band AND repost = :repost;

-- name: reposts_delete
-- Forget groups.
DELETE FROM reposts WHERE id IN (:ids::bigint[]);
