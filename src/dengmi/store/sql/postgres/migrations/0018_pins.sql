-- Answers pinned whatever wrote them, and how soon first replies came.

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
