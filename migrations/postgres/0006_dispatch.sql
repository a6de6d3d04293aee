-- What sending needs. Its twin is migrations/sqlite/0006_dispatch.sql.

-- `retry_at`: not before. `failures`: in a row, those that may pass. `maybe_taken`: nobody knows whether Adobe took an
-- earlier attempt. `search_limit`: how many requests the search for a bad URL may make; 0 when there was none.
-- `search_sound`: the place of the URL that such a search sends first.
alter table batch add column retry_at bigint;
alter table batch add column failures integer not null default 0;
alter table batch add column maybe_taken boolean not null default false;
alter table batch add column search_limit integer not null default 0;
alter table batch add column search_sound bigint not null default 1;

-- The pause between two requests of a company.
alter table company add column next_request_at bigint;

-- When the edge was looked at before the first byte was sent.
alter table invalidation add column looked_at bigint;

drop index batch_queue;
create index batch_queue on batch (company_id, invalidation_id, position) where state in ('waiting', 'unknown');

-- Every change of a batch. `note` says why, or by whom.
create table batch_event (
    company_id uuid not null references company (id),
    batch_id uuid not null references batch (id) on delete cascade,
    number integer not null,
    at bigint not null,
    change text not null,
    attempts integer not null,
    note text,
    primary key (batch_id, number)
);
create index batch_event_sent on batch_event (company_id, at) where change in ('sent', 'repeated');

-- The requests of a search for a bad URL that were answered. `part` is a JSON array of ranges of places in the batch.
create table batch_probe (
    company_id uuid not null references company (id),
    batch_id uuid not null references batch (id) on delete cascade,
    number integer not null,
    part text not null,
    accepted boolean not null,
    code integer,
    reason text,
    primary key (batch_id, number)
);
