-- What a comparison with Adobe's list found missing and did not take away, because it is most of the catalogue: how many
-- assets, of how many; and whether an administrator has said that the next one may.
alter table catalogue_sync add column unlisted bigint;
alter table catalogue_sync add column unlisted_of bigint;
alter table catalogue_sync add column take_away boolean not null default false;
