-- A closed operation says of its contact what the checkpoint says: an add is on, a removal off. Only
-- an attempt whose outcome is unknown adds to that (R5). So the newest operation of a contact is
-- looked up among the open ones and these, and an index over every row, of which a plan of one member
-- in a hundred rewrites nearly each page, is not needed.
DROP INDEX operations_by_contact;

CREATE INDEX operations_unknown ON operations (binding_id, contact_hash)
  WHERE state IN ('delivered', 'unneeded') AND unknown_kind IS NOT NULL;
