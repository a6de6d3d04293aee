-- What Adobe gave for a part that it took in a search for a bad URL, as `batch` keeps it for a request of its own.
alter table batch_probe add column receipt_handle text;
alter table batch_probe add column estimated_seconds integer;
alter table batch_probe add column warnings integer not null default 0;

-- Of a batch that a search got accepted in the end, the batch knows what came for the last part.
update batch_probe set receipt_handle = b.receipt_handle, estimated_seconds = b.estimated_seconds, warnings = coalesce(b.warnings, 0)
    from batch b where b.id = batch_probe.batch_id and b.state = 'accepted'
    and batch_probe.number = (select max(p.number) from batch_probe p where p.batch_id = b.id);
