//! The most memory that this process had at once: of its own, and with the pages of files that the kernel keeps for it, which
//! it takes back when somebody else needs them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio_util::sync::CancellationToken;

/// Looks at this process's memory ten times a second.
pub struct Peak {
    most: Arc<Most>,
    stop: CancellationToken,
}

/// In kilobytes.
#[derive(Default)]
struct Most {
    own: AtomicU64,
    resident: AtomicU64,
}

impl Peak {
    pub fn watch() -> Self {
        let (most, stop) = (Arc::<Most>::default(), CancellationToken::new());
        let (seen, stopped) = (most.clone(), stop.clone());
        std::thread::spawn(move || {
            while !stopped.is_cancelled() {
                seen.look();
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        Self { most, stop }
    }

    /// Its own, and all that was resident, as two cells of a table.
    pub fn cells(&self) -> String {
        self.stop.cancel();
        let megabytes = |kilobytes: &AtomicU64| kilobytes.load(Ordering::Relaxed) / 1_024;
        let (own, resident) = (megabytes(&self.most.own), megabytes(&self.most.resident));
        format!("{own} MB | {resident} MB")
    }
}

impl Most {
    fn look(&self) {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let kilobytes = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok())
                .unwrap_or_default()
        };
        self.own.fetch_max(kilobytes("RssAnon:"), Ordering::Relaxed);
        self.resident
            .fetch_max(kilobytes("VmRSS:"), Ordering::Relaxed);
    }
}
