-- The Greek small sigma has two shapes, and which one a search was stored with depended on what follows. Now they are one.
update asset set search_text = replace(search_text, 'ς', 'σ'), id_folded = replace(id_folded, 'ς', 'σ')
    where search_text like '%ς%' or id_folded like '%ς%';
