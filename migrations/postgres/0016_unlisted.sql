-- What a comparison with Adobe's list found missing and did not take away, because it is most of the catalogue: how many
-- assets, of how many; and whether an administrator has said that the next one may.
alter table catalogue_sync add column unlisted bigint;
alter table catalogue_sync add column unlisted_of bigint;
alter table catalogue_sync add column take_away boolean not null default false;

-- Whether reading stopped by itself, over what somebody has to mend, such as a password that Adobe refuses; nobody asks with
-- that account meanwhile. Whoever stops it himself leaves this as it is. Of a stop before this nobody knows.
alter table catalogue_sync add column refused boolean not null default false;
update catalogue_sync set refused = stopped where problem is not null;

-- The page that the next one is the same as, once an attempt has noticed that Adobe's list repeats itself.
alter table catalogue_sync add column same_as bigint;
