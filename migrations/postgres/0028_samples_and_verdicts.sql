-- Samples that are chosen late, and the verdict of what is not sent to its end. Its twin is
-- migrations/sqlite/0028_samples_and_verdicts.sql.

-- Whether the sample is chosen: before the first byte was sent, or where nobody could then, once Adobe has taken something.
alter table check_run add column sampled boolean not null default false;
update check_run set sampled = true
    where exists (select 1 from url_check c where c.invalidation_id = check_run.invalidation_id);

-- What was seen decides nothing while other URLs that were looked at before are still to be sent. Where nothing was seen
-- since, nobody checks yet. The beginning of the URL, because that is what its index holds.
create or replace view _invalidation_verdict as
    select i.id as invalidation_id, case
        when exists (select 1 from url_check c
                     where c.invalidation_id = i.id and c.covered and c.next_look_at is not null) then 'checking'
        when exists (select 1 from url_check c where c.invalidation_id = i.id and c.covered and c.verdict is not null)
            and exists (select 1 from url_check c cross join invalidation_url u cross join batch b
                        where c.invalidation_id = i.id and c.covered and c.purged_at is null
                        and u.company_id = i.company_id and u.number = i.number
                        and substr(u.url, 1, 400) = substr(c.sent_url, 1, 400) and u.url = c.sent_url and b.id = u.batch_id
                        and b.state not in ('accepted', 'refused', 'failed', 'cancelled', 'downloaded')) then 'checking'
        else coalesce((select c.verdict from url_check c
                       where c.invalidation_id = i.id and c.covered and c.verdict is not null
                       order by case c.verdict when 'still-old' then 6 when 'cached-again' then 5
                           when 'could-not-check' then 4 when 'nothing-newer' then 3 when 'live' then 2
                           when 'gone' then 1 else 0 end desc limit 1), 'not-checked') end as verdict
    from invalidation i;

update invalidation
    set verdict = (select v.verdict from _invalidation_verdict v where v.invalidation_id = invalidation.id)
    where state in ('sending', 'paused') and id in (select invalidation_id from url_check);

-- A batch that comes to its end, or out of it by a search. At the end of the transaction, as for the state.
create constraint trigger batch_settled after update of state on batch
    deferrable initially deferred for each row
    when ((new.state in ('accepted', 'refused', 'failed', 'cancelled', 'downloaded'))
        <> (old.state in ('accepted', 'refused', 'failed', 'cancelled', 'downloaded')))
    execute function _keep_invalidation_verdict();
