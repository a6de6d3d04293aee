//! Searching a large history: `cargo bench --bench history`, with the settings below as environment variables.
//!
//! Fills a database with invalidations, then asks `Store::history` for pages of 50, as the page does, and prints a
//! table of milliseconds. `BENCH_DATABASE` is the address of an empty database, as `UNSTALE_DATABASE_URL` takes it, or
//! of one that was filled by it before;
//! `BENCH_INVALIDATIONS` how many (five URLs each on average), 1,000,000 unless told.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has failed"
)]

use std::{
    collections::BTreeSet,
    env,
    fmt::Write as _,
    time::{Duration, Instant},
};

use sqlx::{Connection as _, PgConnection, QueryBuilder, SqliteConnection};
use unstale::{
    clock::{Clock, Timestamp},
    domain::{
        BatchId, Company, CompanyId, HistoryVerdict, InvalidationId, InvalidationState, Options,
        PersonId, PresetChoice, PublishServer, Role, UrlOrigin, Verdict,
    },
    store::{
        Draft, HistoryOrder, HistoryQuery, NewBatch, NewPerson, PasswordHash, Store, Submission,
        SubmittedUrl, UrlFilter,
    },
};
use uuid::Uuid;

const START: i64 = 1_700_000_000_000_000;
const THREE_YEARS: i64 = 3 * 365 * 86_400_000_000;
const MONTH: i64 = 30 * 86_400_000_000;
const PEOPLE: u64 = 40;
const ASSETS: u64 = 100_000;
const RUNS: u64 = 200;
const PRESETS: [&str; 8] = [
    "PLP",
    "PDP",
    "PDP-large",
    "zoom",
    "cart",
    "teaser",
    "mail",
    "swatch",
];

/// Numbers that look random and are the same each time.
fn mixed(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn id(kind: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(kind << 32, number)
}

/// Some assets are cleared much more often than others.
fn asset(seed: u64) -> String {
    let within = mixed(seed) % 1_000_000;
    let skewed = within * within / 1_000_000 * within / 1_000_000;
    name(skewed * ASSETS / 1_000_000)
}

fn name(number: u64) -> String {
    const COLOURS: [&str; 4] = ["red", "blue", "olive", "navy"];
    const VIEWS: [&str; 3] = ["front", "back", "detail"];
    let sku = number * 48_271 % 99_991;
    format!(
        "sku-{sku}_{}_{}",
        COLOURS[usize::try_from(sku % 4).unwrap()],
        VIEWS[usize::try_from(sku % 3).unwrap()]
    )
}

fn url(asset: &str, seed: u64) -> String {
    let host = if mixed(seed).is_multiple_of(10) {
        "https://s7d1.scene7.com"
    } else {
        "https://images.example.com"
    };
    let preset = PRESETS.get(usize::try_from(mixed(seed + 1) % 10).unwrap());
    let query = preset.map(|name| format!("?${name}$")).unwrap_or_default();
    format!("{host}/is/image/Acme/{asset}{query}")
}

/// The URLs of an invalidation, with their assets: one to three assets, five URLs on average.
fn urls(number: u64) -> Vec<(String, String)> {
    let (assets, each) = match mixed(number) % 10 {
        0 => (2, 7),
        1..4 => (2, 3),
        _ => (1, 3),
    };
    let mut urls = Vec::new();
    for one in 0..assets {
        let asset = asset(number * 4 + one);
        for seed in 0..each {
            urls.push((url(&asset, number * 64 + one * 8 + seed), asset.clone()));
        }
    }
    urls
}

/// As the store makes them.
fn trigrams(urls: &[(String, String)]) -> String {
    let pieces = |text: &str| -> Vec<u32> {
        let text = text.to_ascii_lowercase();
        let windows = text.as_bytes().windows(3);
        windows
            .map(|w| u32::from_be_bytes([0, w[0], w[1], w[2]]))
            .collect()
    };
    let mut all: BTreeSet<u32> = urls.iter().flat_map(|(url, _)| pieces(url)).collect();
    for ordinary in ["https://", "http://", "/is/image/", "/is/content/"] {
        for piece in pieces(ordinary) {
            all.remove(&piece);
        }
    }
    let mut text = String::new();
    for piece in all {
        let _ = write!(text, "{piece} ");
    }
    text.trim_end().to_owned()
}

/// As the store makes them.
fn beginnings(urls: &BTreeSet<String>) -> String {
    let names = urls.iter().map(|url| url.split('?').next().unwrap());
    let names: BTreeSet<&str> = names.collect();
    let mut text = String::from("\n");
    for name in names {
        text.push_str(name);
        text.push('\n');
    }
    text
}

fn state(number: u64) -> &'static str {
    match mixed(number ^ 7) % 200 {
        0..3 => "refused",
        3..7 => "failed",
        _ => "accepted",
    }
}

