-- Reading a million assets looked up their one company a million times. `put_assets` looks once; no company is ever deleted.
-- Its twin is migrations/sqlite/0030_loading.sql, whose concern is another.

alter table asset drop constraint asset_company_id_fkey;
