//! The most memory of its own that this process had at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio_util::sync::CancellationToken;

/// Looks at this process's own memory ten times a second.
pub struct Peak {
    most: Arc<AtomicU64>,
    stop: CancellationToken,
}

impl Peak {
    pub fn watch() -> Self {
        let (most, stop) = (Arc::new(AtomicU64::new(0)), CancellationToken::new());
        let (seen, stopped) = (most.clone(), stop.clone());
        std::thread::spawn(move || {
            while !stopped.is_cancelled() {
                seen.fetch_max(anonymous_kilobytes(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        Self { most, stop }
    }

    pub fn megabytes(&self) -> u64 {
        self.stop.cancel();
        self.most.load(Ordering::Relaxed) / 1_024
    }
}

fn anonymous_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}
