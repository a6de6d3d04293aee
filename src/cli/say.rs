//! Printing as `println!` and `eprintln!` do it, but that nobody reads any more, such as after `| head`, is no reason to end
//! in the middle.

use std::{
    fmt::Arguments,
    io::{self, Write as _},
};

/// Prints a line: what a command was asked for.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::say::out(format_args!($($text)*)) };
}

/// Prints a line on standard error: what somebody should know besides.
macro_rules! note {
    ($($text:tt)*) => { $crate::cli::say::err(format_args!($($text)*)) };
}

/// Ends the program where the line is lost: half a template is not the template.
pub(super) fn out(text: Arguments<'_>) {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            err(format_args!(
                "unstale: what was asked for cannot be written: {error}"
            ));
            std::process::exit(1);
        }
        _ => {}
    }
}

pub(super) fn err(text: Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{text}");
}
