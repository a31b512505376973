-- Minutes are kept for a month; hours and days, which the views sum, stay.
-- The rollups need their own deduplication window: a replayed insert is pushed on to the views
-- (deduplicate_blocks_in_dependent_materialized_views), so that one cut short before it reached
-- them is completed, and one that did reach them is recognised there.

CREATE TABLE IF NOT EXISTS unit_minutes
(
    instance LowCardinality(String),
    repo String,
    unit String,
    node String,
    atMs Float64,
    messages UInt64,
    bytes UInt64,
    stored UInt64,
    writtenAt DateTime('UTC') DEFAULT now()
)
ENGINE = MergeTree
ORDER BY (instance, atMs, repo, unit, node)
TTL writtenAt + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS unit_hours
(
    instance LowCardinality(String),
    repo String,
    unit String,
    node String,
    atMs Float64,
    messages UInt64,
    bytes UInt64,
    stored UInt64
)
ENGINE = SummingMergeTree((messages, bytes, stored))
ORDER BY (instance, atMs, repo, unit, node)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS unit_days
(
    instance LowCardinality(String),
    repo String,
    unit String,
    node String,
    atMs Float64,
    messages UInt64,
    bytes UInt64,
    stored UInt64
)
ENGINE = SummingMergeTree((messages, bytes, stored))
ORDER BY (instance, atMs, repo, unit, node)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS unit_minutes_to_hours TO unit_hours AS
SELECT
    instance,
    repo,
    unit,
    node,
    floor(unit_minutes.atMs / 3600000) * 3600000 AS atMs,
    sum(unit_minutes.messages) AS messages,
    sum(unit_minutes.bytes) AS bytes,
    sum(unit_minutes.stored) AS stored
FROM unit_minutes
GROUP BY instance, repo, unit, node, atMs;

CREATE MATERIALIZED VIEW IF NOT EXISTS unit_minutes_to_days TO unit_days AS
SELECT
    instance,
    repo,
    unit,
    node,
    floor(unit_minutes.atMs / 86400000) * 86400000 AS atMs,
    sum(unit_minutes.messages) AS messages,
    sum(unit_minutes.bytes) AS bytes,
    sum(unit_minutes.stored) AS stored
FROM unit_minutes
GROUP BY instance, repo, unit, node, atMs;
