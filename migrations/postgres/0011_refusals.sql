-- What Adobe said of a whole batch, kept when a search for the bad URL begins: a URL that is found because all others were
-- taken has no other reason.
alter table batch add column refusal_code integer;
alter table batch add column refusal_reason text;
update batch set refusal_reason = (select e.note from batch_event e where e.batch_id = batch.id and e.change = 'refused'
    order by e.number limit 1)
    where search_limit > 0;
