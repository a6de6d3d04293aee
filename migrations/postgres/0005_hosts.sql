-- What the settings know of delivery hosts and presets, and files that are being imported.
-- Its twin is migrations/sqlite/0005_hosts.sql.

-- `generic_hosts` holds patterns, one a line; null for the program's own. `presets_at` is when the list of presets was
-- put last.
alter table company add column generic_hosts text;
alter table company add column presets_at bigint;

-- `found` says that the host was found among Adobe's settings, not typed by somebody. The rest is *Test this host*:
-- `test_started_at` is null unless a test is under way.
alter table delivery_host add column found boolean not null default false;
alter table delivery_host add column test_asset text;
alter table delivery_host add column test_started_at bigint;
alter table delivery_host add column tested_at bigint;
alter table delivery_host add column test_verdict text;
alter table delivery_host add column test_note text;

-- An uploaded file, in parts, until it is imported or thrown away. `report` is JSON; `touched_at` moves while somebody
-- works on it.
create table import_file (
    id uuid not null primary key,
    company_id uuid not null references company (id),
    kind text not null,
    name text not null,
    state text not null,
    report text not null,
    created_at bigint not null,
    touched_at bigint not null
);
create index import_file_by_age on import_file (created_at);

create table import_part (
    company_id uuid not null references company (id),
    import_id uuid not null references import_file (id) on delete cascade,
    number bigint not null,
    bytes bytea not null,
    primary key (import_id, number)
);
