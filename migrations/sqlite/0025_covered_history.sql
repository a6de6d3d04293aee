-- The history is searched by the URLs that a base URL clears along with itself too. Its twin is
-- migrations/postgres/0025_covered_history.sql.

-- Whether a company has such URLs at all.
create index invalidation_url_covering on invalidation_url (company_id) where covers <> '[]';

-- What has some is made searchable again.
update invalidation set searchable = 0 where number in (select number from invalidation_url where covers <> '[]');
delete from _history_trigram where rowid in (select number from invalidation where searchable = 0 and number is not null);
delete from history_asset where number in (select number from invalidation where searchable = 0 and number is not null);
