//! The command line: `serve`, `demo`, `migrate`, `user add`, `config check`, and whatever the pages of Settings can set up,
//! for scripts: `company connect|account|add|set|list|test|disconnect`, `host`, `preset`, `template`, `catalogue`, `sync`, `import`.
//!
//! One file a command. Each calls the same `ops` as the pages, prints plain sentences, and fails with one on standard
//! error.

#![warn(clippy::print_stdout, clippy::print_stderr)]

#[macro_use]
mod say;

mod account;
mod add;
mod catalogue;
mod common;
mod company;
mod connect;
mod help;
mod host;
mod import;
mod preset;
mod site;
mod sync;
mod template;

use anyhow::{Context as _, bail};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::{
    app::App,
    clock::Clock,
    config::{Config, LogFormat, Settings},
    demo,
    domain::{Email, PersonId, Role},
    ops::passwords,
    server,
    store::{NewPerson, Store, StoreError},
};

/// Clears the CDN cache of Adobe Dynamic Media assets, and shows that the new picture is live.
#[derive(Parser)]
#[command(name = "unstale", version)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages and send what is submitted (the default)
    Serve,
    /// Serve a sandbox of Dynamic Media with a small shop, and Unstale connected to it
    Demo(demo::DemoArgs),
    /// Bring the database to this version, then stop
    Migrate,
    /// People who can sign in
    #[command(subcommand)]
    User(UserCommand),
    /// Companies: Dynamic Media accounts
    #[command(subcommand)]
    Company(company::CompanyCommand),
    /// Hosts that deliver a company's pictures, and what clearing one URL clears there
    #[command(subcommand)]
    Host(host::HostCommand),
    /// Image presets, and which of them the site uses
    #[command(subcommand)]
    Preset(preset::PresetCommand),
    /// The CDN invalidation template, here and at Dynamic Media
    #[command(subcommand)]
    Template(template::TemplateCommand),
    /// When a company's catalogue is read
    #[command(subcommand)]
    Catalogue(catalogue::CatalogueCommand),
    /// Read a company's catalogue from Dynamic Media now
    Sync(sync::SyncArgs),
    /// Import assets or presets from a CSV file
    Import(import::ImportArgs),
    /// The settings
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add somebody
    Add {
        /// What they sign in with
        email: Email,
        /// admin or editor
        #[arg(long)]
        role: Role,
        /// Read the password from standard input, up to the end or the first line break
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print what is in force, secrets redacted
    Check,
}

impl Cli {
    /// The arguments of this process; ends it where they are none, or ask for help.
    #[must_use]
    pub fn of_this_process() -> Self {
        let command = help::without_unused_settings(Self::command());
        Self::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
    }
}

/// Does what the arguments say.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let config = Config::load(cli.settings, std::env::var("UNSTALE_SECRET_KEY").ok())?;
    let clock = Clock::system();
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            start_log(config.log_format, "info");
            serve(&config, clock).await
        }
        Command::Demo(args) => {
            start_log(config.log_format, "warn");
            demo::run(config, args, clock).await
        }
        Command::Migrate => {
            Store::open(&config.database).await?.close().await;
            say!("The database {} is at this version.", config.database);
            Ok(())
        }
        Command::User(UserCommand::Add { email, role, .. }) => {
            let store = Store::open(&config.database).await?;
            add_user(&store, &clock, email, role, common::read_secret()?).await
        }
        Command::Host(command) => host::run(&for_command(&config, clock).await?, command).await,
        Command::Preset(command) => preset::run(&for_command(&config, clock).await?, command).await,
        Command::Template(command) => {
            template::run(&for_command(&config, clock).await?, command).await
        }
        Command::Catalogue(command) => {
            catalogue::run(&for_command(&config, clock).await?, command).await
        }
        Command::Sync(args) => sync::run(&for_command(&config, clock).await?, args).await,
        Command::Import(args) => {
            let store = Store::open(&config.database).await?;
            import::run(&store, &clock, args).await
        }
        Command::Company(command) => company::run(command, &config, clock).await,
        Command::Config(ConfigCommand::Check) => {
            say!("{}", config.to_string().trim_end());
            Ok(())
        }
    }
}

/// What a command works with. It says itself what went wrong, so the log keeps to what nobody else says.
async fn for_command(config: &Config, clock: Clock) -> anyhow::Result<App> {
    start_log(config.log_format, "error");
    App::build(config, clock).await
}

/// Writes the log to standard error. `RUST_LOG` wins over the level.
fn start_log(format: LogFormat, level: &str) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(format!("{level},memory_serve=warn")));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would say on standard error that standard error is gone, and panic over that.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

async fn serve(config: &Config, clock: Clock) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("UNSTALE_LISTEN: {} cannot be listened on", config.listen))?;
    let app = App::build(config, clock).await?;
    // Before anything is printed: whoever reads it may stop us at once.
    let stop = server::stop_signal();
    say!(
        "Unstale listens on {} and is reached at {}",
        listener.local_addr()?,
        config.public_url.origin()
    );
    if let Some(token) = app.setup_token.to_print() {
        say!(
            "Nobody can sign in yet. Open {}/setup with the token {token}",
            config.public_url.origin()
        );
    }
    Ok(server::serve(app, listener, stop).await?)
}

async fn add_user(
    store: &Store,
    clock: &Clock,
    email: Email,
    role: Role,
    password: SecretString,
) -> anyhow::Result<()> {
    let person = NewPerson {
        id: PersonId::from_uuid(clock.new_uuid()),
        password_hash: passwords::hash(password).await?,
        created_at: clock.now(),
        email,
        role,
    };
    match store.add_person(&person).await {
        Ok(()) => {
            say!("{} can sign in as {role}.", person.email);
            Ok(())
        }
        Err(StoreError::Duplicate) => bail!("{} can sign in already", person.email),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        help::without_unused_settings(Cli::command()).debug_assert();
    }
}
