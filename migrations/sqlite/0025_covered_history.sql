-- The history is searched by the URLs that a base URL clears along with itself too. Its twin is
-- migrations/postgres/0025_covered_history.sql.

-- What a batch clears besides its own URLs: the first 400 characters of each, for searching by their beginning.
create table covered_url (
    company_id blob not null,
    batch_id blob not null references batch (id) on delete cascade,
    number integer not null,
    url text not null,
    primary key (batch_id, url)
) strict, without rowid;
create index covered_url_by_url on covered_url (company_id, url, number);
insert or ignore into covered_url (company_id, batch_id, number, url)
    select u.company_id, u.batch_id, u.number, substr(c.value, 1, 400) from invalidation_url u, json_each(u.covers) c
    where u.covers <> '[]' and u.number is not null;

-- What has some is made searchable by their pieces again.
update invalidation set searchable = 0 where number in (select number from invalidation_url where covers <> '[]');
