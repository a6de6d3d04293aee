-- The history by the number of URLs. Its twin is migrations/sqlite/0021_history_size.sql.

create index invalidation_history_size on invalidation (company_id, url_count, number) where number is not null;
