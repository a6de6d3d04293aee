-- Somebody wants all of an invalidation's URLs looked at: the next follow when those before are done.
alter table check_run add column wants_all integer not null default 0;
create index check_run_wants_all on check_run (company_id) where wants_all;
