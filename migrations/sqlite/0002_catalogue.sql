-- What reading a company's catalogue from Adobe needs. Its twin is migrations/postgres/0002_catalogue.sql.

-- `handle` is Adobe's; `created_at` tells a replaced picture from a new one.
alter table asset add column handle text;
alter table asset add column created_at integer not null default 0;

-- A company's folders, those without assets too.
create table folder (
    company_id blob not null references company (id),
    path text not null,
    primary key (company_id, path)
) strict, without rowid;

-- How far the reading of a company's catalogue is: one row a company, so that one node at a time reads it, and another
-- can go on where it stopped. `step` is null when nothing is under way; `page` is then the next one to ask for. Between
-- readings `read_until` is the instant up to which all changes are known. The counts are those of the reading that is under
-- way, or of the last one; `since_at` and `since_seen` say from where its speed is reckoned.
create table catalogue_sync (
    company_id blob not null primary key references company (id),
    kind text,
    step text,
    page integer not null,
    started_at integer,
    since_at integer,
    since_seen integer not null,
    total integer,
    seen integer not null,
    added integer not null,
    changed integer not null,
    vanished integer not null,
    skipped integer not null,
    full_read_at integer,
    read_until integer,
    swept_at integer,
    finished_at integer,
    wanted text,
    stopped integer not null,
    interval_seconds integer not null,
    by_modified integer not null,
    failures integer not null,
    problem text,
    problem_at integer,
    retry_at integer,
    lease_owner blob,
    lease_until integer
) strict;
