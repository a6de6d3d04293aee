//! The `unstale` program: parses arguments and calls the library.

use std::{io::Write as _, process::ExitCode};

fn main() -> ExitCode {
    let cli = unstale::cli::Cli::of_this_process();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("unstale: the runtime cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(unstale::cli::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The terminal may have been closed.
            let _ = writeln!(std::io::stderr(), "unstale: {error:#}");
            ExitCode::FAILURE
        }
    }
}
