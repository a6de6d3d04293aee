-- A preset that Dynamic Media lists no more, and that was unticked here: when it comes back, it is unticked still.
alter table preset add column gone boolean not null default false;
