-- Which side of a failed run could not be reached, or refused the credential; NULL: neither, or not
-- known.
ALTER TABLE runs ADD COLUMN failed_side TEXT CHECK (failed_side IN ('source', 'destination'));
