-- How far each delivery is that is under way, written every few seconds for people to see. None is
-- left when its process ended.
CREATE TABLE deliveries (
  binding_id INTEGER PRIMARY KEY REFERENCES bindings,
  updated_at INTEGER NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  exhausted INTEGER NOT NULL,
  unknown_contacts INTEGER NOT NULL,
  per_second REAL NOT NULL,
  limit_kind TEXT NOT NULL,
  limit_per_second REAL NOT NULL,
  limit_calls INTEGER NOT NULL,
  limit_until INTEGER,
  limit_reason TEXT NOT NULL
) STRICT;
