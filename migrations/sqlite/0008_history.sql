-- History: what was submitted can be found by person, state, asset, URL and day.
-- Its twin is migrations/postgres/0008_history.sql.

-- `note` is why, in the person's words. `number` counts what was submitted, in that order, over all companies; a draft has
-- none. `state` follows from the batches, by the triggers below. `searchable` says that the tables of the last part know it.
alter table invalidation add column note text not null default '';
alter table invalidation add column number integer;
alter table invalidation add column url_count integer not null default 0;
alter table invalidation add column state text not null default 'sending';
alter table invalidation add column searchable integer not null default 0;

-- A word that is not known here is that of a batch on its way.
create view _invalidation_state as
    select invalidation_id, case
        when count(case when state not in ('accepted', 'refused', 'failed', 'cancelled', 'downloaded') then 1 end) > 0 then 'sending'
        when count(case when state <> 'downloaded' then 1 end) = 0 then 'downloaded'
        when count(case when state <> 'accepted' then 1 end) = 0 then 'accepted'
        when count(case when state = 'accepted' then 1 end) > 0 then 'partly'
        when count(case when state = 'refused' then 1 end) > 0 then 'refused'
        else 'failed' end as state
    from batch group by invalidation_id;

update invalidation set number = counted.number
    from (select id, row_number() over (order by submitted_at, id) as number
          from invalidation where submitted_at is not null) counted
    where counted.id = invalidation.id;
update invalidation set
    url_count = coalesce((select sum(b.url_count) from batch b where b.invalidation_id = invalidation.id), 0),
    state = coalesce((select s.state from _invalidation_state s where s.invalidation_id = invalidation.id), 'sending')
    where number is not null;

-- Triggers, so that whoever changes a batch, in whatever way, cannot forget its invalidation.
create trigger batch_added after insert on batch begin
    update invalidation set state = (select s.state from _invalidation_state s where s.invalidation_id = new.invalidation_id)
        where id = new.invalidation_id
        and state <> (select s.state from _invalidation_state s where s.invalidation_id = new.invalidation_id);
end;
create trigger batch_changed after update of state on batch when new.state <> old.state begin
    update invalidation set state = (select s.state from _invalidation_state s where s.invalidation_id = new.invalidation_id)
        where id = new.invalidation_id
        and state <> (select s.state from _invalidation_state s where s.invalidation_id = new.invalidation_id);
end;

create unique index invalidation_number on invalidation (number);
create index invalidation_history on invalidation (company_id, number) where number is not null;
create index invalidation_history_of on invalidation (company_id, author_id, number) where number is not null;
create index invalidation_history_in on invalidation (company_id, state, number) where number is not null;
create index invalidation_unsearchable on invalidation (number) where searchable = 0 and number is not null;

-- A URL can be longer than an index entry may be on PostgreSQL, so only its beginning is in it.
create index invalidation_url_by_url on invalidation_url (company_id, substr(url, 1, 400), batch_id);

-- The assets whose URLs an invalidation cleared, by their IDs. No foreign key: `number` may be null in its table.
create table history_asset (
    company_id blob not null,
    number integer not null,
    asset_id text not null,
    primary key (number, asset_id)
) strict, without rowid;
create index history_asset_by_asset on history_asset (company_id, asset_id, number);

-- The pieces of three bytes that the URLs of an invalidation have among them, each once, as numbers: see
-- src/store/trigrams.rs. `rowid` is the invalidation's number.
create virtual table _history_trigram using fts5(
    trigrams, tokenize = 'ascii', content = '', contentless_delete = 1, detail = none
);
