-- Letters with a stroke and the like were searched as letters of their own; now they are what people type for them. Its
-- twin is migrations/postgres/0022_folded_letters.sql.
create temporary table folded_anew as select number,
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(search_text, 'ø', 'o'), 'ł', 'l'), 'đ', 'd'),
        'ð', 'd'), 'ħ', 'h'), 'ŧ', 't'), 'ı', 'i'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th') as search_text,
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(id_folded, 'ø', 'o'), 'ł', 'l'), 'đ', 'd'),
        'ð', 'd'), 'ħ', 'h'), 'ŧ', 't'), 'ı', 'i'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th') as id_folded
    from asset where search_text glob '*[øłđðħŧıæœþ]*' or id_folded glob '*[øłđðħŧıæœþ]*';
-- The index of pieces speaks of the searched text as it is stored, so it changes too; what a load has not indexed yet is
-- indexed at its end.
delete from _asset_trigram where rowid in (select number from folded_anew);
insert into _asset_trigram (rowid, search_text)
    select f.number, f.search_text from folded_anew f join asset a on a.number = f.number
    where not exists (select 1 from bulk_load l where l.company_id = a.company_id and l.indexed_to < a.number);
update asset set search_text = f.search_text, id_folded = f.id_folded
    from folded_anew f where f.number = asset.number;
drop table folded_anew;
