-- Where a catalogue was read, hosts that stay removed, and what the settings name. Its twin is
-- migrations/sqlite/0015_sources.sql.

-- Where a company's catalogue was read: after a change of the account, what another region or company has is read anew.
alter table catalogue_sync add column read_endpoint text;
alter table catalogue_sync add column read_handle text;
alter table catalogue_sync add column read_email text;
update catalogue_sync set
    read_endpoint = (select endpoint from connection where connection.company_id = catalogue_sync.company_id),
    read_handle = (select handle from company where company.id = catalogue_sync.company_id),
    read_email = (select email from connection where connection.company_id = catalogue_sync.company_id)
    where exists (select 1 from connection where connection.company_id = catalogue_sync.company_id);
-- Of one whose account was deleted nobody knows where it was read: no reading of it goes on in the middle.
update catalogue_sync set step = null, page = 1
    where not exists (select 1 from connection where connection.company_id = catalogue_sync.company_id);

-- Hosts that somebody has removed: found among the settings again, they stay away.
create table removed_host (
    company_id uuid not null references company (id),
    origin text collate "C" not null,
    primary key (company_id, origin)
);

-- Whether the settings at Dynamic Media named a publish server when they were read last; null while nobody has read them.
alter table connection add column names_publish_server boolean;
