-- Forty thousand assets are selected in one statement, and looking up their invalidation for each was a quarter of it.
-- Whoever selects has changed its row before, in the same transaction; so it is there, and nobody deletes it meanwhile.
-- Its twin is migrations/sqlite/0010_selection.sql.
alter table invalidation_asset drop constraint invalidation_asset_invalidation_id_fkey;

create function _drop_selection() returns trigger language plpgsql as $$
begin
    delete from invalidation_asset where invalidation_id = old.id;
    return null;
end $$;
create trigger selection_dropped after delete on invalidation for each row execute function _drop_selection();
