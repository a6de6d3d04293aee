-- What reading a company's catalogue from Adobe needs. Its twin is migrations/sqlite/0002_catalogue.sql.

-- `handle` is Adobe's; `created_at` tells a replaced picture from a new one.
alter table asset add column handle text;
alter table asset add column created_at bigint not null default 0;

-- A company's folders, those without assets too.
create table folder (
    company_id uuid not null references company (id),
    path text collate "C" not null,
    primary key (company_id, path)
);

-- How far the reading of a company's catalogue is: one row a company, so that one node at a time reads it, and another
-- can go on where it stopped. `step` is null when nothing is under way; `page` is then the next one to ask for. Between
-- readings `read_until` is the instant up to which all changes are known. The counts are those of the reading that is under
-- way, or of the last one; `since_at` and `since_seen` say from where its speed is reckoned.
create table catalogue_sync (
    company_id uuid not null primary key references company (id),
    kind text,
    step text,
    page bigint not null,
    started_at bigint,
    since_at bigint,
    since_seen bigint not null,
    total bigint,
    seen bigint not null,
    added bigint not null,
    changed bigint not null,
    vanished bigint not null,
    skipped bigint not null,
    full_read_at bigint,
    read_until bigint,
    swept_at bigint,
    finished_at bigint,
    wanted text,
    stopped boolean not null,
    interval_seconds bigint not null,
    by_modified boolean not null,
    failures bigint not null,
    problem text,
    problem_at bigint,
    retry_at bigint,
    lease_owner uuid,
    lease_until bigint
);
