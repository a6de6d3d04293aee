-- What decides a URL's verdict in the history is also whether its invalidation clears it. Its twin is
-- migrations/sqlite/0020_covered_checks.sql.

drop trigger check_changed on url_check;
create constraint trigger check_changed after update of next_look_at, verdict, covered on url_check
    deferrable initially deferred for each row
    when (old.next_look_at is null or new.next_look_at is null or old.covered <> new.covered)
    execute function _keep_invalidation_verdict();
