-- What connecting to Dynamic Media finds out, and what it asks for. Its twin is migrations/sqlite/0004_connection.sql.

-- Where the two servers' addresses come from is a JSON object: found in a setting of Dynamic Media, or typed by somebody.
-- `clear_alias` is what new drafts start with.
alter table company add column publish_server_source text;
alter table company add column preview_server text;
alter table company add column preview_server_source text;
alter table company add column clear_alias boolean not null default true;

-- What Adobe last said of the account, `facts`, and of the company's template; what a test of the connection saw, `report`.
alter table connection add column facts text;
alter table connection add column report text;
alter table connection add column template text;
alter table connection add column template_read_at bigint;

-- An account that Adobe has verified, until its person has chosen the company. Short-lived; the password is sealed, and
-- opens for that person's row only.
create table pending_connection (
    person_id uuid not null primary key references person (id),
    endpoint text not null,
    email text not null,
    sealed_password bytea not null,
    found text not null,
    expires_at bigint not null
);
