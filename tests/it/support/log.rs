//! What is written into the log, for a test to look at.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing::{Dispatch, Level, subscriber};

/// The lines that this thread logs, from all levels, for as long as it is kept. A test runs on one thread, with its server.
pub struct Log {
    lines: Lines,
    _other: Dispatch,
    _guard: subscriber::DefaultGuard,
}

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

impl Log {
    /// Begins to keep them.
    pub fn keep() -> Self {
        let lines = Lines::default();
        let writer = lines.clone();
        let kept = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        Self {
            lines,
            // With one subscriber alone, `tracing` may ask whichever thread meets a log line first, and never again.
            _other: Dispatch::new(tracing_subscriber::registry()),
            _guard: subscriber::set_default(kept),
        }
    }

    /// All of them so far.
    pub fn text(&self) -> String {
        String::from_utf8(self.lines.0.lock().unwrap().clone()).unwrap()
    }

    /// The first line with these words.
    #[track_caller]
    pub fn line(&self, words: &str) -> String {
        let text = self.text();
        let line = text.lines().find(|line| line.contains(words));
        line.unwrap_or_else(|| panic!("no {words:?} in {text}"))
            .to_owned()
    }
}
