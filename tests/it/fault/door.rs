//! The port of Adobe's stand-in, which can be closed for a while: connections are refused then.

use std::{net::SocketAddr, sync::Mutex, time::Duration};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use unstale::sandbox::ips::IpsSandbox;

pub struct Door {
    ips: IpsSandbox,
    address: SocketAddr,
    open: Mutex<CancellationToken>,
}

impl Door {
    pub async fn to(ips: &IpsSandbox) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            ips: ips.clone(),
            address: listener.local_addr().unwrap(),
            open: Mutex::default(),
        };
        this.serve(listener);
        this
    }

    pub fn url(&self) -> String {
        format!("http://{}/scene7/", self.address)
    }

    /// Lets nobody in any more. Who is inside gets an answer first.
    pub fn close(&self) {
        self.open.lock().unwrap().cancel();
    }

    /// Opens it again, on the same port, if it is closed.
    pub async fn open(&self) {
        if !self.open.lock().unwrap().is_cancelled() {
            return;
        }
        // The port is free as soon as whoever listened there has noticed.
        let listener = loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
        self.serve(listener);
    }

    fn serve(&self, listener: TcpListener) {
        let open = CancellationToken::new();
        *self.open.lock().unwrap() = open.clone();
        let serving = axum::serve(listener, self.ips.router());
        tokio::spawn(
            serving
                .with_graceful_shutdown(open.cancelled_owned())
                .into_future(),
        );
    }
}
