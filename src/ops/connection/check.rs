//! *Test connection*: step by step, so that the one that fails is named. What Adobe says on the way is kept: role,
//! password's end, settings, template.

use tracing::warn;

use super::{
    AccountError, Candidate, ConnectError, Connector, SignedIn, Trouble,
    doubts::{ASK_FOR_ROLE, ends_within},
};
use crate::{
    domain::{
        AccountFacts, CheckOutcome, CheckReport, CheckStep, CheckedStep, Company, CompanyId,
        MayPurge, PasswordLife, ValueSource,
    },
    ips::{Account, AssetSearch, IpsError, SortBy},
    store::{AskedAs, StoreError},
};

impl Connector {
    /// Tests the connection of a company, keeps the report, and returns it.
    pub async fn check(&self, company: &Company) -> Result<CheckReport, AccountError> {
        let account = self.account(company.id).await?;
        let mut taken = Taken::default();
        match self.membership(&account, company).await {
            Ok((signed_in, membership)) => {
                let looked = self
                    .look_around(&account, company, &signed_in, &membership, &mut taken)
                    .await;
                match looked {
                    Err(StoreError::NotFound) => return Err(AccountError::ChangedMeanwhile),
                    looked => looked?,
                }
            }
            Err(error) => taken.fail_at(&account, error)?,
        }
        let report = CheckReport::of(&taken.0, self.clock.now());
        let failed = |step: &&CheckedStep| step.outcome == CheckOutcome::Failed;
        for CheckedStep { step, sentence, .. } in report.steps.iter().filter(failed) {
            warn!(company = %company.id, step = step.title(), problem = sentence, "a test of the connection failed");
        }
        let kept = self
            .store
            .put_check_report(company.id, asked_as(&account), &report)
            .await;
        match kept {
            Err(StoreError::NotFound) => Err(AccountError::ChangedMeanwhile),
            kept => Ok(kept.map(|()| report)?),
        }
    }

    /// Takes over what Adobe says now of the account and of the company's settings: role, password's end, publish server,
    /// template. Where it says nothing, what is known stays, and why it says nothing is returned as a sentence.
    pub async fn refresh(
        &self,
        account: &Account,
        company: &Company,
    ) -> Result<Option<String>, StoreError> {
        let (signed_in, membership) = match self.membership(account, company).await {
            Ok(found) => found,
            Err(error) => {
                warn!(company = %company.id, %error, "the account's membership could not be read");
                return Ok(Some(error.trouble()?.whole()));
            }
        };
        match self
            .take_what_is_said(company.id, account, &signed_in, &membership)
            .await
        {
            Ok((_, unread)) => Ok(unread.as_ref().map(Trouble::told)),
            // Connected with another account meanwhile, or with none: it is not what was asked about.
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Takes over what Adobe says of the account, of the company, and of its settings. [`StoreError::NotFound`] when it is
    /// the company's account no longer.
    async fn take_what_is_said(
        &self,
        company: CompanyId,
        account: &Account,
        signed_in: &SignedIn,
        membership: &Candidate,
    ) -> Result<(Company, Option<IpsError>), StoreError> {
        let now = self.clock.now();
        let facts = signed_in.facts(membership, now);
        self.store
            .put_account_facts(company, asked_as(account), membership.said(&facts), now)
            .await?;
        self.take_over(company, account, &membership.handle).await
    }

    async fn membership(
        &self,
        account: &Account,
        company: &Company,
    ) -> Result<(SignedIn, Candidate), ConnectError> {
        let signed_in = self.ask_who(account).await?;
        match signed_in.in_company(company, true).cloned() {
            Some(membership) => Ok((signed_in, self.with_root(account, membership).await)),
            None => Err(ConnectError::NotAMember {
                company: company.name.clone(),
            }),
        }
    }

    async fn look_around(
        &self,
        account: &Account,
        company: &Company,
        signed_in: &SignedIn,
        membership: &Candidate,
        taken: &mut Taken,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let facts = signed_in.facts(membership, now);
        let (company, unread) = self
            .take_what_is_said(company.id, account, signed_in, membership)
            .await?;
        taken.reached(account);
        taken.signed_in(account, &facts, facts.password(now));
        taken.ok(
            CheckStep::CompanyFound,
            format!(
                "{} with the root {} and the handle {}.",
                membership.name,
                membership.root.as_deref().unwrap_or("unknown"),
                membership.handle
            ),
        );
        taken.may_purge(&facts);

        let own = self.store.company_settings(company.id).await?;
        taken.publish_server(&company, own.publish_server_source, unread);
        let first = AssetSearch {
            company_handle: &membership.handle,
            modified_between: None,
            sort: SortBy::Created,
            page: 1,
            per_page: 1,
            names_only: true,
        };
        match self.ips.search_assets(account, &first).await {
            Ok(page) => taken.ok(
                CheckStep::CatalogueReadable,
                match page.total_rows {
                    Some(total) => format!("Assets that the account may read: {total}."),
                    None => "Assets can be read.".to_owned(),
                },
            ),
            Err(error) => taken.failed(CheckStep::CatalogueReadable, Trouble::of(&error)),
        }
        Ok(())
    }
}

pub(super) fn asked_as(account: &Account) -> AskedAs<'_> {
    AskedAs {
        endpoint: account.endpoint.as_str(),
        email: &account.email,
    }
}

/// The steps so far.
#[derive(Default)]
struct Taken(Vec<CheckedStep>);

impl Taken {
    fn put(&mut self, step: CheckStep, outcome: CheckOutcome, sentence: String, advice: String) {
        self.0.push(CheckedStep {
            step,
            outcome,
            sentence,
            advice,
        });
    }

