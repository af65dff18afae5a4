-- The calls of a run, by kind: how often each answer came, and the time to it in milliseconds.
CREATE TABLE run_calls (
  run_id INTEGER NOT NULL REFERENCES runs,
  call TEXT NOT NULL,  -- "POST /contacts"
  p50 INTEGER NOT NULL,
  p90 INTEGER NOT NULL,
  p99 INTEGER NOT NULL,
  longest INTEGER NOT NULL,
  PRIMARY KEY (run_id, call)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_answers (
  run_id INTEGER NOT NULL,
  call TEXT NOT NULL,
  answer TEXT NOT NULL,  -- The HTTP status, or 'none'.
  calls INTEGER NOT NULL,
  PRIMARY KEY (run_id, call, answer),
  FOREIGN KEY (run_id, call) REFERENCES run_calls
) STRICT, WITHOUT ROWID;

-- The newest calls of each binding as they were on the wire, without headers, secrets blanked out.
-- The order is call_id. The operation may have been pruned meanwhile, so it is not referenced.
CREATE TABLE calls (
  call_id INTEGER PRIMARY KEY,
  binding_id INTEGER NOT NULL REFERENCES bindings,
  operation_id INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('add', 'remove')),
  contact TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  took INTEGER NOT NULL,  -- Milliseconds.
  method TEXT NOT NULL,
  target TEXT NOT NULL,
  request TEXT NOT NULL,  -- The body, cut when it was long.
  http_status INTEGER NOT NULL,  -- 0: no answer.
  answer TEXT NOT NULL  -- The body, cut when it was long, or why there was none.
) STRICT;

CREATE INDEX calls_by_binding ON calls (binding_id);
