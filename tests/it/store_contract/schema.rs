//! The two migrations say the same, and no method of the store is without a case.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::support::database::{Backend, TestDatabase};

/// Table, column, and whether it may be null; in the order of their declaration.
type Column = (String, String, bool);

/// Tables whose rows belong to no company.
const SHARED: [&str; 4] = ["company", "person", "session", "pending_connection"];

async fn columns(db: &TestDatabase) -> Vec<Column> {
    match db.backend {
        Backend::Sqlite => {
            let sql = r#"select t.name, c.name, c."notnull" = 0 from sqlite_schema t, pragma_table_info(t.name) c
                         where t.type = 'table' and t.name not like '\_%' escape '\' and t.name not like 'sqlite%'
                         order by t.name, c.cid"#;
            sqlx::query_as(sql)
                .fetch_all(&mut db.sqlite().await)
                .await
                .unwrap()
        }
        Backend::Postgres => {
            let sql = r#"select table_name::text, column_name::text, is_nullable = 'YES' from information_schema.columns
                        where table_schema = 'public' and table_name not like '\_%' escape '\'
                        order by table_name::text collate "C", ordinal_position"#;
            sqlx::query_as(sql)
                .fetch_all(&mut db.postgres().await)
                .await
                .unwrap()
        }
    }
}

/// The indexes that have a name of ours. Names that begin with a low line are of one database alone.
async fn indexes(db: &TestDatabase) -> BTreeSet<String> {
    let names: Vec<String> = match db.backend {
        Backend::Sqlite => {
            let sql = r"select name from sqlite_schema where type = 'index' and sql is not null and name not like '\_%' escape '\'";
            sqlx::query_scalar(sql)
                .fetch_all(&mut db.sqlite().await)
                .await
                .unwrap()
        }
        Backend::Postgres => {
            let sql = r"select indexname::text from pg_indexes where schemaname = 'public' and indexname::text not in
                        (select conname::text from pg_constraint) and indexname::text not like '\_%' escape '\'";
            sqlx::query_scalar(sql)
                .fetch_all(&mut db.postgres().await)
                .await
                .unwrap()
        }
    };
    names.into_iter().collect()
}

#[tokio::test]
async fn the_migrations_of_both_databases_make_the_same_tables() {
    let (sqlite, postgres) = (
        TestDatabase::create(Backend::Sqlite).await,
        TestDatabase::create(Backend::Postgres).await,
    );
    let tables = columns(&sqlite).await;
    assert!(tables.len() > 80, "{tables:?}");
    assert_eq!(tables, columns(&postgres).await);
    assert_eq!(indexes(&sqlite).await, indexes(&postgres).await);
}

#[tokio::test]
async fn every_row_of_company_data_carries_its_company() {
    let columns = columns(&TestDatabase::create(Backend::Sqlite).await).await;
    let tables: BTreeSet<&str> = columns.iter().map(|(table, _, _)| table.as_str()).collect();
    for table in tables.into_iter().filter(|table| !SHARED.contains(table)) {
        let company = (table.to_owned(), "company_id".to_owned(), false);
        assert!(
            columns.contains(&company),
            "{table} has no company_id that is not null"
        );
    }
}

fn source(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

fn file_names(folder: &str) -> BTreeSet<String> {
    fs::read_dir(source(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// The text of all files, those in folders below too.
fn text_of(folder: &str) -> String {
    let names = file_names(folder).into_iter();
    let paths = names.map(|name| format!("{folder}/{name}"));
    paths
        .map(|path| {
            if source(&path).is_dir() {
                text_of(&path)
            } else {
                fs::read_to_string(source(&path)).unwrap()
            }
        })
        .collect()
}

#[test]
fn the_migrations_of_both_databases_have_the_same_names() {
    let names = file_names("migrations/sqlite");
    assert!(!names.is_empty());
    assert_eq!(names, file_names("migrations/postgres"));
}

#[test]
fn no_method_of_the_store_is_without_a_case() {
    let (store, cases) = (text_of("src/store"), text_of("tests/it/store_contract"));
    let methods: Vec<&str> = store
        .split("pub async fn ")
        .skip(1)
        .map(|text| text.split('(').next().unwrap())
        .collect();
    assert!(methods.len() > 40, "{methods:?}");
    let missing: Vec<&&str> = methods
        .iter()
        .filter(|name| {
            !cases.contains(&format!(".{name}(")) && !cases.contains(&format!("Store::{name}("))
        })
        .collect();
    assert!(missing.is_empty(), "no case calls {missing:?}");
}
