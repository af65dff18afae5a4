-- What a person said of a hold; NULL: nothing yet, or a newer plan replaced it. A decided hold is
-- not open any more.
ALTER TABLE holds ADD COLUMN decision TEXT CHECK (decision IN ('approved', 'discarded'));

-- The run that a person's approval began: the run whose hold it commits. Its cause is 'manual'.
ALTER TABLE runs ADD COLUMN approved_run INTEGER;
