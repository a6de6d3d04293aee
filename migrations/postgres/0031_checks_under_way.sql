-- The verdict of what Adobe has just taken, and how far *Check all* has come. Its twin is
-- migrations/sqlite/0031_checks_under_way.sql.

-- Nothing is decided either between Adobe's answer and the moment when the looks at what it took are due: URLs of an accepted
-- batch that were looked at before only are about to be looked at again. (What Adobe took of a batch that ended otherwise, only
-- its answers tell.) The beginning of the URL, because that is what its index holds.
create or replace view _invalidation_verdict as
    select i.id as invalidation_id, case
        when exists (select 1 from url_check c
                     where c.invalidation_id = i.id and c.covered and c.next_look_at is not null) then 'checking'
        when exists (select 1 from url_check c cross join invalidation_url u cross join batch b
                     where c.invalidation_id = i.id and c.covered and c.purged_at is null
                     and u.company_id = i.company_id and u.number = i.number
                     and substr(u.url, 1, 400) = substr(c.sent_url, 1, 400) and u.url = c.sent_url and b.id = u.batch_id
                     and (b.state = 'accepted'
                          or (b.state not in ('refused', 'failed', 'cancelled', 'downloaded')
                              and exists (select 1 from url_check s where s.invalidation_id = i.id and s.covered
                                          and s.verdict is not null)))) then 'checking'
        else coalesce((select c.verdict from url_check c
                       where c.invalidation_id = i.id and c.covered and c.verdict is not null
                       order by case c.verdict when 'still-old' then 6 when 'cached-again' then 5
                           when 'could-not-check' then 4 when 'nothing-newer' then 3 when 'live' then 2
                           when 'gone' then 1 else 0 end desc limit 1), 'not-checked') end as verdict
    from invalidation i;

-- The batch, by its position, and the URL in it, by its place, up to which *Check all* has gone.
alter table check_run add column walked_batch integer not null default 0;
alter table check_run add column walked_to bigint not null default 0;
