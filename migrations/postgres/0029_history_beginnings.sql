-- Between which two the URLs of an invalidation lie, those included that its base URLs clear along with themselves: the first
-- 100 characters of the first and of the last of them. Those of one run mostly begin alike, so that a walk along the history
-- sees at once which invalidations can have a URL with a certain beginning. Its twin is
-- migrations/sqlite/0029_history_beginnings.sql.

alter table invalidation add column first_url text collate "C", add column last_url text collate "C";
update invalidation set first_url = found.first_url, last_url = found.last_url
    from (select number, min(url) as first_url, max(url) as last_url
          from (select number, substr(url, 1, 100) as url from invalidation_url where number is not null
                union all select number, substr(url, 1, 100) from covered_url) urls
          group by number) found
    where found.number = invalidation.number;
create index invalidation_history_urls on invalidation (company_id, number, first_url, last_url) where number is not null;
