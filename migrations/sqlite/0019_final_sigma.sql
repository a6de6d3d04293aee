-- The Greek small sigma has two shapes, and which one a search was stored with depended on what follows. Now they are one.
-- The index of pieces speaks of the searched text as it is stored, so it changes first; what a load has not indexed yet
-- is indexed at its end.
delete from _asset_trigram where rowid in (select number from asset where instr(search_text, 'ς') > 0);
insert into _asset_trigram (rowid, search_text)
    select number, replace(search_text, 'ς', 'σ') from asset a where instr(search_text, 'ς') > 0
    and not exists (select 1 from bulk_load l where l.company_id = a.company_id and l.indexed_to < a.number);
update asset set search_text = replace(search_text, 'ς', 'σ'), id_folded = replace(id_folded, 'ς', 'σ')
    where instr(search_text, 'ς') > 0 or instr(id_folded, 'ς') > 0;