/// Most are live, a few are not, and nobody looked at those of long ago.
fn verdict(number: u64, count: u64) -> &'static str {
    match mixed(number ^ 5) % 500 {
        _ if number < count / 10 || state(number) != "accepted" => "not-checked",
        0 => "still-old",
        1 => "cached-again",
        2..12 => "nothing-newer",
        12..16 => "could-not-check",
        _ => "live",
    }
}

fn submitted_at(number: u64, count: u64) -> i64 {
    START
        + i64::try_from(
            u128::from(number) * u128::try_from(THREE_YEARS).unwrap() / u128::from(count),
        )
        .unwrap()
}

/// Writes invalidations `from` to `to` of `count`.
macro_rules! fill {
    ($connection:expr, $company:expr, $from:expr, $to:expr, $count:expr, $trigrams:expr) => {{
        let numbers: Vec<u64> = ($from..$to).collect();
        let mut tx = $connection.begin().await.unwrap();
        for chunk in numbers.chunks(500) {
            let mut insert = QueryBuilder::new(
                "insert into invalidation (id, company_id, author_id, use_presets, use_template, clear_alias, fold, \
                 split, manual_urls, version, created_at, updated_at, submitted_at, number, url_count, state, verdict, searchable, \
                 first_url, last_url, beginnings) ",
            );
            insert.push_values(chunk, |mut row, number| {
                let at = submitted_at(*number, $count);
                let author = id(1, mixed(*number ^ 3) % PEOPLE);
                row.push_bind(id(2, *number)).push_bind($company).push_bind(author);
                row.push_bind(true).push_bind(false).push_bind(false).push_bind(false).push_bind(false);
                row.push_bind("").push_bind(2_i64).push_bind(at).push_bind(at).push_bind(at);
                row.push_bind(i64::try_from(*number).unwrap());
                row.push_bind(i64::try_from(urls(*number).len()).unwrap());
                row.push_bind(state(*number)).push_bind(verdict(*number, $count)).push_bind(true);
                let urls: BTreeSet<String> = urls(*number).into_iter().map(|(url, _)| url).collect();
                row.push_bind(urls.first().cloned()).push_bind(urls.last().cloned()).push_bind(beginnings(&urls));
            });
            insert.build().execute(&mut *tx).await.unwrap();
            let mut insert = QueryBuilder::new(
                "insert into batch (id, company_id, invalidation_id, position, root, state, url_count, attempts, \
                 created_at, sent_at, finished_at) ",
            );
            insert.push_values(chunk, |mut row, number| {
                let at = submitted_at(*number, $count);
                row.push_bind(id(3, *number)).push_bind($company).push_bind(id(2, *number));
                row.push_bind(1_i32).push_bind("Acme").push_bind(state(*number));
                row.push_bind(i64::try_from(urls(*number).len()).unwrap()).push_bind(1_i32);
                row.push_bind(at).push_bind(at).push_bind(at);
            });
            insert.build().execute(&mut *tx).await.unwrap();
            for chunk in chunk.chunks(100) {
                let rows: Vec<_> = chunk
                    .iter()
                    .flat_map(|number| urls(*number).into_iter().zip(1_i64..).map(move |url| (*number, url)))
                    .collect();
                let mut insert = QueryBuilder::new(
                    "insert into invalidation_url (company_id, batch_id, number, position, url, origins, covers) ",
                );
                insert.push_values(&rows, |mut row, (number, ((url, asset), position))| {
                    row.push_bind($company).push_bind(id(3, *number)).push_bind(i64::try_from(*number).unwrap());
                    row.push_bind(*position);
                    row.push_bind(url.as_str());
                    row.push_bind(format!(r#"[{{"from":"base","asset":"{asset}"}}]"#)).push_bind("[]");
                });
                insert.build().execute(&mut *tx).await.unwrap();
                let assets: BTreeSet<(u64, &str)> =
                    rows.iter().map(|(number, ((_, asset), _))| (*number, asset.as_str())).collect();
                let mut insert = QueryBuilder::new("insert into history_asset (company_id, number, asset_id) ");
                insert.push_values(&assets, |mut row, (number, asset)| {
                    row.push_bind($company).push_bind(i64::try_from(*number).unwrap()).push_bind(*asset);
                });
                insert.build().execute(&mut *tx).await.unwrap();
            }
            for number in chunk {
                sqlx::query($trigrams)
                    .bind(i64::try_from(*number).unwrap())
                    .bind(trigrams(&urls(*number)))
                    .execute(&mut *tx)
                    .await
                    .unwrap();
            }
        }
        tx.commit().await.unwrap();
    }};
}

/// The indexes are made at the end, which is quicker; the triggers' work is done already.
const BEFORE: &str = "drop index invalidation_url_by_url; drop index history_asset_by_asset; ";
const AFTER: &str = "create index if not exists invalidation_url_by_url on invalidation_url (company_id, substr(url, 1, 400), number); \
                     create index if not exists history_asset_by_asset on history_asset (company_id, asset_id, number); ";

async fn fill_sqlite(address: &str, company: Uuid, count: u64) {
    let mut connection = SqliteConnection::connect(address).await.unwrap();
    let fast = "pragma synchronous = off; pragma cache_size = -400000; drop trigger batch_added; drop trigger batch_changed; ";
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("{fast}{BEFORE}")))
        .execute(&mut connection)
        .await
        .unwrap();
    let trigrams = "insert into _history_trigram (rowid, trigrams) values ($1, $2)";
    for from in (1..=count).step_by(50_000) {
        fill!(
            connection,
            company,
            from,
            (from + 50_000).min(count + 1),
            count,
            trigrams
        );
    }
    sqlx::raw_sql(AFTER).execute(&mut connection).await.unwrap();
    sqlx::raw_sql("pragma wal_checkpoint(truncate)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

async fn fill_postgres(address: &str, company: Uuid, count: u64) {
    let mut connection = PgConnection::connect(address).await.unwrap();
    let fast = "alter table batch disable trigger user; set synchronous_commit = off; drop index _history_trigram_all; ";
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("{fast}{BEFORE}")))
        .execute(&mut connection)
        .await
        .unwrap();
    let trigrams =
        "insert into _history_trigram values ($1, cast(string_to_array($2, ' ') as integer[]))";
    for from in (1..=count).step_by(50_000) {
        fill!(
            connection,
            company,
            from,
            (from + 50_000).min(count + 1),
            count,
            trigrams
        );
    }
    let after = format!(
        "set maintenance_work_mem = '512MB'; {AFTER} create index _history_trigram_all on _history_trigram using gin (trigrams) \
         with (fastupdate = off); alter table batch enable trigger user; select setval('_invalidation_number', {count})"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(after))
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::raw_sql("vacuum analyze")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// Runs statements past the store.
async fn run(address: &str, sql: &'static str) {
    if address.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(address).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(address).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    }
}

