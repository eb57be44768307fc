-- +goose Up
CREATE TABLE patients (
    tenant  TEXT NOT NULL,
    id      TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('active', 'preparing', 'erasing', 'erased')),
    created INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

-- Blind identifiers: keyed hashes of (system, value) and of the system alone. They go when the patient's identity goes.
CREATE TABLE identifiers (
    tenant  TEXT NOT NULL,
    blind   BLOB NOT NULL,
    system  BLOB NOT NULL,
    patient TEXT NOT NULL,
    PRIMARY KEY (tenant, blind)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifiers_patient ON identifiers (tenant, patient);

CREATE TABLE compartments (
    tenant   TEXT NOT NULL,
    id       TEXT NOT NULL,
    patient  TEXT NOT NULL,
    name     TEXT NOT NULL,
    key_name TEXT NOT NULL UNIQUE,
    created  INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, patient, name)
) STRICT, WITHOUT ROWID;

-- Wrapped keys sit in one small table of their own, so that overwriting and deleting them leaves nothing elsewhere.
CREATE TABLE wrapped_keys (
    compartment TEXT NOT NULL PRIMARY KEY,
    wrapped     BLOB NOT NULL
) STRICT;

CREATE TABLE objects (
    tenant      TEXT NOT NULL,
    id          TEXT NOT NULL,
    patient     TEXT NOT NULL,
    compartment TEXT NOT NULL,
    key         TEXT NOT NULL UNIQUE,
    size        INTEGER NOT NULL CHECK (size >= 0),
    created     INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX objects_patient ON objects (tenant, patient);

CREATE TABLE records (
    seq         INTEGER PRIMARY KEY,
    tenant      TEXT NOT NULL,
    id          TEXT NOT NULL,
    patient     TEXT NOT NULL,
    compartment TEXT NOT NULL,
    object      TEXT NOT NULL,
    bundle      TEXT NOT NULL,
    start       INTEGER NOT NULL CHECK (start >= 0),
    length      INTEGER NOT NULL CHECK (length >= 0),
    sealed      BLOB NOT NULL,
    UNIQUE (tenant, id)
) STRICT;
CREATE INDEX records_patient ON records (tenant, patient);

CREATE TABLE bundles (
    seq         INTEGER PRIMARY KEY,
    tenant      TEXT NOT NULL,
    id          TEXT NOT NULL,
    patient     TEXT NOT NULL,
    compartment TEXT NOT NULL,
    size        INTEGER NOT NULL CHECK (size >= 0),
    UNIQUE (tenant, id)
) STRICT;
CREATE INDEX bundles_patient ON bundles (tenant, patient);

CREATE TABLE bundle_sources (
    tenant   TEXT NOT NULL,
    bundle   TEXT NOT NULL,
    position INTEGER NOT NULL,
    object   TEXT NOT NULL,
    PRIMARY KEY (tenant, bundle, position)
) STRICT, WITHOUT ROWID;

-- Keyed digests of documents that were taken in, so that the same one again stores nothing.
CREATE TABLE imports (
    tenant  TEXT NOT NULL,
    patient TEXT NOT NULL,
    digest  BLOB NOT NULL,
    PRIMARY KEY (tenant, patient, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE disclosures (
    seq         INTEGER PRIMARY KEY,
    tenant      TEXT NOT NULL,
    id          TEXT NOT NULL UNIQUE,
    patient     TEXT NOT NULL,
    compartment TEXT NOT NULL,
    sealed      BLOB NOT NULL
) STRICT;
CREATE INDEX disclosures_patient ON disclosures (tenant, patient);

CREATE TABLE tombstones (
    tenant  TEXT NOT NULL,
    id      TEXT NOT NULL,
    case_id TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE cases (
    seq      INTEGER PRIMARY KEY,
    tenant   TEXT NOT NULL,
    id       TEXT NOT NULL UNIQUE,
    patient  TEXT NOT NULL,
    state    TEXT NOT NULL,
    key_name TEXT NOT NULL,
    wrapped  BLOB NOT NULL,
    file     BLOB NOT NULL,
    created  INTEGER NOT NULL
) STRICT;

CREATE TABLE ledger_applied (
    tenant TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (tenant, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE intents (
    tenant TEXT NOT NULL,
    name   TEXT NOT NULL,
    kind   TEXT NOT NULL CHECK (kind IN ('key', 'object')),
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    tenant TEXT NOT NULL,
    name   TEXT NOT NULL,
    value  BLOB NOT NULL,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE settings;
DROP TABLE intents;
DROP TABLE ledger_applied;
DROP TABLE cases;
DROP TABLE tombstones;
DROP TABLE disclosures;
DROP TABLE imports;
DROP TABLE bundle_sources;
DROP TABLE bundles;
DROP TABLE records;
DROP TABLE objects;
DROP TABLE wrapped_keys;
DROP TABLE compartments;
DROP TABLE identifiers;
DROP TABLE patients;