    fn ok(&mut self, step: CheckStep, sentence: String) {
        self.put(step, CheckOutcome::Ok, sentence, String::new());
    }

    fn failed(&mut self, step: CheckStep, trouble: Trouble) {
        self.put(step, CheckOutcome::Failed, trouble.sentence, trouble.advice);
    }

    /// The sign-in failed: what comes before the step that it belongs to went well, if anything was sent.
    fn fail_at(&mut self, account: &Account, error: ConnectError) -> Result<(), StoreError> {
        let step = error.step();
        if step > CheckStep::Reached && !error.is_unsent() {
            self.reached(account);
        }
        if step > CheckStep::SignedIn {
            let sentence = format!("Adobe accepts {}.", account.email);
            self.ok(CheckStep::SignedIn, sentence);
        }
        self.failed(step, error.trouble()?);
        Ok(())
    }

    fn reached(&mut self, account: &Account) {
        let sentence = format!("Adobe’s API answers at {}.", account.endpoint);
        self.ok(CheckStep::Reached, sentence);
    }

    fn signed_in(&mut self, account: &Account, facts: &AccountFacts, password: PasswordLife) {
        let who = match facts.name.as_str() {
            "" => account.email.clone(),
            name => format!("{name} ({})", account.email),
        };
        match password {
            PasswordLife::EndsSoon { days } => self.put(
                CheckStep::SignedIn,
                CheckOutcome::Warned,
                format!("Signed in as {who}. Its password {}.", ends_within(days)),
                "Set a new one at Dynamic Media Classic in time, then type it here.".to_owned(),
            ),
            PasswordLife::Lasts | PasswordLife::Over => {
                self.ok(CheckStep::SignedIn, format!("Signed in as {who}."));
            }
        }
    }

    fn may_purge(&mut self, facts: &AccountFacts) {
        let step = CheckStep::MayPurge;
        let role = facts.role.as_deref().unwrap_or("unknown");
        match facts.may_purge() {
            MayPurge::Yes if facts.is_ips_admin => {
                self.ok(
                    step,
                    "The account is an administrator of Adobe’s.".to_owned(),
                );
            }
            MayPurge::Yes => self.ok(step, format!("The account’s role is {role}.")),
            MayPurge::No => self.failed(
                step,
                Trouble {
                    sentence: format!("The account’s role is {role}: it may look, but not purge."),
                    advice: ASK_FOR_ROLE.to_owned(),
                },
            ),
            MayPurge::Unknown => self.put(
                step,
                CheckOutcome::Warned,
                "Adobe does not tell the account’s role.".to_owned(),
                "The first invalidation will show whether it may purge.".to_owned(),
            ),
        }
    }

    fn publish_server(
        &mut self,
        company: &Company,
        source: Option<ValueSource>,
        unread: Option<IpsError>,
    ) {
        let step = CheckStep::PublishServer;
        let server = company.publish_server.as_ref();
        match (server, unread) {
            (Some(server), None) => {
                let from = match source {
                    Some(ValueSource::Found { property, .. }) => {
                        format!("found in Dynamic Media, property {property}")
                    }
                    Some(ValueSource::Typed { by, .. }) => format!("typed here by {by}"),
                    None => "as it is set here".to_owned(),
                };
                self.ok(step, format!("{server}, {from}."));
            }
            (Some(server), Some(error)) => {
                let trouble = Trouble::of(&error);
                self.put(
                    step,
                    CheckOutcome::Warned,
                    format!(
                        "{server}, as it is set here; the settings at Dynamic Media cannot be read. {}",
                        trouble.sentence
                    ),
                    trouble.advice,
                );
            }
            (None, None) => self.failed(
                step,
                Trouble {
                    sentence: "The settings at Dynamic Media name no publish server.".to_owned(),
                    advice:
                        "Type it below, under Servers: what the company’s public URLs start with."
                            .to_owned(),
                },
            ),
            (None, Some(error)) => self.failed(step, Trouble::of(&error)),
        }
    }
}
