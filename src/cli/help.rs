//! Which settings a command's help lists: those that it uses. Every command takes all of them all the same, so that one
//! set of flags, or one script, does for all.

use clap::{Arg, Command};

/// The commands, each with the settings that it does not use out of its help.
pub(super) fn without_unused_settings(cli: Command) -> Command {
    let settings: Vec<Arg> = cli
        .get_arguments()
        .filter(|it| it.is_global_set())
        .cloned()
        .collect();
    cli.mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        let command = command.mut_subcommands(|below| {
            let path = [&*name, below.get_name()].map(str::to_owned);
            hide(below, &settings, |setting| {
                !uses(&path[0], &path[1], setting)
            })
        });
        let below: Vec<String> = command
            .get_subcommands()
            .map(|it| it.get_name().to_owned())
            .collect();
        hide(command, &settings, |setting| {
            let is_used_below = below.iter().any(|below| uses(&name, below, setting));
            !is_used_below && (!below.is_empty() || !uses(&name, "", setting))
        })
    })
}

/// Gives a command settings of its own that are out of its help, in place of those that it would inherit.
fn hide(command: Command, settings: &[Arg], is_unused: impl Fn(&str) -> bool) -> Command {
    let unused = settings.iter().filter(|it| is_unused(it.get_id().as_str()));
    command.args(unused.map(|setting| setting.clone().hide(true)))
}

/// Whether a command, such as `company` `list` or `sync` and nothing, uses a setting.
fn uses(command: &str, below: &str, setting: &str) -> bool {
    let serves = matches!(command, "serve" | "demo" | "config");
    match setting {
        "config" => true,
        // The demo has its own.
        "database_url" => command != "demo",
        "secret_key_file" => !matches!(
            (command, below),
            ("demo" | "migrate" | "user" | "import", _)
                | ("company", "add" | "list" | "disconnect")
        ),
        "log_format" => !matches!(command, "migrate" | "user" | "import" | "company"),
        _ if setting.starts_with("ips_") => {
            serves
                || matches!(
                    (command, below),
                    ("sync", _)
                        | ("company", "connect" | "account" | "set" | "test")
                        | ("host", "test")
                        | ("preset", "sync")
                        | ("template", "push")
                )
        }
        _ if setting.starts_with("sync_") => serves || command == "sync",
        // What the test of a host sends and looks at goes the way of all requests.
        _ if setting.starts_with("dispatch_") || setting.starts_with("check_") => {
            serves || (command, below) == ("host", "test")
        }
        _ => serves,
    }
}
