//! Runs an [`App`] on a listener: requests, background work, and a shutdown that finishes what has begun.

use std::{future::Future, io, net::SocketAddr, time::Duration};

use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, info};

use crate::{app::App, domain::CompanyId, ops::import, store::StoreError, web};

/// How often expired sessions and drafts that nobody touches are cleared away.
const HOUSEKEEPING: Duration = Duration::from_hours(1);

/// How often loads are looked for that were interrupted elsewhere.
const LOADS: Duration = Duration::from_mins(5);

/// A load that brought no asset for so long was interrupted, or its reader waits for Adobe. Should it go on after all, it
/// does so with the indexes in place, only more slowly.
const LOAD_ABANDONED_AFTER: Duration = Duration::from_mins(15);

/// A draft that was not touched for this long is deleted.
const DRAFT_KEPT_FOR: Duration = Duration::from_hours(30 * 24);

/// Serves until `shutdown` is done; then answers the requests that are open and waits for the batches that
/// are on their way.
pub async fn serve(
    app: App,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let cancel = CancellationToken::new();
    let background = TaskTracker::new();
    background.spawn(send(app.clone(), cancel.clone()));
    background.spawn(finish_loads(app.clone(), cancel.clone()));
    background.spawn(app.verifier.clone().run(cancel.clone()));
    background.spawn(app.syncer.clone().run(cancel.clone()));
    background.spawn(housekeeping(app.clone(), cancel.clone()));
    background.close();

    let store = app.store.clone();
    let service = web::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service)
        .with_graceful_shutdown(shutdown)
        .await;

    info!("shutting down");
    cancel.cancel();
    background.wait().await;
    store.close().await;
    served
}

/// Listens for Ctrl-C and, where there is such a thing, for SIGTERM and the end of the terminal, from now on; what it
/// returns waits for any of them. Under `nohup` a terminal may end.
///
/// # Panics
///
/// When the system does not let us listen.
pub fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).expect("a handler for a signal can be installed");
        let mut interrupt = listen(SignalKind::interrupt());
        let mut terminate = listen(SignalKind::terminate());
        let mut hangup = (!hangup_is_ignored()).then(|| listen(SignalKind::hangup()));
        async move {
            let hung_up = async {
                match &mut hangup {
                    Some(hangup) => hangup.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hung_up => {}
            }
        }
    }
    #[cfg(not(unix))]
    {
        async {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// Whether whoever started us wants a SIGHUP ignored: to listen for it would end that. Where the system does not tell, it
/// is left as it is.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|signals| u64::from_str_radix(signals.trim(), 16).ok());
    // SIGHUP is the first.
    ignored.is_none_or(|signals| signals & 1 == 1)
}

/// Builds the indexes that a crash, or an older version, left undone; then, now and then, those of a load that a command
/// did not end. Searching works meanwhile, slowly.
async fn finish_loads(app: App, cancel: CancellationToken) {
    let mut unfinished = app.store.unfinished_bulk_loads().await;
    loop {
        finish(&app, unfinished).await;
        tokio::select! {
            () = app.clock.sleep(LOADS) => {}
            () = cancel.cancelled() => return,
        }
        let now = app.clock.now();
        let quiet_since = now.minus(LOAD_ABANDONED_AFTER);
        unfinished = app.store.abandoned_bulk_loads(quiet_since, now).await;
    }
}

async fn finish(app: &App, unfinished: Result<Vec<CompanyId>, StoreError>) {
    let unfinished = unfinished.unwrap_or_else(|error| {
        error!(%error, "interrupted loads could not be looked for");
        Vec::new()
    });
    for company in unfinished {
        if let Err(error) = app.store.finish_bulk_load(company).await {
            error!(%error, "a catalogue's indexes could not be built");
        }
    }
}

async fn send(app: App, cancel: CancellationToken) {
    app.dispatcher.take_over().await;
    app.dispatcher.run(cancel).await;
}

async fn housekeeping(app: App, cancel: CancellationToken) {
    loop {
        let now = app.clock.now();
        if let Err(error) = app.store.delete_expired_sessions(now).await {
            error!(%error, "expired sessions could not be deleted");
        }
        if let Err(error) = app
            .store
            .delete_drafts_untouched_since(now.minus(DRAFT_KEPT_FOR))
            .await
        {
            error!(%error, "old drafts could not be deleted");
        }
        if let Err(error) = import::stage::clean_up(&app.store, now).await {
            error!(%error, "old uploads could not be deleted");
        }
        if let Err(error) = app.store.delete_expired_pending_connections(now).await {
            error!(%error, "accounts whose company was never chosen could not be deleted");
        }
        if let Err(error) = keep_history(&app, &cancel).await {
            error!(%error, "the history could not be put in order");
        }
        tokio::select! {
            () = app.clock.sleep(HOUSEKEEPING) => {}
            () = cancel.cancelled() => return,
        }
    }
}

/// Makes searchable what an older version submitted, and forgets what is older than the history is kept. Each step is a
/// short transaction, and others come in between.
async fn keep_history(app: &App, cancel: &CancellationToken) -> Result<(), StoreError> {
    while !cancel.is_cancelled() && app.store.make_searchable().await? {}
    if let Some(kept) = app.keep_history {
        let before = app.clock.now().minus(kept);
        while !cancel.is_cancelled() && app.store.forget_some(before).await? {}
    }
    Ok(())
}
