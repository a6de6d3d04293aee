-- What decides a URL's verdict in the history is also whether its invalidation clears it. Its twin is
-- migrations/postgres/0020_covered_checks.sql.

drop trigger check_changed;
create trigger check_changed after update of next_look_at, verdict, covered on url_check
    when old.next_look_at is null or new.next_look_at is null or old.covered <> new.covered begin
    update invalidation
        set verdict = (select v.verdict from _invalidation_verdict v where v.invalidation_id = new.invalidation_id)
        where id = new.invalidation_id
        and verdict <> (select v.verdict from _invalidation_verdict v where v.invalidation_id = new.invalidation_id);
end;
