-- The history is searched by the URLs that a base URL clears along with itself too. Its twin is
-- migrations/sqlite/0025_covered_history.sql.

-- What a batch clears besides its own URLs: the first 400 characters of each, for searching by their beginning.
create table covered_url (
    company_id uuid not null,
    batch_id uuid not null references batch (id) on delete cascade,
    number bigint not null,
    url text collate "C" not null,
    primary key (batch_id, url)
);
create index covered_url_by_url on covered_url (company_id, url, number);
insert into covered_url (company_id, batch_id, number, url)
    select u.company_id, u.batch_id, u.number, substr(c.value, 1, 400)
    from invalidation_url u cross join lateral jsonb_array_elements_text(u.covers::jsonb) c (value)
    where u.covers <> '[]' and u.number is not null on conflict do nothing;

-- As that of the URLs themselves: what is searched is folded without regard to the database's language.
alter table invalidation_url alter column covers type text collate "C";

-- What has some is made searchable by their pieces again.
update invalidation set searchable = false where number in (select number from invalidation_url where covers <> '[]');
