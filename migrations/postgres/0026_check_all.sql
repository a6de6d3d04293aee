-- Somebody wants all of an invalidation's URLs looked at: the next follow when those before are done.
alter table check_run add column wants_all boolean not null default false;
create index check_run_wants_all on check_run (company_id) where wants_all;
