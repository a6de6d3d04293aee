-- The first schema. Its twin is migrations/sqlite/0001_init.sql: same tables, columns and nullability.
--
-- Ids are UUIDs, instants are microseconds since 1970 in UTC. Every table of company data carries its company. Text
-- that is sorted or indexed has the collation "C", so that pages are the same on both databases, whatever the locale
-- of this one. Words such as a batch's state have no `check`: later versions add words.

create table company (
    id uuid not null primary key,
    slug text collate "C" not null unique,
    name text not null,
    root text,
    handle text,
    publish_server text,
    alias_root text,
    alias_handle text,
    created_at bigint not null,
    updated_at bigint not null
);

create table delivery_host (
    company_id uuid not null references company (id),
    origin text collate "C" not null,
    scope text not null,
    check_root boolean not null,
    primary key (company_id, origin)
);

-- The account that Adobe is asked with. The password is sealed by the program, never stored plain.
create table connection (
    company_id uuid not null primary key references company (id),
    endpoint text not null,
    email text not null,
    sealed_password bytea not null
);

-- `id_folded` and `search_text` are lower-cased by the program: neither database folds all of Unicode by itself.
-- A vanished asset stays, because drafts and history speak of it.
create table asset (
    key uuid not null primary key,
    company_id uuid not null references company (id),
    id text collate "C" not null,
    file_name text not null,
    folder text collate "C" not null,
    asset_type text not null,
    class text collate "C" not null,
    published boolean not null,
    changed_at bigint not null,
    id_folded text collate "C" not null,
    search_text text not null,
    added_at bigint not null,
    seen_at bigint not null,
    vanished_at bigint,
    unique (company_id, id)
);
create index asset_by_name on asset (company_id, id_folded, key);
create index asset_by_folder on asset (company_id, folder, id_folded, key);

-- `used` is the site's own tick; the rest comes from Adobe.
create table preset (
    company_id uuid not null references company (id),
    name text collate "C" not null,
    modifier text not null,
    used boolean not null,
    primary key (company_id, name)
);

create table person (
    id uuid not null primary key,
    email text not null,
    email_folded text collate "C" not null unique,
    role text not null,
    password_hash text not null,
    disabled boolean not null,
    last_company_id uuid references company (id),
    created_at bigint not null
);

-- `person_id` refers to nobody by force: a session is thrown away, not kept consistent.
create table session (
    key text collate "C" not null primary key,
    data text not null,
    person_id uuid,
    expires_at bigint not null
);

create table template_version (
    company_id uuid not null references company (id),
    version integer not null,
    text text not null,
    author_id uuid not null references person (id),
    saved_at bigint not null,
    primary key (company_id, version)
);

-- One row from draft to outcome: a draft is one that has no `submitted_at`.
-- `preset_names` is a JSON array, or null for all presets. `version` counts the changes of the draft.
create table invalidation (
    id uuid not null primary key,
    company_id uuid not null references company (id),
    author_id uuid not null references person (id),
    use_presets boolean not null,
    use_template boolean not null,
    clear_alias boolean not null,
    fold boolean not null,
    split boolean not null,
    preset_names text,
    manual_urls text not null,
    version bigint not null,
    template_version integer,
    created_at bigint not null,
    updated_at bigint not null,
    submitted_at bigint,
    foreign key (company_id, template_version) references template_version (company_id, version)
);
create index invalidation_by_submission on invalidation (company_id, submitted_at, id);
create index invalidation_by_author on invalidation (company_id, author_id, updated_at, id);
create index invalidation_untouched on invalidation (updated_at) where submitted_at is null;

create table invalidation_asset (
    company_id uuid not null references company (id),
    invalidation_id uuid not null references invalidation (id) on delete cascade,
    asset_key uuid not null references asset (key),
    position bigint not null,
    primary key (invalidation_id, asset_key)
);

-- A URL can be longer than an index entry may be on PostgreSQL, so its SHA-256 is the key.
create table invalidation_removal (
    company_id uuid not null references company (id),
    invalidation_id uuid not null references invalidation (id) on delete cascade,
    url_hash bytea not null,
    url text not null,
    primary key (invalidation_id, url_hash)
);

-- `lease_owner` and `lease_until` wait for several nodes that watch over each other.
create table batch (
    id uuid not null primary key,
    company_id uuid not null references company (id),
    invalidation_id uuid not null references invalidation (id) on delete cascade,
    position integer not null,
    root text not null,
    handle text,
    state text not null,
    url_count bigint not null,
    attempts integer not null,
    created_at bigint not null,
    sent_at bigint,
    finished_at bigint,
    receipt_handle text,
    estimated_seconds integer,
    warnings integer,
    failure_kind text,
    failure_code integer,
    failure_reason text,
    named_url text,
    lease_owner text,
    lease_until bigint,
    unique (invalidation_id, position)
);
-- Adobe is asked by one request at a time for each company: the database itself sees to it, for all nodes.
create unique index batch_in_flight on batch (company_id) where state = 'sending';
-- The queue is one for all companies.
create index batch_queue on batch (created_at, position, id) where state = 'waiting';

create table invalidation_url (
    company_id uuid not null references company (id),
    batch_id uuid not null references batch (id) on delete cascade,
    position bigint not null,
    url text not null,
    origins text not null,
    covers text not null,
    primary key (batch_id, position)
);