async fn prepare(store: &Store) -> (CompanyId, PersonId) {
    let company = Company {
        id: CompanyId::from_uuid(id(4, 1)),
        slug: "acme".parse().unwrap(),
        name: "Acme".to_owned(),
        root: Some("Acme".to_owned()),
        handle: None,
        publish_server: PublishServer::parse("https://images.example.com"),
        alias: None,
    };
    let now = Timestamp::from_micros(START);
    store.add_company(&company, now).await.unwrap();
    for number in 0..PEOPLE {
        let person = NewPerson {
            id: PersonId::from_uuid(id(1, number)),
            email: format!("p{number}@example.com").parse().unwrap(),
            role: Role::Editor,
            password_hash: PasswordHash(String::new()),
            created_at: now,
        };
        store.add_person(&person).await.unwrap();
    }
    (company.id, PersonId::from_uuid(id(1, 0)))
}

/// Runs one kind of query many times, each a little different, and prints a line of the table.
async fn measure(
    store: &Store,
    company: CompanyId,
    what: &str,
    query: impl Fn(u64) -> HistoryQuery,
) {
    let mut times = Vec::new();
    let mut found = 0;
    for seed in 0..RUNS {
        let query = HistoryQuery {
            limit: 50,
            ..query(mixed(seed + 99))
        };
        let start = Instant::now();
        let page = store.history(company, &query).await.unwrap();
        times.push(start.elapsed());
        found += page.entries.len();
    }
    times.sort_unstable();
    let at =
        |percent: usize| milliseconds(times[(times.len() * percent / 100).min(times.len() - 1)]);
    println!(
        "| {what} | {} | {} | {} | {} |",
        at(50),
        at(95),
        at(100),
        u64::try_from(found).unwrap() / RUNS
    );
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1_000.0)
}

