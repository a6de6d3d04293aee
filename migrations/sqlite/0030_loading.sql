-- The index of pieces is made of eight parts of a kind at a time, not four: a first reading writes each piece once more rather
-- than twice, and fewer parts are left. Its twin is migrations/postgres/0030_loading.sql, whose concern is another.

insert into _asset_trigram (_asset_trigram, rank) values ('automerge', 8);
