-- Times are milliseconds since 1970, UTC. Hashes are unsigned 64-bit values stored by their bit
-- pattern. Texts of kinds, states and reasons are the ToString forms of src/sync.

CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  hash_key INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE bindings (
  binding_id INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL,
  cohort TEXT NOT NULL,
  destination TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  list_name TEXT NOT NULL,
  list_id INTEGER NOT NULL,
  identifier_name TEXT NOT NULL,
  identifier_property TEXT NOT NULL,
  identifier_rules_version INTEGER NOT NULL,
  cohort_name TEXT NOT NULL,
  accepted_as_of INTEGER,
  stopped_reason TEXT NOT NULL DEFAULT '',
  paused_at INTEGER,  -- By a person; NULL: not paused.
  UNIQUE (project, cohort, destination)
) STRICT;

-- One list belongs to one binding per account.
CREATE UNIQUE INDEX bindings_by_list ON bindings (endpoint, lower(list_name));

-- Runs keep their counts and names, so that nothing about them depends on pruned rows.
CREATE TABLE runs (
  run_id INTEGER PRIMARY KEY AUTOINCREMENT,
  binding_id INTEGER REFERENCES bindings,  -- NULL: failed before its binding existed.
  project TEXT NOT NULL,
  cohort TEXT NOT NULL,
  destination TEXT NOT NULL,
  cohort_name TEXT NOT NULL,
  list_name TEXT NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('manual', 'scheduled', 'resync', 'retry')),
  state TEXT NOT NULL CHECK (
    state IN ('delivering', 'succeeded', 'parked', 'held', 'failed', 'interrupted')),
  started_at INTEGER NOT NULL,
  committed_at INTEGER,  -- NULL: failed before its commit.
  finished_at INTEGER,
  snapshot_as_of INTEGER,
  origin TEXT NOT NULL DEFAULT '',
  removals_approved INTEGER NOT NULL DEFAULT 0 CHECK (removals_approved IN (0, 1)),
  snapshot_rows INTEGER NOT NULL DEFAULT 0,
  members INTEGER NOT NULL DEFAULT 0,
  rejected_missing INTEGER NOT NULL DEFAULT 0,
  rejected_malformed INTEGER NOT NULL DEFAULT 0,
  rejected_unsafe INTEGER NOT NULL DEFAULT 0,
  rejected_duplicate INTEGER NOT NULL DEFAULT 0,
  desired_before INTEGER NOT NULL DEFAULT 0,
  added INTEGER NOT NULL DEFAULT 0,
  removed INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  held_removals INTEGER NOT NULL DEFAULT 0,
  held_adds INTEGER NOT NULL DEFAULT 0,
  reopened INTEGER NOT NULL DEFAULT 0,
  calls INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER NOT NULL DEFAULT 0,
  unneeded INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
  exhausted INTEGER NOT NULL DEFAULT 0,
  left_pending INTEGER NOT NULL DEFAULT 0,  -- Of the binding, when the run ended.
  left_parked INTEGER NOT NULL DEFAULT 0,
  left_unknown_contacts INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX runs_by_binding ON runs (binding_id);
CREATE INDEX runs_by_cohort ON runs (cohort);

CREATE TABLE run_notes (
  run_id INTEGER NOT NULL REFERENCES runs,
  position INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE rejected_rows (
  run_id INTEGER NOT NULL REFERENCES runs,
  reason TEXT NOT NULL CHECK (reason IN ('missing', 'malformed', 'unsafe', 'duplicate')),
  source_row INTEGER NOT NULL,
  value TEXT NOT NULL,
  member TEXT NOT NULL
) STRICT;

CREATE INDEX rejected_rows_by_run ON rejected_rows (run_id);

-- What waits for a person. A replaced hold keeps its row, so that approving it can name the newer
-- one, but not its contacts.
CREATE TABLE holds (
  run_id INTEGER PRIMARY KEY REFERENCES runs,
  binding_id INTEGER NOT NULL REFERENCES bindings,
  state TEXT NOT NULL CHECK (state IN ('open', 'replaced')),
  removals INTEGER NOT NULL,
  adds INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX holds_open ON holds (binding_id) WHERE state = 'open';

CREATE TABLE held_contacts (
  run_id INTEGER NOT NULL REFERENCES holds,
  kind TEXT NOT NULL CHECK (kind IN ('add', 'remove')),
  contact TEXT NOT NULL,
  PRIMARY KEY (run_id, kind, contact)
) STRICT, WITHOUT ROWID;

-- The journal. Its order is operation_id; AUTOINCREMENT because checkpoints hold positions in it,
-- so an id must not come back after its row was pruned. Its checks are written with OR: for a list
-- of more than two, IN makes SQLite build a table in memory for every row, which doubles the time of
-- an insert.
CREATE TABLE operations (
  operation_id INTEGER PRIMARY KEY AUTOINCREMENT,
  binding_id INTEGER NOT NULL REFERENCES bindings,
  contact_hash INTEGER NOT NULL,
  contact TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('add', 'remove')),
  before TEXT NOT NULL CHECK (before = 'off' OR before = 'on' OR before = 'unknown'),
  run_id INTEGER NOT NULL REFERENCES runs,
  state TEXT NOT NULL CHECK (
    state = 'pending' OR state = 'in_flight' OR state = 'delivered' OR state = 'parked'
    OR state = 'unneeded' OR state = 'superseded'),
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0,  -- 0: never tried, or opened again.
  unknown_kind TEXT CHECK (unknown_kind IN ('add', 'remove')),
  unknown_at INTEGER,
  park_reason TEXT CHECK (
    park_reason = 'refused' OR park_reason = 'exhausted' OR park_reason = 'unknown_contact'),
  http_status INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK ((unknown_kind IS NULL) = (unknown_at IS NULL)),
  CHECK ((state = 'parked') = (park_reason IS NOT NULL))
) STRICT;

-- R4: one sent, one waiting.
CREATE UNIQUE INDEX operations_in_flight ON operations (binding_id, contact_hash, contact)
  WHERE state = 'in_flight';
CREATE UNIQUE INDEX operations_waiting ON operations (binding_id, contact_hash, contact)
  WHERE state IN ('pending', 'parked');
-- Every index ends with operation_id, the key of the table: the newest row of a contact, the order
-- of delivery and the journal of one binding are read without sorting.
CREATE INDEX operations_by_contact ON operations (binding_id, contact_hash);
CREATE INDEX operations_by_binding ON operations (binding_id);
CREATE INDEX operations_due ON operations (binding_id, kind, not_before) WHERE state = 'pending';
CREATE INDEX operations_parked ON operations (binding_id, park_reason) WHERE state = 'parked';

-- Checkpoints: partitions by ranges of the hash, each valid up to its own position in the journal.
-- 'base' is state (rows before it may be gone), 'latest' is a cache that may be dropped.
CREATE TABLE segments (
  segment_id INTEGER PRIMARY KEY,
  binding_id INTEGER NOT NULL REFERENCES bindings,
  checkpoint TEXT NOT NULL CHECK (checkpoint IN ('base', 'latest')),
  first_hash INTEGER NOT NULL,
  last_hash INTEGER NOT NULL,
  position INTEGER NOT NULL,
  members INTEGER NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (binding_id, checkpoint, first_hash)
) STRICT;

CREATE TABLE export_requests (
  project TEXT NOT NULL,
  cohort TEXT NOT NULL,
  request_id TEXT NOT NULL,
  property TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  PRIMARY KEY (project, cohort)
) STRICT;