async fn searches(store: &Store, company: CompanyId, count: u64) {
    let base = HistoryQuery::default;
    let with_url = |url| HistoryQuery {
        url: Some(url),
        ..base()
    };
    let sku = |seed| name(seed % ASSETS);
    let prefix = |seed| format!("https://images.example.com/is/image/Acme/{}", sku(seed));
    println!("| Search | p50 | p95 | max | rows found |\n|---|---:|---:|---:|---:|");
    measure(store, company, "open", |_| base()).await;
    measure(store, company, "a later page", |seed| HistoryQuery {
        after: Some(format!("{}.1", seed % count + 1).parse().unwrap()),
        ..base()
    })
    .await;
    let largest = || HistoryQuery {
        order: HistoryOrder::MostUrlsFirst,
        ..base()
    };
    measure(store, company, "most URLs first", |_| largest()).await;
    measure(store, company, "most URLs first, a later page", |seed| {
        HistoryQuery {
            after: Some(format!("{}.3", seed % count + 1).parse().unwrap()),
            ..largest()
        }
    })
    .await;
    measure(store, company, "exact URL", |seed| {
        let number = seed % count + 1;
        with_url(UrlFilter::Is(urls(number)[0].0.clone()))
    })
    .await;
    measure(store, company, "prefix: an asset", |seed| {
        with_url(UrlFilter::Starts(prefix(seed)))
    })
    .await;
    measure(store, company, "prefix: a sku's first digits", |seed| {
        let prefix = prefix(seed);
        with_url(UrlFilter::Starts(
            prefix[..prefix.find("sku-").unwrap() + 6].to_owned(),
        ))
    })
    .await;
    measure(store, company, "prefix: a host", |_| {
        with_url(UrlFilter::Starts("https://s7d1.scene7.com/".to_owned()))
    })
    .await;
    measure(store, company, "asset", |seed| HistoryQuery {
        asset: Some(asset(seed)),
        ..base()
    })
    .await;
    let person = |seed: u64| Some(PersonId::from_uuid(id(1, seed % PEOPLE)));
    measure(store, company, "person", |seed| HistoryQuery {
        person: person(seed),
        ..base()
    })
    .await;
    measure(store, company, "person and state", |seed| HistoryQuery {
        person: person(seed),
        state: Some(InvalidationState::Refused),
        ..base()
    })
    .await;
    for (what, verdict) in [
        ("verdict: live", Verdict::Live),
        ("verdict: still old", Verdict::StillOld),
    ] {
        measure(store, company, what, |seed| HistoryQuery {
            verdict: Some(HistoryVerdict::Known(verdict)),
            after: (seed % count + 1).to_string().parse().ok(),
            ..base()
        })
        .await;
    }
    measure(store, company, "person and verdict", |seed| HistoryQuery {
        person: person(seed),
        verdict: Some(HistoryVerdict::Known(Verdict::StillOld)),
        ..base()
    })
    .await;
    measure(store, company, "host", |_| HistoryQuery {
        host: Some("s7d1.scene7.com".to_owned()),
        ..base()
    })
    .await;
}

/// Any part of a URL: the index of pieces, and where it is of no use.
async fn parts(store: &Store, company: CompanyId) {
    let with_url = |text: &str| HistoryQuery {
        url: Some(UrlFilter::Contains(text.to_owned())),
        ..HistoryQuery::default()
    };
    let sku = |seed| name(seed % ASSETS);
    let month = |seed: u64, text: &str| {
        let days = u64::try_from(THREE_YEARS - MONTH).unwrap();
        let from = START + i64::try_from(seed % days).unwrap();
        HistoryQuery {
            from: Some(Timestamp::from_micros(from)),
            before: Some(Timestamp::from_micros(from + MONTH)),
            ..with_url(text)
        }
    };
    measure(store, company, "contains, a month: an asset", |seed| {
        month(seed, &sku(seed))
    })
    .await;
    measure(store, company, "contains, a month: in most", |seed| {
        month(seed, "/Acme/sku")
    })
    .await;
    measure(store, company, "contains, a month: a preset", |seed| {
        month(seed, "$swatch$")
    })
    .await;
    measure(store, company, "contains, a month: nothing", |seed| {
        month(seed, "acme/front-red")
    })
    .await;
    measure(store, company, "contains, all time: an asset", |seed| {
        with_url(&sku(seed))
    })
    .await;
    measure(store, company, "contains, all time: in most", |_| {
        with_url("/Acme/sku")
    })
    .await;
    measure(
        store,
        company,
        "contains, all time: strange letters",
        |_| with_url("zebra"),
    )
    .await;
    measure(
        store,
        company,
        "contains, all time, oldest first: an asset",
        |seed| HistoryQuery {
            order: HistoryOrder::OldestFirst,
            ..with_url(&sku(seed))
        },
    )
    .await;
    for (what, needle) in [
        ("most URLs first", None),
        (
            "contains, most URLs first: an asset",
            Some(sku as fn(u64) -> String),
        ),
        (
            "contains, most URLs first: in most",
            Some(|_| "/Acme/sku".to_owned()),
        ),
    ] {
        measure(store, company, what, |seed| HistoryQuery {
            order: HistoryOrder::MostUrlsFirst,
            ..needle.map_or_else(HistoryQuery::default, |needle| with_url(&needle(seed)))
        })
        .await;
    }
}

