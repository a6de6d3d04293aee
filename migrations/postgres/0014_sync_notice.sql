-- What stands beside the assets and could not be read, in a sentence: the reading went on without it.
alter table catalogue_sync add column notice text;
