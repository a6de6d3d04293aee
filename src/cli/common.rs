//! What several commands share: which company, in whose name, a secret from standard input, a table.

use anyhow::{Context as _, bail};
use secrecy::SecretString;

use crate::{
    domain::{Company, Email, PersonId, Role},
    ips::Account,
    ops::connection::{self, Trouble},
    store::Store,
};

/// Who typed a value, where it was a command.
pub(super) const BY: &str = "the command line";

/// The company that a command is about.
#[derive(Debug, clap::Args)]
pub(super) struct OfCompany {
    /// The company's short name, or its name [default: the only one there is]
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
}

/// A Dynamic Media account.
#[derive(Debug, clap::Args)]
pub(super) struct OfAccount {
    /// Region of the account (north-america, emea, apac, each also with -staging), or the base address of its API
    #[arg(long, value_name = "REGION|URL")]
    endpoint: String,
    /// E-mail address of the Dynamic Media account
    #[arg(long)]
    email: String,
    /// Read the account's password from standard input, up to the end or the first line break
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// The person whom the history names for what a command does.
#[derive(Debug, clap::Args)]
pub(super) struct InTheNameOf {
    /// E-mail address of the administrator in whose name it is done
    #[arg(long = "as", value_name = "EMAIL")]
    email: Email,
}

impl OfCompany {
    pub(super) async fn find(&self, store: &Store) -> anyhow::Result<Company> {
        company(store, self.company.as_deref()).await
    }
}

impl OfAccount {
    /// With the password, which is waited for.
    pub(super) fn read(&self) -> anyhow::Result<Account> {
        let endpoint = connection::endpoint(&self.endpoint).context("--endpoint")?;
        if connection::travels_in_plain(endpoint.as_str()) {
            note!(
                "unstale: {endpoint} is not encrypted: the password can be read on its way. Use https unless it is a sandbox \
                 on this machine."
            );
        }
        Ok(Account {
            endpoint,
            email: self.email.trim().to_owned(),
            password: read_secret()?,
        })
    }
}

impl InTheNameOf {
    pub(super) async fn find(&self, store: &Store) -> anyhow::Result<PersonId> {
        match store.person_by_email(&self.email).await? {
            Some((person, _)) if person.role == Role::Admin && !person.disabled => Ok(person.id),
            _ => bail!("{} is no administrator who can sign in", self.email),
        }
    }
}

/// The company with that short name, else with that name; or the only one. Names may be the same, and one may be another's
/// short name.
pub(super) async fn company(store: &Store, wanted: Option<&str>) -> anyhow::Result<Company> {
    let mut companies = store.companies().await?;
    let has_slug = |it: &Company| wanted == Some(it.slug.as_str());
    if let Some(place) = companies.iter().position(has_slug) {
        return Ok(companies.swap_remove(place));
    }
    let slugs: Vec<_> = companies.iter().map(|it| it.slug.to_string()).collect();
    let fits = |it: &Company| wanted.is_none_or(|wanted| it.name == wanted);
    let mut fitting = companies.into_iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(company), None) => Ok(company),
        (None, _) if slugs.is_empty() => {
            bail!(
                "no company is connected yet; `unstale company connect` does it, or `unstale company add` without an account"
            )
        }
        _ => bail!("which company? There are {}", slugs.join(", ")),
    }
}

/// The same for commands that need Dynamic Media.
pub(super) async fn connected(store: &Store, company: Company) -> anyhow::Result<Company> {
    if store.connection(company.id).await?.is_none() {
        bail!("{} is not connected to Dynamic Media", company.slug);
    }
    Ok(company)
}

/// A trouble as the one sentence of a command that fails.
pub(super) fn said(trouble: &Trouble) -> anyhow::Error {
    let Trouble { sentence, advice } = trouble;
    anyhow::anyhow!("{}", format!("{sentence} {advice}").trim_end())
}

/// Standard input up to the first line break.
pub(super) fn read_secret() -> anyhow::Result<SecretString> {
    let mut text = String::new();
    std::io::stdin()
        .read_line(&mut text)
        .context("the password cannot be read from standard input")?;
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    if line.is_empty() {
        bail!("no password came from standard input");
    }
    Ok(line.to_owned().into())
}

/// A number with its noun: `1 line`, `2 lines`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Prints rows in columns; the first row is the heads.
pub(super) fn print_table<const N: usize>(rows: &[[String; N]]) {
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    for row in rows {
        let cells = row.iter().zip(widths);
        let line: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        say!("{}", line.join("  ").trim_end());
    }
}
