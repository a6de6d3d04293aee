-- How the URLs of an invalidation begin, a line each (src/store/beginnings.rs): a walk along the history then mostly sees in its
-- index alone which invalidations have a URL of a host, or one with a certain beginning. Its twin is
-- migrations/sqlite/0032_url_beginnings.sql.

alter table invalidation add column beginnings text collate "C";

-- The names: what stands before a `?`. Of a URL that is cleared along with another one no more than 400 characters are at hand.
update invalidation set beginnings = found.beginnings
    from (select number, chr(10) || string_agg(name, chr(10)) || chr(10) as beginnings
          from (select distinct number, split_part(url, '?', 1) as name
                from (select number, url from invalidation_url where number is not null
                      union all select number, url from covered_url) urls) names
          group by number having max(length(name)) < 400 and max(strpos(name, chr(10))) = 0) found
    where found.number = invalidation.number and octet_length(found.beginnings) <= 600;

-- Where they are too long, the origins.
update invalidation set beginnings = found.beginnings
    from (select number, chr(10) || string_agg(origin, chr(10)) || chr(10) as beginnings
          from (select distinct number, case when after > 0 and slash > 0 then substr(name, 1, after + 2 + slash) end as origin
                from (select number, name, after, strpos(substr(name, after + 3), '/') as slash
                      from (select number, name, strpos(name, '://') as after
                            from (select number, split_part(url, '?', 1) as name
                                  from (select number, url from invalidation_url where number is not null
                                        union all select number, url from covered_url) urls
                                  where number in (select number from invalidation where number is not null and beginnings is null)
                                 ) names) starts) slashes) origins
          group by number having count(*) = count(origin) and max(strpos(origin, chr(10))) = 0) found
    where found.number = invalidation.number and octet_length(found.beginnings) <= 600;

drop index invalidation_history_urls;
create index invalidation_history_urls on invalidation (company_id, number, first_url, last_url, beginnings)
    where number is not null;
