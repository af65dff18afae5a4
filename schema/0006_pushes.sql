-- Pushed cohorts. A run that planned pushed batches says how many; its cause is 'scheduled'.
ALTER TABLE runs ADD COLUMN pushed_batches INTEGER;

-- The inbox is a file of its own. How far its batches are planned; both NULL before the first.
ALTER TABLE bindings ADD COLUMN inbox INTEGER;
ALTER TABLE bindings ADD COLUMN inbox_batch INTEGER;

-- What is known of each member, so that one who leaves takes the contact along that entered with
-- it. Members that left stay, with their last contact: a change that comes late is known by its age.
CREATE TABLE members (
  binding_id INTEGER NOT NULL REFERENCES bindings,
  naming TEXT NOT NULL CHECK (naming IN ('user', 'contact')),
  name TEXT NOT NULL,
  present INTEGER NOT NULL CHECK (present IN (0, 1)),
  contact TEXT NOT NULL,  -- Empty: none.
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (binding_id, naming, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_contact ON members (binding_id, contact) WHERE present = 1;
CREATE INDEX members_by_change ON members (binding_id, changed_at);
