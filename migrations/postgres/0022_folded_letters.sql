-- Letters with a stroke and the like were searched as letters of their own; now they are what people type for them. Its
-- twin is migrations/sqlite/0022_folded_letters.sql.
update asset set
    search_text = replace(replace(replace(translate(search_text, 'øłđðħŧı', 'olddhti'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
    id_folded = replace(replace(replace(translate(id_folded, 'øłđðħŧı', 'olddhti'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
    where search_text ~ '[øłđðħŧıæœþ]' or id_folded ~ '[øłđðħŧıæœþ]';
