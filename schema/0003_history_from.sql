-- Members are known as of this time and later; NULL: nothing was pruned yet.
ALTER TABLE bindings ADD COLUMN history_from INTEGER;

-- What was pruned before this was kept cannot be told any more.
UPDATE bindings SET history_from = unixepoch('now') * 1000
  WHERE binding_id IN (SELECT binding_id FROM segments WHERE checkpoint = 'base');
