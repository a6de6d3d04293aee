//! A real cache in the place of ours: Varnish in front of the sandbox's origin, with each purge reaching it as PURGE.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener as StdListener, TcpStream},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tempfile::TempDir;
use tokio::process::{Child, Command};
use unstale::{
    domain::{CheckSettings, DeliveryHost, HostOrigin, PurgeScope, Verdict},
    sandbox::ips::AnswerForm,
};

use crate::{
    pages::{draft_with_urls, next, settled, submit},
    support::app::{Start, TestApp},
};

/// Starting compiles its configuration.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running Varnish. It ends when dropped.
struct Varnish {
    address: SocketAddr,
    _process: Child,
    _folder: TempDir,
}

impl Varnish {
    async fn start(backend: SocketAddr, silent: bool) -> Self {
        let free = StdListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let told = if silent {
            "unset resp.http.Age; unset resp.http.X-Varnish; unset resp.http.Via;"
        } else {
            "if (obj.hits > 0) { set resp.http.X-Cache = \"HIT\"; } else { set resp.http.X-Cache = \"MISS\"; }"
        };
        let configuration = format!(
            "vcl 4.1;\nbackend default {{ .host = \"127.0.0.1\"; .port = \"{}\"; }}\n\
             sub vcl_recv {{ if (req.method == \"PURGE\") {{ return (purge); }} }}\n\
             sub vcl_deliver {{ {told} }}\n",
            backend.port()
        );
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cache.vcl");
        std::fs::write(&file, configuration).unwrap();
        let process = Command::new("varnishd")
            .env(
                "PATH",
                "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin",
            )
            .arg("-F")
            .arg("-n")
            .arg(folder.path().join("work"))
            .args(["-a", &address.to_string()])
            .arg("-f")
            .arg(&file)
            .args(["-s", "malloc,32m", "-T", "none", "-j", "none"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("varnishd is installed: tests/requirements.sh sees to it");
        let up = async {
            while tokio::net::TcpStream::connect(address).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, up)
            .await
            .expect("Varnish starts");
        Self {
            address,
            _process: process,
            _folder: folder,
        }
    }

    fn url(&self, rest: &str) -> String {
        format!("http://{}/is/image/dms7snapshot/{rest}", self.address)
    }
}

/// Has Varnish forget a URL, as a CDN's own purge would; whatever belongs to other hosts is passed over.
fn send_purge(address: SocketAddr, url: &str) {
    let Some(path) = url.strip_prefix(&format!("http://{address}")) else {
        return;
    };
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "PURGE {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// What is done between the first look and the verdict.
#[derive(Clone, Copy)]
struct Case {
    publish: bool,
    drop_purge: bool,
    silent: bool,
}

/// Has a picture cached by Varnish, purges it, and tells the verdict.
async fn verdict(case: Case) -> Verdict {
    // Varnish counts its ages by the real time, which the test's clock must not leave behind: all is final at once.
    let checks = CheckSettings {
        first: Duration::from_millis(1),
        window: Duration::ZERO,
        ..CheckSettings::default()
    };
    let app = TestApp::with(Start {
        checks,
        ..Start::default()
    })
    .await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let backend = listener.local_addr().unwrap();
    let origin = Arc::clone(app.sandbox.origin());
    tokio::spawn(async move { axum::serve(listener, origin.router()).await });
    let varnish = Varnish::start(backend, case.silent).await;
    let company = app.company().await.id;
    let host = DeliveryHost {
        origin: HostOrigin::of(&varnish.url("")).unwrap(),
        scope: PurgeScope::Exact,
        check_root: true,
    };
    app.app
        .store
        .put_delivery_host(company, &host)
        .await
        .unwrap();
    // Counts come without an estimate, which would have to be waited for.
    app.ips().knobs(|knobs| knobs.answer = AnswerForm::Counts);
    let purged = Arc::new(AtomicBool::new(false));
    let (address, told) = (varnish.address, Arc::clone(&purged));
    app.ips().on_purge(move |urls| {
        told.store(true, Ordering::SeqCst);
        if !case.drop_purge {
            for url in urls {
                send_purge(address, url);
            }
        }
    });

    let url = varnish.url("spinset?wid=300");
    let old = app.seen(&url).await;
    if case.publish {
        app.sandbox.publish("spinset");
        assert_eq!(app.seen(&url).await, old, "Varnish keeps the old one");
    }
    let editor = app.editor().await;
    let (_, details) = draft_with_urls(&editor, &url).await;
    let confirm = next(&editor, &details).await;
    let path = submit(&editor, &confirm).await;
    settled(&editor, &path).await;
    assert!(purged.load(Ordering::SeqCst));
    app.clock.advance(Duration::from_secs(1));
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let looked = async |times| {
        let looked = async {
            loop {
                let check = app.app.store.checks(company, id).await.unwrap().remove(0);
                if check.looks == times && !check.is_pending() {
                    return check;
                }
                tokio::task::yield_now().await;
            }
        };
        let looked = tokio::time::timeout(PATIENCE, looked).await;
        looked.expect("a verdict")
    };
    // The first look has the URL fetched anew; what a cache says of its copies, the second one hears.
    let check = looked(1).await;
    assert_eq!(check.url, url);
    let checks = format!("{path}/checks");
    let again = editor.post(&checks, &[("do", "look-again")]).await;
    assert_eq!(again.status, 303);
    looked(2).await.verdict.unwrap()
}

#[tokio::test]
async fn behind_varnish_a_new_picture_is_live_after_its_purge() {
    for silent in [false, true] {
        let case = Case {
            publish: true,
            drop_purge: false,
            silent,
        };
        assert_eq!(verdict(case).await, Verdict::Live);
    }
}

#[tokio::test]
async fn behind_varnish_a_dropped_purge_leaves_the_picture_still_old() {
    for silent in [false, true] {
        let case = Case {
            publish: true,
            drop_purge: true,
            silent,
        };
        assert_eq!(verdict(case).await, Verdict::StillOld);
    }
}

#[tokio::test]
async fn behind_varnish_there_is_nothing_newer_when_nothing_was_published() {
    let case = Case {
        publish: false,
        drop_purge: false,
        silent: false,
    };
    assert_eq!(verdict(case).await, Verdict::NothingNewer);
}
