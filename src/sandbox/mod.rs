//! A stand-in for Dynamic Media on this machine: image origin, preview server, two caching edges, and a shop that uses them.
//!
//! `unstale demo` shows it to a newcomer, tests run against it. It behaves like the real thing where that matters to
//! a cache, and listens on the loopback address only. Nothing outside `demo` and the tests may depend on it.

pub mod answer;
pub mod catalogue;
pub mod edge;
mod files;
pub mod ips;
pub mod library;
mod modifiers;
pub mod origin;
mod people;
mod picture;
mod sets;
mod shelves;
mod storefront;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

pub use self::people::{
    ACCOUNT, EXPIRED_ACCOUNT, EXPIRING_ACCOUNT, LOST_ACCOUNT, SECOND_COMPANY,
    TWO_COMPANIES_ACCOUNT, VIEWER_ACCOUNT, template,
};
use self::storefront::Shop;
pub use self::{
    edge::{Edge, Switches},
    ips::IpsSandbox,
    origin::Origin,
};
use crate::{clock::Clock, domain::PurgeScope};

/// How long [`Sandbox::stop`] waits for answers that are on their way.
const GRACE: Duration = Duration::from_secs(2);

/// Where the sandbox listens; 0 stands for any free port.
#[derive(Debug, Clone, Copy, Default)]
pub struct SandboxPorts {
    /// The shop's pages.
    pub storefront: u16,
    /// The edge on which each full URL is an entry of its own.
    pub exact_edge: u16,
    /// The edge on which a URL without a query clears all its query forms.
    pub base_edge: u16,
    /// The IPS endpoint.
    pub ips: u16,
    /// The secure preview server.
    pub preview: u16,
}

/// A running sandbox. It stops when dropped; [`Sandbox::stop`] also waits for that.
#[derive(Debug)]
pub struct Sandbox {
    origin: Arc<Origin>,
    exact: Arc<Edge>,
    base: Arc<Edge>,
    ips: IpsSandbox,
    ips_url: String,
    storefront_url: String,
    exact_url: String,
    base_url: String,
    preview_url: String,
    servers: JoinSet<io::Result<()>>,
    stopping: CancellationToken,
}

impl Sandbox {
    /// Starts all servers. `unstale_url` is where the shop sends people who want to clear a picture.
    ///
    /// # Errors
    ///
    /// When a port cannot be listened on; the error names the address.
    pub async fn start(
        clock: Clock,
        ports: SandboxPorts,
        unstale_url: Option<String>,
    ) -> io::Result<Self> {
        let (storefront_listener, storefront_url) = listen(ports.storefront).await?;
        let (exact_listener, exact_url) = listen(ports.exact_edge).await?;
        let (base_listener, base_url) = listen(ports.base_edge).await?;

        let (ips_listener, ips_url) = listen(ports.ips).await?;
        let (preview_listener, preview_url) = listen(ports.preview).await?;

        let origin = Arc::new(Origin::new(clock.clone()));
        let edge = |scope| Arc::new(Edge::new(Arc::clone(&origin), scope, clock.clone()));
        let (exact, base) = (edge(PurgeScope::Exact), edge(PurgeScope::Base));
        let shop = Shop::new(
            Arc::clone(&origin),
            exact_url.clone(),
            base_url.clone(),
            unstale_url,
        );

        let ips = IpsSandbox::new(people::config(&clock, &origin, &exact_url, &preview_url));
        for edge in [&exact, &base] {
            let edge = Arc::clone(edge);
            ips.on_purge(move |urls| edge.purge(urls));
        }

        let stopping = CancellationToken::new();
        let mut servers = JoinSet::new();
        for (listener, router) in [
            (storefront_listener, shop.router()),
            (exact_listener, exact.router()),
            (base_listener, base.router()),
            (ips_listener, ips.router()),
            (preview_listener, origin.preview_router()),
        ] {
            servers.spawn(serve(listener, router, stopping.clone()));
        }
        Ok(Self {
            origin,
            exact,
            base,
            ips,
            ips_url: format!("{ips_url}/scene7/"),
            storefront_url,
            exact_url,
            base_url,
            preview_url,
            servers,
            stopping,
        })
    }

    /// The shop's address, such as `http://127.0.0.1:8081`, without a slash at the end as all of them.
    #[must_use]
    pub fn storefront_url(&self) -> &str {
        &self.storefront_url
    }

    /// The `exact` delivery host: the company's publish server.
    #[must_use]
    pub fn exact_url(&self) -> &str {
        &self.exact_url
    }

    /// The `base` delivery host.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The secure preview server, which shows what was uploaded, published or not.
    #[must_use]
    pub fn preview_url(&self) -> &str {
        &self.preview_url
    }

    /// The base address of the IPS API.
    #[must_use]
    pub fn ips_url(&self) -> &str {
        &self.ips_url
    }

    /// The IPS endpoint: its switches, and what it has received.
    #[must_use]
    pub fn ips(&self) -> &IpsSandbox {
        &self.ips
    }

    /// The edge with that purge scope.
    #[must_use]
    pub fn edge(&self, scope: PurgeScope) -> &Edge {
        match scope {
            PurgeScope::Exact => &self.exact,
            PurgeScope::Base => &self.base,
        }
    }

    /// The origin behind both edges.
    #[must_use]
    pub fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// Publishes a new version of an asset at the origin, and tells its number. `None` for an unknown ID.
    #[expect(clippy::must_use_candidate, reason = "called for what it does")]
    pub fn publish(&self, id: &str) -> Option<u32> {
        self.origin.publish(id)
    }

    /// Stops all servers; answers on their way get two seconds to finish.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        let finished = async { while self.servers.join_next().await.is_some() {} };
        // A connection that stays open for longer is left to itself; its listener is gone.
        let _ = tokio::time::timeout(GRACE, finished).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

/// A listener on the loopback address, and the URL that leads to it.
async fn listen(port: u16) -> io::Result<(TcpListener, String)> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let named = |error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("the sandbox cannot listen on {address}: {error}"),
        )
    };
    let listener = TcpListener::bind(address).await.map_err(named)?;
    let url = format!("http://{}", listener.local_addr().map_err(named)?);
    Ok((listener, url))
}

async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}
