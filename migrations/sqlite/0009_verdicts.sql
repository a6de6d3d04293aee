-- Verdicts in the history, and states that tell more. Its twin is migrations/postgres/0009_verdicts.sql.

-- `verdict` follows from the checks of the URLs that an invalidation clears, by the triggers below.
alter table invalidation add column verdict text not null default 'not-checked';

create index url_check_pending on url_check (invalidation_id) where next_look_at is not null;

-- While anything is to be looked at, nothing is decided; then the verdict counts that asks most of somebody. The order is
-- that of `HistoryVerdict` in src/domain/history.rs.
create view _invalidation_verdict as
    select i.id as invalidation_id, case
        when exists (select 1 from url_check c
                     where c.invalidation_id = i.id and c.covered and c.next_look_at is not null) then 'checking'
        else coalesce((select c.verdict from url_check c
                       where c.invalidation_id = i.id and c.covered and c.verdict is not null
                       order by case c.verdict when 'still-old' then 6 when 'cached-again' then 5
                           when 'could-not-check' then 4 when 'nothing-newer' then 3 when 'live' then 2
                           when 'gone' then 1 else 0 end desc limit 1), 'not-checked') end as verdict
    from invalidation i;

update invalidation
    set verdict = (select v.verdict from _invalidation_verdict v where v.invalidation_id = invalidation.id)
    where id in (select invalidation_id from url_check);

-- A look after which another is to come decides nothing.
create trigger check_added after insert on url_check when new.next_look_at is not null or new.verdict is not null begin
    update invalidation
        set verdict = (select v.verdict from _invalidation_verdict v where v.invalidation_id = new.invalidation_id)
        where id = new.invalidation_id
        and verdict <> (select v.verdict from _invalidation_verdict v where v.invalidation_id = new.invalidation_id);
end;
create trigger check_changed after update of next_look_at, verdict on url_check
    when old.next_look_at is null or new.next_look_at is null begin
    update invalidation
        set verdict = (select v.verdict from _invalidation_verdict v where v.invalidation_id = new.invalidation_id)
        where id = new.invalidation_id
        and verdict <> (select v.verdict from _invalidation_verdict v where v.invalidation_id = new.invalidation_id);
end;

create index invalidation_history_seen on invalidation (company_id, verdict, number) where number is not null;

-- What Adobe took of a batch that ended otherwise counts too: by a search for a bad URL, or where it refused only some.
-- All of it cancelled is a state of its own, and so is what somebody holds back.
drop trigger batch_added;
drop trigger batch_changed;
drop view _invalidation_state;
create view _invalidation_state as
    select b.invalidation_id, case
        when count(case when b.state not in ('accepted', 'refused', 'failed', 'cancelled', 'downloaded', 'paused') then 1 end) > 0
            then 'sending'
        when count(case when b.state = 'paused' then 1 end) > 0 then 'paused'
        when count(case when b.state <> 'downloaded' then 1 end) = 0 then 'downloaded'
        when count(case when b.state <> 'accepted' then 1 end) = 0 then 'accepted'
        when count(case when b.state = 'accepted' or b.failure_kind = 'partial'
                        or exists (select 1 from batch_probe p where p.batch_id = b.id and p.accepted) then 1 end) > 0
            then 'partly'
        when count(case when b.state <> 'cancelled' then 1 end) = 0 then 'cancelled'
        when count(case when b.state = 'refused' then 1 end) > 0 then 'refused'
        else 'failed' end as state
    from batch b group by b.invalidation_id;

update invalidation set state = coalesce((select s.state from _invalidation_state s where s.invalidation_id = invalidation.id), state)
    where number is not null and state in ('sending', 'refused', 'failed');

create trigger batch_added after insert on batch begin
    update invalidation set state = (select s.state from _invalidation_state s where s.invalidation_id = new.invalidation_id)
        where id = new.invalidation_id
        and state <> (select s.state from _invalidation_state s where s.invalidation_id = new.invalidation_id);
end;
create trigger batch_changed after update of state, failure_kind on batch
    when new.state <> old.state or new.failure_kind is not old.failure_kind begin
    update invalidation set state = (select s.state from _invalidation_state s where s.invalidation_id = new.invalidation_id)
        where id = new.invalidation_id
        and state <> (select s.state from _invalidation_state s where s.invalidation_id = new.invalidation_id);
end;
create trigger batch_probed after insert on batch_probe when new.accepted begin
    update invalidation set state = (select s.state from _invalidation_state s where s.invalidation_id = invalidation.id)
        where id = (select b.invalidation_id from batch b where b.id = new.batch_id)
        and state <> (select s.state from _invalidation_state s where s.invalidation_id = invalidation.id);
end;
