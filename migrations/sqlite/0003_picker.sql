-- What the asset picker needs. Its twin is migrations/postgres/0003_picker.sql. The indexes that searching uses are
-- made by the program (src/store/asset_index.rs), because a bulk load takes them away for a while.

-- Forty thousand assets are selected in one statement: looking up their company and each of them again would be most of
-- the work. A selection's rows go with their invalidation, and assets are never deleted.
create table invalidation_asset_rebuilt (
    company_id blob not null,
    invalidation_id blob not null references invalidation (id) on delete cascade,
    asset_key blob not null,
    position integer not null,
    primary key (invalidation_id, asset_key)
) strict, without rowid;
insert into invalidation_asset_rebuilt (company_id, invalidation_id, asset_key, position)
    select company_id, invalidation_id, asset_key, position from invalidation_asset;
drop table invalidation_asset;
alter table invalidation_asset_rebuilt rename to invalidation_asset;

-- The full-text index speaks of rows by number, which only a key of that type keeps when the file is compacted.
create table asset_rebuilt (
    key blob not null unique,
    company_id blob not null references company (id),
    id text not null,
    file_name text not null,
    folder text not null,
    asset_type text not null,
    class text not null,
    published integer not null,
    changed_at integer not null,
    id_folded text not null,
    search_text text not null,
    added_at integer not null,
    seen_at integer not null,
    vanished_at integer,
    handle text,
    created_at integer not null default 0,
    last_invalidated_at integer,
    number integer not null primary key,
    unique (company_id, id)
) strict;
insert into asset_rebuilt (key, company_id, id, file_name, folder, asset_type, class, published, changed_at, id_folded,
    search_text, added_at, seen_at, vanished_at, handle, created_at)
    select key, company_id, id, file_name, folder, asset_type, class, published, changed_at, id_folded,
        search_text, added_at, seen_at, vanished_at, handle, created_at from asset;
drop table asset;
alter table asset_rebuilt rename to asset;
update asset set last_invalidated_at = sent.at
    from (select s.asset_key, max(i.submitted_at) as at from invalidation_asset s
          join invalidation i on i.id = s.invalidation_id group by s.asset_key) sent
    where sent.asset_key = asset.key;

-- Pieces of three characters of `search_text`. Only which rows hold a piece is kept, not where: rows are looked at anyway.
create virtual table _asset_trigram using fts5(
    search_text, tokenize = 'trigram case_sensitive 1', content = '', contentless_delete = 1, detail = none
);
-- Bytes that are collected before they are written: a bulk load writes a sixteenth as many pieces to be merged.
insert into _asset_trigram (_asset_trigram, rank) values ('hashsize', 16777216);

-- A company whose assets are being loaded in bulk: those with a higher number are not in the index of pieces yet. Below
-- zero, their searched text is of an older version and must be made again.
create table bulk_load (
    company_id blob not null primary key references company (id),
    indexed_to integer not null
) strict;
insert into bulk_load (company_id, indexed_to) select distinct company_id, -1 from asset;
