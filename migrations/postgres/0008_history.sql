-- History: what was submitted can be found by person, state, asset, URL and day.
-- Its twin is migrations/sqlite/0008_history.sql.

-- `note` is why, in the person's words. `number` counts what was submitted, in that order, over all companies; a draft has
-- none. `state` follows from the batches, by the triggers below. `searchable` says that the tables of the last part know it.
alter table invalidation
    add column note text not null default '',
    add column number bigint,
    add column url_count bigint not null default 0,
    add column state text collate "C" not null default 'sending',
    add column searchable boolean not null default false;

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

create sequence _invalidation_number;
select setval('_invalidation_number', (select coalesce(max(number), 0) + 1 from invalidation), false);

-- Triggers, so that whoever changes a batch, in whatever way, cannot forget its invalidation. They run at the end of the
-- transaction: two that change batches of one invalidation wait for each other there, and the later one sees both.
create function _keep_invalidation_state() returns trigger language plpgsql as $$
begin
    perform 1 from invalidation where id = new.invalidation_id for update;
    update invalidation i set state = s.state from _invalidation_state s
        where i.id = new.invalidation_id and s.invalidation_id = i.id and i.state <> s.state;
    return null;
end
$$;
create constraint trigger batch_added after insert on batch
    deferrable initially deferred for each row execute function _keep_invalidation_state();
create constraint trigger batch_changed after update on batch
    deferrable initially deferred for each row when (new.state <> old.state) execute function _keep_invalidation_state();

create unique index invalidation_number on invalidation (number);
create index invalidation_history on invalidation (company_id, number) where number is not null;
create index invalidation_history_of on invalidation (company_id, author_id, number) where number is not null;
create index invalidation_history_in on invalidation (company_id, state, number) where number is not null;
create index invalidation_unsearchable on invalidation (number) where not searchable and number is not null;

-- A URL can be longer than an index entry may be, so only its beginning is in it.
alter table invalidation_url alter column url type text collate "C";
create index invalidation_url_by_url on invalidation_url (company_id, substr(url, 1, 400), batch_id);

-- The assets whose URLs an invalidation cleared, by their IDs. No foreign key: `number` may be null in its table.
create table history_asset (
    company_id uuid not null,
    number bigint not null,
    asset_id text collate "C" not null,
    primary key (number, asset_id)
);
create index history_asset_by_asset on history_asset (company_id, asset_id, number);

-- The pieces of three bytes that the URLs of an invalidation have among them, each once, as numbers: see
-- src/store/trigrams.rs. No extension is needed for that. Without `fastupdate`, no search pays for the submissions before it.
create table _history_trigram (
    number bigint not null primary key,
    trigrams integer[] not null
);
create index _history_trigram_all on _history_trigram using gin (trigrams) with (fastupdate = off);
