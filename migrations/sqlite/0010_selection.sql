-- Nothing to do: here the look-up that its twin, migrations/postgres/0010_selection.sql, does away with costs little.
select 1;
