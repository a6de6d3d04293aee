//! A CSV file of as many assets, looked through and put, as `unstale import` does it; then the same file once more.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    time::Instant,
};

use async_trait::async_trait;
use unstale::{
    clock::Clock,
    domain::{Company, CompanyId, PublishServer},
    ops::import::{self, Kind, Progress, PutError, Report},
    store::Store,
};

use super::memory::Peak;

/// Imports into a company of its own.
pub async fn measure(name: &str, store: &Store, lines: u32) {
    let clock = Clock::system();
    let company = Company {
        id: CompanyId::from_uuid(clock.new_uuid()),
        slug: "by-hand".parse().unwrap(),
        name: "By hand".to_owned(),
        root: Some("ByHand".to_owned()),
        handle: None,
        publish_server: PublishServer::parse("https://images.example.com"),
        alias: None,
    };
    store.add_company(&company, clock.now()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("assets.csv");
    write(&path, lines);
    for what in ["imported from CSV", "the same file once more"] {
        let started = Instant::now();
        let peak = Peak::watch();
        let open = || File::open(&path).unwrap();
        let mut silent = Silent;
        let report = import::check(open(), Kind::Assets).await;
        assert_eq!((report.good, report.bad), (u64::from(lines), 0));
        let put = import::put(
            store,
            &clock,
            company.id,
            Kind::Assets,
            open(),
            report,
            &mut silent,
        );
        let done = put.await.unwrap();
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "| {name}, {what} ({} new, {} changed) | {seconds:.2} s | | {seconds:.2} s | {:.0} | {} |",
            done.added,
            done.changed,
            f64::from(lines) / seconds,
            peak.cells(),
        );
    }
}

fn write(path: &Path, lines: u32) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "id,file_name,folder,type,published").unwrap();
    for number in 0..lines {
        let published = if number % 5 == 0 { "no" } else { "yes" };
        writeln!(
            file,
            "GLO_{number:07}_front,GLO_{number:07}_front.tif,shop/{}/{},Image,{published}",
            number % 40,
            number % 997,
        )
        .unwrap();
    }
    file.flush().unwrap();
}

struct Silent;

#[async_trait]
impl Progress for Silent {
    async fn reached(&mut self, _: &Report) -> Result<(), PutError> {
        Ok(())
    }
}
