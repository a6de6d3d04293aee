-- When the first request that may have purged the URL was sent. A copy that was in the cache before is older than the
-- purge; one that came in between that and Adobe's answer may be either.
alter table url_check add column purge_sent_at bigint;
update url_check set purge_sent_at = coalesce((select i.submitted_at from invalidation i where i.id = url_check.invalidation_id), purged_at)
    where purged_at is not null;
-- A search sends each part with a request of its own.
alter table batch_probe add column sent_at bigint;
-- What ended lately is looked for every minute.
create index batch_finished on batch (finished_at) where finished_at is not null;
drop index url_check_unpurged;
