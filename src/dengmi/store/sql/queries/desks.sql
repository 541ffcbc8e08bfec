-- name: desks
-- Every desk, oldest first.
SELECT name, title, created_at FROM desks ORDER BY created_at, name;

-- name: desks_with_sources
-- The names of the desks that have sources.
SELECT DISTINCT desk FROM sources ORDER BY desk;

-- name: desk
-- One desk by its name.
SELECT name, title, created_at FROM desks WHERE name = :name;

-- name: desk_insert
-- A new desk; nothing happens when the name is taken.
INSERT INTO desks (name, title, created_at) VALUES (:name, :title, :created_at)
ON CONFLICT (name) DO NOTHING;

-- name: desk_title
-- Rename a desk.
UPDATE desks SET title = :title WHERE name = :name;
