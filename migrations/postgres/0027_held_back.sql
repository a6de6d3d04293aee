-- Why a batch was paused where nobody did it: Adobe refused the account of its company, by the word of that failure. Its twin
-- is migrations/sqlite/0027_held_back.sql.

alter table batch add column held_by text collate "C";
