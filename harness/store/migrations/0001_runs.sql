-- Columns carry the names of the row's fields (rows.ts), so that a line of JSON is a row.
--
-- Every "…Ms" is a Float64: it holds any JavaScript number exactly, where DateTime64 would round
-- and be ambiguous in JSON. Counts are UInt64: narrower integers wrap silently on overflow.
--
-- The deduplication window is how many inserts a table remembers by their token. It has to outlast
-- the inserts of other processes while one process' spool waits for replay.
--
-- Rows age by when they were written, not by what they say, so that old runs can be imported.

CREATE TABLE IF NOT EXISTS runs
(
    runId String,
    revision UInt64,
    state LowCardinality(String),
    verdict LowCardinality(Nullable(String)),
    reason String,
    targetKind LowCardinality(String),
    targetUrl String,
    depth LowCardinality(String),
    axes Array(LowCardinality(String)),
    seed UInt64,
    startedAtMs Float64,
    endedAtMs Nullable(Float64),
    heartbeatAtMs Float64,
    plan String CODEC(ZSTD(3)),
    environment String CODEC(ZSTD(3)),
    loadstoneVersion LowCardinality(String)
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY runId
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS trials
(
    runId String,
    axis LowCardinality(String),
    `index` UInt64,
    step UInt64,
    phase LowCardinality(String),
    load Float64,
    startedAtMs Float64,
    measuredMs Float64,
    stepElapsedMs Float64,
    stepHarmSec String,
    generatorCeiling String,
    planned UInt64,
    intended UInt64,
    sent UInt64,
    acknowledged UInt64,
    good UInt64,
    late UInt64,
    lost UInt64,
    errors UInt64,
    unsent UInt64,
    pending UInt64,
    duplicated UInt64,
    reordered UInt64,
    inFlightStart UInt64,
    inFlightEnd UInt64,
    deliveredPerSec Float64,
    latencyMs String,
    serviceMs String,
    errorClasses String,
    curtailed Bool,
    hard Bool,
    verdict LowCardinality(String),
    reason String,
    health String
)
ENGINE = ReplacingMergeTree
ORDER BY (runId, `index`)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS seconds
(
    runId String,
    axis LowCardinality(String),
    stream LowCardinality(String),
    agent LowCardinality(String),
    atMs Float64,
    load Float64,
    phase LowCardinality(String),
    intended UInt64,
    sent UInt64,
    delivered UInt64,
    good UInt64,
    late UInt64,
    lost UInt64,
    errors UInt64,
    unsent UInt64,
    inFlight UInt64,
    latencyBuckets Array(UInt64) CODEC(ZSTD(1)),
    latencyCounts Array(UInt64) CODEC(ZSTD(1)),
    health String CODEC(ZSTD(1)),
    writtenAt DateTime('UTC') DEFAULT now()
)
ENGINE = MergeTree
ORDER BY (runId, atMs, axis, stream, agent)
TTL writtenAt + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS resources
(
    runId String,
    atMs Float64,
    source LowCardinality(String),
    metric LowCardinality(String),
    value Float64,
    writtenAt DateTime('UTC') DEFAULT now()
)
ENGINE = MergeTree
ORDER BY (runId, atMs, source, metric)
TTL writtenAt + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS events
(
    runId String,
    atMs Float64,
    kind LowCardinality(String),
    severity LowCardinality(String),
    axis LowCardinality(Nullable(String)),
    message String,
    detail String,
    ordinal UInt64
)
ENGINE = MergeTree
ORDER BY (runId, atMs, ordinal)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS grades
(
    runId String,
    atMs Float64,
    digest String,
    report String CODEC(ZSTD(3)),
    version UInt64 MATERIALIZED toUInt64(atMs)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY runId
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS profiles
(
    profileId String,
    atMs Float64,
    source LowCardinality(String),
    document String CODEC(ZSTD(3)),
    version UInt64 MATERIALIZED toUInt64(atMs)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY profileId
SETTINGS non_replicated_deduplication_window = 10000;
