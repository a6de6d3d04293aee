//! Steps that several journeys take, in the words of the page.

use serde::de::DeserializeOwned;
use thirtyfour::{extensions::query::ElementQuery, prelude::*};

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
        self.look_for(By::Css(selector))
            .desc(&format!("{selector} with {text:?}"))
            .with_text(move |found: &str| found.contains(&wanted))
            .first()
            .await
    }

    /// Presses what matches.
    pub async fn press(&self, selector: &str) -> WebDriverResult<()> {
        let query = self.look_for(By::Css(selector)).and_clickable();
        query.first().await?.click().await
    }

    /// Presses the button or link with these words.
    pub async fn press_words(&self, words: &str) -> WebDriverResult<()> {
        let path = format!(
            "//main//*[self::button or self::a or self::summary][not(@aria-hidden)][normalize-space()='{words}']"
        );
        let query = self.look_for(By::XPath(path)).and_clickable();
        query.first().await?.click().await
    }

    /// What a script of the test's own returns.
    pub async fn ask<T: DeserializeOwned>(&self, script: &str) -> WebDriverResult<T> {
        self.execute(script, vec![]).await?.convert()
    }

    /// Signs in and comes to Tools.
    pub async fn sign_in(&self, world: &World, email: &str) -> WebDriverResult<()> {
        self.goto(world.at("/sign-in")).await?;
        self.one("#email").await?.send_keys(email).await?;
        self.one("#password").await?.send_keys(PASSWORD).await?;
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
        self.one("#q").await?.send_keys(asset).await?;
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
