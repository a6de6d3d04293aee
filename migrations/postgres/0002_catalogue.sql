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
-- can go on where it stopped. `phase` is null when nothing is under way. Between readings, `read_until` is the instant
-- up to which every change is known; `started_at` becomes the next one. The counts are those of the reading that is
-- under way, or of the last one.
create table catalogue_sync (
    company_id uuid not null primary key references company (id),
    phase text,
    page bigint not null,
    started_at bigint,
    pages_since bigint,
    total bigint,
    seen bigint not null,
    added bigint not null,
    changed bigint not null,
    vanished bigint not null,
    full_read_at bigint,
    read_until bigint,
    swept_at bigint,
    finished_at bigint,
    wanted text,
    stopped boolean not null,
    interval_seconds bigint not null,
    problem text,
    problem_at bigint,
    lease_owner uuid,
    lease_until bigint
);
