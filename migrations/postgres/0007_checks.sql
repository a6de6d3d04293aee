-- Looks at delivery hosts, before and after a purge. Its twin is migrations/sqlite/0007_checks.sql.

-- An invalidation whose URLs were looked at before its first byte was sent: that happens once.
create table check_run (
    invalidation_id uuid not null primary key references invalidation (id) on delete cascade,
    company_id uuid not null references company (id),
    begun_at bigint not null
);

-- A URL that is looked at. `sent_url` is the one whose purge clears it, which may be its base URL; `covered` is false
-- for a URL that the invalidation does not clear. `asked` says that somebody wanted it, beyond the sample.
-- `purged_at` is when Adobe took that URL. `keeps` is how long a browser may keep an answer, in microseconds. While
-- `next_look_at` is null, nobody looks.
create table url_check (
    id uuid not null primary key,
    company_id uuid not null references company (id),
    invalidation_id uuid not null references invalidation (id) on delete cascade,
    url text collate "C" not null,
    url_hash bytea not null,
    sent_url text not null,
    covered boolean not null,
    asked boolean not null,
    created_at bigint not null,
    purged_at bigint,
    keeps bigint,
    looks bigint not null,
    next_look_at bigint,
    verdict text,
    doubt text,
    verdict_at bigint,
    lease_owner uuid,
    lease_until bigint,
    unique (invalidation_id, url_hash)
);
create index url_check_due on url_check (next_look_at) where next_look_at is not null;
create index url_check_unpurged on url_check (created_at) where purged_at is null;

-- What a look showed, or why it showed nothing (`failure`). Of each kind the last one is kept; that from before the
-- purge is never replaced.
create table url_look (
    company_id uuid not null references company (id),
    check_id uuid not null references url_check (id) on delete cascade,
    format text not null,
    kind text not null,
    at bigint not null,
    failure text,
    status integer,
    hash bytea,
    etag text,
    last_modified text,
    length bigint,
    cache_word text,
    age bigint,
    primary key (check_id, format, kind)
);

-- What was seen, small enough to be kept.
create table look_picture (
    company_id uuid not null references company (id),
    check_id uuid not null references url_check (id) on delete cascade,
    kind text not null,
    content_type text not null,
    bytes bytea not null,
    primary key (check_id, kind)
);
