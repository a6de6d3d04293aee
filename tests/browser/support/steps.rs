//! Steps that several journeys take, in the words of the page.

use std::time::Duration;

use serde::de::DeserializeOwned;
use thirtyfour::{
    error::{WebDriverError, WebDriverErrorInner},
    extensions::query::ElementQuery,
    prelude::*,
};

use super::{Browser, PASSWORD, World};

impl Browser {
    /// What is looked for. A page or a part of it may be replaced meanwhile; then it is looked for again.
    fn look_for(&self, by: By) -> ElementQuery {
        self.query(by).ignore_errors(true)
    }

    /// The first element that matches, as soon as there is one.
    pub async fn one(&self, selector: &str) -> WebDriverResult<WebElement> {
        self.look_for(By::Css(selector)).first().await
    }

    /// Waits for an element that holds this text.
    pub async fn see(&self, selector: &str, text: &str) -> WebDriverResult<WebElement> {
        let wanted = text.to_owned();
        let seen = self
            .look_for(By::Css(selector))
            .with_text(move |found: &str| found.contains(&wanted))
            .first()
            .await;
        if seen.is_err() {
            let page = "return location.pathname + ': ' + document.body.innerText.slice(0, 500)";
            let page: String = self.ask(page).await?;
            panic!("{selector} with {text:?} is not on {page}");
        }
        seen
    }

    /// Presses what matches.
    pub async fn press(&self, selector: &str) -> WebDriverResult<()> {
        self.click(By::Css(selector)).await
    }

    /// Presses the button or link with these words.
    pub async fn press_words(&self, words: &str) -> WebDriverResult<()> {
        let path = format!(
            "//main//*[self::button or self::a or self::summary][not(@aria-hidden)][normalize-space()='{words}']"
        );
        self.click(By::XPath(path)).await
    }

    /// Clicks the first that matches. A part of the page that is replaced between the look and the click is looked for
    /// again: what is gone was not clicked.
    async fn click(&self, by: By) -> WebDriverResult<()> {
        loop {
            let found = self.look_for(by.clone()).and_clickable().first().await?;
            match found.click().await {
                Err(error) if is_stale(&error) => (),
                clicked => return clicked,
            }
        }
    }

    /// Types into the field that matches, which is looked for again as [`Self::click`] does it.
    pub async fn type_into(&self, selector: &str, text: &str) -> WebDriverResult<()> {
        loop {
            match self.one(selector).await?.send_keys(text).await {
                Err(error) if is_stale(&error) => (),
                typed => return typed,
            }
        }
    }

    /// Waits until a script of the test's own says so.
    pub async fn until(&self, holds: &str) -> WebDriverResult<()> {
        let holding = async {
            while !self.ask::<bool>(&format!("return {holds}")).await? {}
            Ok(())
        };
        let waited = tokio::time::timeout(Duration::from_mins(1), holding).await;
        waited.unwrap_or_else(|_| panic!("never: {holds}"))
    }

    /// Waits until the picker's status, which is read out and not seen, holds this text.
    pub async fn hear(&self, words: &str) -> WebDriverResult<()> {
        let status = "document.querySelector('#picker-status').textContent";
        self.until(&format!("{status}.includes('{words}')")).await
    }

    /// What a script of the test's own returns.
    pub async fn ask<T: DeserializeOwned>(&self, script: &str) -> WebDriverResult<T> {
        self.execute(script, vec![]).await?.convert()
    }

    /// Signs in and comes to Tools.
    pub async fn sign_in(&self, world: &World, email: &str) -> WebDriverResult<()> {
        self.goto(world.at("/sign-in")).await?;
        self.type_into("#email", email).await?;
        self.type_into("#password", PASSWORD).await?;
        self.press_words("Sign in").await?;
        self.see("h1", "Tools").await?;
        Ok(())
    }

    /// From Tools to the details of a new invalidation with this asset.
    pub async fn start_with(&self, asset: &str) -> WebDriverResult<()> {
        self.press("button.tile").await?;
        self.add_asset(asset).await
    }

    /// From the details through the picker, and back to them.
    pub async fn add_asset(&self, asset: &str) -> WebDriverResult<()> {
        self.press_words("Add Assets").await?;
        self.type_into("#q", asset).await?;
        self.press_words("Search").await?;
        self.see(".asset-row:first-child .asset-id", asset).await?;
        self.press(".asset-row:first-child .asset-pick").await?;
        self.press_words("Add").await?;
        self.see(".asset-list .asset-name", asset).await?;
        Ok(())
    }

    /// The URLs that Confirm or the outcome lists, from top to bottom, without the removed ones.
    pub async fn listed(&self) -> WebDriverResult<Vec<String>> {
        // In one go: the outcome's list is replaced while it is sent.
        self.ask(
            "return [...document.querySelectorAll('.url-row:not(.is-removed) .url-text')].map((it) => it.innerText)",
        )
        .await
    }
}

/// Whether the page no longer holds what was found on it.
fn is_stale(error: &WebDriverError) -> bool {
    matches!(**error, WebDriverErrorInner::StaleElementReference(_))
}
