//! What forming and counting URLs costs, with origins, checks, sorting and merging: `cargo bench --bench formation`.
//!
//! The throughput is in URLs: criterion's `Melem/s`; 1,000 divided by it is nanoseconds per URL.

use std::{collections::BTreeSet, fmt::Write as _, hint::black_box};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use unstale::domain::{
    Asset, AssetKey, GenericHosts, Options, PublishServer, Site,
    formation::{Input, count, form},
};
use uuid::Uuid;

const SERVER: &str = "https://images.example.com";

/// IDs as companies have them, in no order: `sku-48271_red_front`.
fn id(number: usize) -> String {
    const COLOURS: [&str; 4] = ["red", "blue", "olive", "navy"];
    const VIEWS: [&str; 3] = ["front", "back", "detail"];
    // Multiplying by a number that shares no factor with the modulus visits each once.
    let sku = number * 48_271 % 99_991;
    format!("sku-{sku}_{}_{}", COLOURS[sku % 4], VIEWS[sku % 3])
}

fn assets(count: usize) -> Vec<Asset> {
    let asset = |number| Asset {
        key: AssetKey::from_uuid(Uuid::nil()),
        id: id(number),
        file_name: String::new(),
        folder: String::new(),
        asset_type: "Image".to_owned(),
        published: true,
        handle: None,
        created_at: unstale::clock::Timestamp::from_micros(0),
        changed_at: unstale::clock::Timestamp::from_micros(0),
        vanished_at: None,
    };
    (0..count).map(asset).collect()
}

/// Relative and explicit lines, unsorted.
fn template(lines: usize) -> String {
    (0..lines).fold(String::new(), |mut text, number| {
        let width = (number * 7 % lines + 1) * 100;
        let line = match number % 5 {
            0 => format!("<ID>?wid={width}"),
            1 => format!("<ID>:Crop{number}?wid={width}&fmt=webp"),
            2 => format!("<ID>?$preset-{number}$"),
            3 => format!("{SERVER}/is/image/Company/<ID>?scl={number}&qlt=85"),
            _ => format!("http://images.example.com/is/image/Company/<ID>?hei={width}"),
        };
        let _ = writeln!(text, "{line}");
        text
    })
}

fn manual(lines: usize) -> String {
    (0..lines).fold(String::new(), |mut text, number| {
        let _ = writeln!(
            text,
            "{SERVER}/is/image/Company/{}?wid=300&fmt=webp&qlt=85",
            id(number)
        );
        text
    })
}

fn formation(criterion: &mut Criterion) {
    let site = Site {
        publish_server: PublishServer::parse(SERVER).expect("a valid address"),
        root: "Company".to_owned(),
        alias: None,
    };
    let generic = GenericHosts::parse(GenericHosts::DEFAULT).expect("it is tested");
    let removed = BTreeSet::new();
    let cases = [
        ("assets x lines", assets(50), template(20), String::new()),
        ("assets x lines", assets(1_000), template(20), String::new()),
        ("assets x lines", assets(2_500), template(20), String::new()),
        ("assets alone", assets(50_000), String::new(), String::new()),
        ("manual lines", Vec::new(), String::new(), manual(1_000)),
        ("manual lines", Vec::new(), String::new(), manual(50_000)),
    ];
    for (name, assets, template, manual) in &cases {
        let input = Input {
            site: &site,
            hosts: &[],
            generic: &generic,
            presets: &[],
            template,
            options: Options {
                presets: false,
                template: !template.is_empty(),
                alias: false,
                fold: true,
            },
            assets,
            manual,
            removed: &removed,
        };
        let urls = count(&input).urls;
        let mut group = criterion.benchmark_group(*name);
        group.throughput(Throughput::Elements(urls as u64));
        group.bench_function(BenchmarkId::new("form", urls), |bench| {
            bench.iter(|| form(black_box(&input)));
        });
        group.bench_function(BenchmarkId::new("count", urls), |bench| {
            bench.iter(|| count(black_box(&input)));
        });
        group.finish();
    }
}

criterion_group!(benches, formation);
criterion_main!(benches);
