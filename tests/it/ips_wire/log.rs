//! What the client writes into the log.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing::{Dispatch, Level, subscriber};

use super::{account, client, fixture, server::Server, urls};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_has_operation_and_status_and_neither_password_nor_urls() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // With one subscriber alone, `tracing` may ask whichever thread meets a log line first, and never again.
    let _other = Dispatch::new(tracing_subscriber::registry());
    // For this thread only, on which the whole test runs.
    let _guard = subscriber::set_default(subscriber);
    let server = Server::canned(500, fixture("w5-fault.xml")).await;
    let (client, account) = (client(), account(&server.base));
    client
        .cdn_cache_invalidation(&account, "c|6", &urls())
        .await
        .unwrap_err();
    // Its message holds the password twice.
    client.check_login(&account, None).await.unwrap_err();

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("operation=\"cdnCacheInvalidation\""), "{log}");
    assert!(log.contains("operation=\"checkLogin\""), "{log}");
    assert!(log.contains("status=500"), "{log}");
    assert!(!log.contains("s3cret"), "{log}");
    assert!(!log.contains("11008047"), "{log}");
}
