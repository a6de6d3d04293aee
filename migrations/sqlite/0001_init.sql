-- The first schema. Its twin is migrations/postgres/0001_init.sql: same tables, columns and nullability.
--
-- Ids are UUIDs as 16 bytes, instants are microseconds since 1970 in UTC. Every table of company data carries its
-- company. Words such as a batch's state have no `check`: later versions add words, and a check cannot be changed
-- here without rebuilding the table.

create table company (
    id blob not null primary key,
    slug text not null unique,
    name text not null,
    root text,
    handle text,
    publish_server text,
    alias_root text,
    alias_handle text,
    created_at integer not null,
    updated_at integer not null
) strict;

create table delivery_host (
    company_id blob not null references company (id),
    origin text not null,
    scope text not null,
    check_root integer not null,
    primary key (company_id, origin)
) strict;

-- The account that Adobe is asked with. The password is sealed by the program, never stored plain.
create table connection (
    company_id blob not null primary key references company (id),
    endpoint text not null,
    email text not null,
    sealed_password blob not null
) strict;

-- `id_folded` and `search_text` are lower-cased by the program: neither database folds all of Unicode by itself.
-- A vanished asset stays, because drafts and history speak of it.
create table asset (
    key blob not null primary key,
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
    unique (company_id, id)
) strict;
create index asset_by_name on asset (company_id, id_folded, key);
create index asset_by_folder on asset (company_id, folder, id_folded, key);

-- `used` is the site's own tick; the rest comes from Adobe.
create table preset (
    company_id blob not null references company (id),
    name text not null,
    modifier text not null,
    used integer not null,
    primary key (company_id, name)
) strict;

create table person (
    id blob not null primary key,
    email text not null,
    email_folded text not null unique,
    role text not null,
    password_hash text not null,
    disabled integer not null,
    last_company_id blob references company (id),
    created_at integer not null
) strict;

-- `person_id` refers to nobody by force: a session is thrown away, not kept consistent.
create table session (
    key text not null primary key,
    data text not null,
    person_id blob,
    expires_at integer not null
) strict;

create table template_version (
    company_id blob not null references company (id),
    version integer not null,
    text text not null,
    author_id blob not null references person (id),
    saved_at integer not null,
    primary key (company_id, version)
) strict;

-- One row from draft to outcome: a draft is one that has no `submitted_at`.
-- `preset_names` is a JSON array, or null for all presets. `version` counts the changes of the draft.
create table invalidation (
    id blob not null primary key,
    company_id blob not null references company (id),
    author_id blob not null references person (id),
    use_presets integer not null,
    use_template integer not null,
    clear_alias integer not null,
    fold integer not null,
    split integer not null,
    preset_names text,
    manual_urls text not null,
    version integer not null,
    template_version integer,
    created_at integer not null,
    updated_at integer not null,
    submitted_at integer,
    foreign key (company_id, template_version) references template_version (company_id, version)
) strict;
create index invalidation_by_submission on invalidation (company_id, submitted_at, id);
create index invalidation_by_author on invalidation (company_id, author_id, updated_at, id);
create index invalidation_untouched on invalidation (updated_at) where submitted_at is null;

create table invalidation_asset (
    company_id blob not null references company (id),
    invalidation_id blob not null references invalidation (id) on delete cascade,
    asset_key blob not null references asset (key),
    position integer not null,
    primary key (invalidation_id, asset_key)
) strict, without rowid;

-- A URL can be longer than an index entry may be on PostgreSQL, so its SHA-256 is the key.
create table invalidation_removal (
    company_id blob not null references company (id),
    invalidation_id blob not null references invalidation (id) on delete cascade,
    url_hash blob not null,
    url text not null,
    primary key (invalidation_id, url_hash)
) strict;

-- `lease_owner` and `lease_until` wait for several nodes that watch over each other.
create table batch (
    id blob not null primary key,
    company_id blob not null references company (id),
    invalidation_id blob not null references invalidation (id) on delete cascade,
    position integer not null,
    root text not null,
    handle text,
    state text not null,
    url_count integer not null,
    attempts integer not null,
    created_at integer not null,
    sent_at integer,
    finished_at integer,
    receipt_handle text,
    estimated_seconds integer,
    warnings integer,
    failure_kind text,
    failure_code integer,
    failure_reason text,
    named_url text,
    lease_owner text,
    lease_until integer,
    unique (invalidation_id, position)
) strict;
-- Adobe is asked by one request at a time for each company: the database itself sees to it, for all nodes.
create unique index batch_in_flight on batch (company_id) where state = 'sending';
-- The queue is one for all companies.
create index batch_queue on batch (created_at, position, id) where state = 'waiting';

create table invalidation_url (
    company_id blob not null references company (id),
    batch_id blob not null references batch (id) on delete cascade,
    position integer not null,
    url text not null,
    origins text not null,
    covers text not null,
    primary key (batch_id, position)
) strict;
