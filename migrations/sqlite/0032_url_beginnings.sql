-- How the URLs of an invalidation begin, a line each (src/store/beginnings.rs): a walk along the history then mostly sees in its
-- index alone which invalidations have a URL of a host, or one with a certain beginning. Its twin is
-- migrations/postgres/0032_url_beginnings.sql.

alter table invalidation add column beginnings text;

-- The names: what stands before a `?`. Of a URL that is cleared along with another one no more than 400 characters are at hand.
update invalidation set beginnings = found.beginnings
    from (select number, char(10) || group_concat(name, char(10)) || char(10) as beginnings
          from (select distinct number, substr(url, 1, instr(url || '?', '?') - 1) as name
                from (select number, url from invalidation_url where number is not null
                      union all select number, url from covered_url))
          group by number having max(length(name)) < 400 and max(instr(name, char(10))) = 0) found
    where found.number = invalidation.number and length(cast(found.beginnings as blob)) <= 600;

-- Where they are too long, the origins.
update invalidation set beginnings = found.beginnings
    from (select number, char(10) || group_concat(origin, char(10)) || char(10) as beginnings
          from (select distinct number, case when after > 0 and slash > 0 then substr(name, 1, after + 2 + slash) end as origin
                from (select number, name, after, instr(substr(name, after + 3), '/') as slash
                      from (select number, name, instr(name, '://') as after
                            from (select number, substr(url, 1, instr(url || '?', '?') - 1) as name
                                  from (select number, url from invalidation_url where number is not null
                                        union all select number, url from covered_url)
                                  where number in (select number from invalidation where number is not null and beginnings is null)))))
          group by number having count(*) = count(origin) and max(instr(origin, char(10))) = 0) found
    where found.number = invalidation.number and length(cast(found.beginnings as blob)) <= 600;

drop index invalidation_history_urls;
create index invalidation_history_urls on invalidation (company_id, number, first_url, last_url, beginnings)
    where number is not null;
