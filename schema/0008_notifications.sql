-- What people were told about and is not over yet.
CREATE TABLE alerts (
  subject TEXT NOT NULL,  -- A sync or a project.
  kind TEXT NOT NULL,
  PRIMARY KEY (subject, kind)
) STRICT, WITHOUT ROWID;

-- What they are still to be told; gone when it was. AUTOINCREMENT keeps the order over restarts.
CREATE TABLE notifications (
  notification_id INTEGER PRIMARY KEY AUTOINCREMENT,
  target TEXT NOT NULL,  -- "url" of the configuration: a reference, where it is one.
  created_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
