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

pub(super) fn out(text: Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{text}");
}

pub(super) fn err(text: Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{text}");
}
