//! The only place that builds things: from a [`Config`] to an [`App`] that handlers share.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;

use crate::{
    clock::Clock,
    config::{Config, PublicUrl},
    edge, ips,
    ops::{
        connection::{Connector, open_vault},
        dispatch::Dispatcher,
        host_test::HostTester,
        import::stage::Importer,
        sync::Syncer,
        verify::Verifier,
    },
    store::Store,
    vault::Vault,
    web::{SetupToken, SignInLimiter},
};

/// What handlers and background work share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// Time and ids.
    pub clock: Clock,
    /// Stored passwords.
    pub vault: Vault,
    /// Calls Adobe's API.
    pub ips: ips::Client,
    /// Sends what was submitted.
    pub dispatcher: Dispatcher,
    /// Looks whether what was cleared is live.
    pub verifier: Verifier,
    /// Sets up and tests connections to Dynamic Media.
    pub connector: Connector,
    /// Keeps the catalogues up to date.
    pub syncer: Syncer,
    /// Tests delivery hosts.
    pub host_tester: HostTester,
    /// Imports CSV files.
    pub importer: Importer,
    /// What people type into the browser.
    pub public_url: PublicUrl,
    /// How long the history is kept; for ever when there is none.
    pub keep_history: Option<Duration>,
    /// Slows down those who guess passwords.
    pub sign_in_limiter: Arc<SignInLimiter>,
    /// What makes the first administrator, while there is nobody yet.
    pub setup_token: Arc<SetupToken>,
}

impl App {
    /// Opens the database and the key that fits it, and builds the clients.
    pub async fn build(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let store = Store::open(&config.database).await?;
        let vault = open_vault(&store, &config.secret_key, clock.clone()).await?;
        let ips =
            ips::Client::new(config.ips).context("the client for Adobe's API cannot be built")?;
        let edge = edge::Client::new(config.edge)?;
        let verifier = Verifier::new(store.clone(), clock.clone(), edge.clone(), config.checks);
        let dispatcher = Dispatcher::new(
            store.clone(),
            vault.clone(),
            ips.clone(),
            verifier.clone(),
            clock.clone(),
            config.dispatch,
        );
        let host_tester = HostTester::new(store.clone(), clock.clone(), dispatcher.clone(), edge);
        let importer = Importer::new(store.clone(), clock.clone());
        let syncer = Syncer::new(
            store.clone(),
            vault.clone(),
            ips.clone(),
            clock.clone(),
            config.sync,
        );
        let connector = Connector::new(store.clone(), vault.clone(), ips.clone(), clock.clone());
        let setup_token = SetupToken::new(&clock, store.has_people().await?);
        Ok(Self {
            store,
            clock,
            vault,
            ips,
            dispatcher,
            verifier,
            connector,
            syncer,
            host_tester,
            importer,
            public_url: config.public_url.clone(),
            keep_history: config.keep_history,
            sign_in_limiter: Arc::default(),
            setup_token: Arc::new(setup_token),
        })
    }
}
