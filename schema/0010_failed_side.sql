-- Which side of a failed run failed: not reached, broken off, its key refused, its exports spent, or
-- a delivery that gave up or was stopped. Of two sides the destination. NULL: neither, or not known.
ALTER TABLE runs ADD COLUMN failed_side TEXT CHECK (failed_side IN ('source', 'destination'));
