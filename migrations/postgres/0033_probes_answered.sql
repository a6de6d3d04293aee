-- When Adobe answered each part of a search: what it took is cleared from then on, whenever the search itself ends. Its twin
-- is migrations/sqlite/0033_probes_answered.sql.
alter table batch_probe add column answered_at bigint;

-- Searches that are not at their end are looked for every minute.
create index batch_searched on batch (id) where search_limit > 0 and finished_at is null;
