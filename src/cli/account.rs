//! `unstale company account`: another account for a company that is there, perhaps in another region, as *Change the
//! account* does it.

use super::{
    common::{OfAccount, OfCompany, said},
    connect::warn_of,
};
use crate::app::App;

#[derive(Debug, clap::Args)]
pub(super) struct AccountArgs {
    #[command(flatten)]
    account: OfAccount,
    #[command(flatten)]
    of: OfCompany,
}

/// Changes the account, once Dynamic Media has verified it, and lets the catalogue be read with it.
pub(super) async fn run(app: &App, args: AccountArgs) -> anyhow::Result<()> {
    let company = args.of.find(&app.store).await?;
    let account = args.account.read()?;
    let connected = match app.connector.change_account(&company, &account).await {
        Ok(connected) => connected,
        Err(error) => return Err(said(&error.trouble()?)),
    };
    app.syncer.go_on_with_account(company.id).await?;
    say!(
        "{} is asked about with {} at {} from now on.",
        company.name,
        account.email,
        account.endpoint
    );
    warn_of(&connected, app.clock.now());
    Ok(())
}
