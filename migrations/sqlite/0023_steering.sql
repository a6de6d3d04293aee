-- What somebody wanted of a batch while it was on its way, for when no clear answer comes. Its twin is
-- migrations/postgres/0023_steering.sql.

alter table batch add column steering text;
alter table batch add column steered_by text;
