-- name: secret_insert
-- A secret of the store's own; nothing happens when there is one of that name.
INSERT INTO secrets (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING;

-- name: secret
-- The secret of a name.
SELECT value FROM secrets WHERE name = :name;