/// What submitting 50,000 URLs takes, with and without assets of their own.
async fn submit(
    store: &Store,
    clock: &Clock,
    company: CompanyId,
    author: PersonId,
    what: &str,
    path: &str,
) {
    let mut times = Vec::new();
    for run in 0..3_u64 {
        let now = clock.now();
        let draft = Draft {
            id: InvalidationId::from_uuid(clock.new_uuid()),
            company,
            author,
            options: Options {
                presets: false,
                template: false,
                alias: false,
                fold: false,
            },
            split: true,
            presets: PresetChoice::All,
            manual_urls: String::new(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        store.create_draft(&draft).await.unwrap();
        let url = |batch: u64, position: u64| SubmittedUrl {
            position: i64::try_from(position).unwrap(),
            url: format!(
                "https://images.example.com{path}{run}-{}_red_front?$PDP$",
                name(batch * 1_000 + position)
            ),
            origins: vec![UrlOrigin::Manual { line: 1 }],
            covers: Vec::new(),
        };
        let batches = (0..50).map(|batch| NewBatch {
            id: BatchId::from_uuid(clock.new_uuid()),
            root: "Acme".to_owned(),
            handle: None,
            urls: (1..=1_000).map(|position| url(batch, position)).collect(),
        });
        let submission = Submission {
            first_state: unstale::domain::BatchState::Waiting,
            company,
            id: draft.id,
            version: 1,
            template_version: None,
            batches: batches.collect(),
            now,
        };
        let start = Instant::now();
        store.submit(&submission).await.unwrap();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    println!(
        "| {what} | {} | | {} | |",
        milliseconds(times[1]),
        milliseconds(times[2])
    );
}

#[tokio::main]
async fn main() {
    let Ok(address) = env::var("BENCH_DATABASE") else {
        // `cargo test --benches` and `cargo bench` for another benchmark come here too.
        println!("BENCH_DATABASE is not set: nothing to do");
        return;
    };
    let count = env::var("BENCH_INVALIDATIONS").map_or(1_000_000, |count| count.parse().unwrap());
    let store = Store::open(&address.parse().unwrap()).await.unwrap();
    let is_filled = !store.companies().await.unwrap().is_empty();
    let (company, author) = if is_filled {
        (
            CompanyId::from_uuid(id(4, 1)),
            PersonId::from_uuid(id(1, 0)),
        )
    } else {
        prepare(&store).await
    };
    let start = Instant::now();
    if is_filled {
        // A second run needs no second filling.
    } else if address.starts_with("sqlite") {
        fill_sqlite(&address, company.uuid(), count).await;
    } else {
        fill_postgres(&address, company.uuid(), count).await;
    }
    eprintln!(
        "{count} invalidations in {:.0} s",
        start.elapsed().as_secs_f64()
    );
    searches(&store, company, count).await;
    parts(&store, company).await;
    let clock = Clock::system();
    submit(
        &store,
        &clock,
        company,
        author,
        "submit 50,000 URLs of as many assets",
        "/is/image/Acme/",
    )
    .await;
    submit(
        &store,
        &clock,
        company,
        author,
        "submit 50,000 URLs of no asset",
        "/other/",
    )
    .await;
    let bare =
        "drop index if exists invalidation_url_by_url; drop index if exists history_asset_by_asset";
    run(&address, bare).await;
    submit(
        &store,
        &clock,
        company,
        author,
        "the same, without the indexes",
        "/other/",
    )
    .await;
    run(&address, AFTER).await;
}
