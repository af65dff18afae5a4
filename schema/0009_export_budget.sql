-- Requests for exports that count against what Amplitude grants a project, each committed before it
-- leaves; one that was refused is taken out again. Older ones than 62 days are dropped.
CREATE TABLE export_costs (
  cost_id INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  cohort TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  finished INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1))
) STRICT;

CREATE INDEX export_costs_by_time ON export_costs (project, asked_at);

-- Amplitude's last word that a project's month is spent, and what was granted as far as we knew.
CREATE TABLE export_refusals (
  project TEXT PRIMARY KEY,
  refused_at INTEGER NOT NULL,
  per_month INTEGER NOT NULL
) STRICT;
