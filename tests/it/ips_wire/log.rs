//! What the client writes into the log.

use super::{account, client, fixture, server::Server, urls};
use crate::support::log::Log;

#[tokio::test]
async fn the_log_has_operation_and_status_and_neither_password_nor_urls() {
    let log = Log::keep();
    let server = Server::canned(500, fixture("w5-fault.xml")).await;
    let (client, account) = (client(), account(&server.base));
    client
        .cdn_cache_invalidation(&account, "c|6", &urls())
        .await
        .unwrap_err();
    // Its message holds the password twice.
    client.check_login(&account, None).await.unwrap_err();

    let log = log.text();
    assert!(log.contains("operation=\"cdnCacheInvalidation\""), "{log}");
    assert!(log.contains("operation=\"checkLogin\""), "{log}");
    assert!(log.contains("status=500"), "{log}");
    assert!(!log.contains("s3cret"), "{log}");
    assert!(!log.contains("11008047"), "{log}");
}
