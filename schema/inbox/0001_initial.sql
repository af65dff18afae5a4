-- What was pushed, from its 200 until its run. Times are milliseconds since 1970, UTC.

CREATE TABLE inbox (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  inbox INTEGER NOT NULL,  -- Random: tells this inbox from one that was made anew.
  alive_at INTEGER         -- When the receiver last said that it was there.
) STRICT;

-- AUTOINCREMENT, because bindings hold positions in it: an id must not come back.
CREATE TABLE batches (
  batch_id INTEGER PRIMARY KEY AUTOINCREMENT,
  cohort TEXT NOT NULL,
  cohort_name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('webhook', 'list')),
  direction TEXT NOT NULL CHECK (direction IN ('enter', 'leave')),
  message_id TEXT NOT NULL,
  computed_at INTEGER,
  received_at INTEGER NOT NULL,
  members INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

CREATE INDEX batches_by_cohort ON batches (cohort);

-- Message ids outlive their batches, so that a late repeat is known.
CREATE TABLE messages (
  cohort TEXT NOT NULL,
  message_id TEXT NOT NULL,
  body_hash INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (cohort, message_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX messages_by_time ON messages (received_at);

-- Something was sent and not taken, or may have been: the latest of each cohort.
CREATE TABLE gaps (
  cohort TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
