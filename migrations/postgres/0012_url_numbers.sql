-- The number of its invalidation stands with each URL too: a search for URLs with the same beginning has thousands, and must not
-- look up the batch and the invalidation of each.
alter table invalidation_url add column number bigint;
update invalidation_url set number = i.number
    from batch b join invalidation i on i.id = b.invalidation_id where b.id = invalidation_url.batch_id;
drop index invalidation_url_by_url;
create index invalidation_url_by_url on invalidation_url (company_id, substr(url, 1, 400), number);
