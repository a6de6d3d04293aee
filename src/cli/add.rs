//! `unstale company add`: a company set up by hand, without an account at Adobe.

use crate::{
    clock::Clock,
    ops::by_hand::{self, ByHand},
    store::Store,
};

#[derive(Debug, clap::Args)]
pub(super) struct AddArgs {
    /// The name that people read
    #[arg(long)]
    name: String,
    /// The company root: the path element after /is/image/
    #[arg(long)]
    root: String,
    /// What the company's public URLs start with
    #[arg(long, value_name = "URL")]
    publish_server: String,
    /// The name in Unstale's addresses [default: made from the name]
    #[arg(long)]
    slug: Option<String>,
}

pub(super) async fn run(store: &Store, clock: &Clock, args: AddArgs) -> anyhow::Result<()> {
    let typed = ByHand {
        name: args.name,
        root: args.root,
        publish_server: args.publish_server,
        slug: args.slug.unwrap_or_default(),
    };
    let company = by_hand::add(store, clock, &typed).await?;
    say!(
        "{} is set up without an account: its lists are downloaded, not sent. Its pages start with /c/{}",
        company.name,
        company.slug
    );
    Ok(())
}
