//! A look at a page as four people have it before them: at a desk and on a phone, by day and by night.

use std::{env, fs, path::PathBuf};

use thirtyfour::prelude::*;

use super::Browser;

/// A folder for a screenshot of each page, where it is set.
const SCREENSHOTS: &str = "UNSTALE_SCREENSHOTS";

const AXE: &str = include_str!("../../fixtures/axe/axe.min.js");

/// In the dark only colours differ: the first argument says whether to look at them alone.
const RUN_AXE: &str = "
    const [dark, done] = arguments;
    const wanted = dark ? { runOnly: ['color-contrast'] } : {};
    const where = (rule) => rule.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary).join('; ');
    const still = () => Promise.allSettled(document.getAnimations().map((moving) => moving.finished));
    document.fonts.ready
      .then(still)
      .then(() => axe.run(document, { resultTypes: ['violations'], ...wanted }))
      .then((found) => done(found.violations.map((rule) => rule.id + ': ' + where(rule))), (error) => done([String(error)]));";

/// What reaches beyond the window's edge.
const OVERFLOW: &str = "
    const root = document.documentElement, { scrollWidth, clientWidth } = root;
    return scrollWidth > clientWidth || innerWidth !== arguments[0] ? [`${scrollWidth} px, window ${innerWidth} px`] : [];";

impl Browser {
    /// Checks the page as it stands: nothing in the console, nothing for axe, nothing beyond the edge.
    pub async fn look(&self, name: &str) -> WebDriverResult<()> {
        assert_eq!(self.complaints().await?, [""; 0], "{name}: console");
        self.execute(AXE, vec![]).await?;
        for (width, height) in [(1280, 900), (390, 844)] {
            for scheme in ["light", "dark"] {
                self.dress(width, height, scheme).await?;
                let place = format!("{name}, {width} px, {scheme}");
                let found: Vec<String> = self
                    .execute_async(RUN_AXE, vec![(scheme == "dark").into()])
                    .await?
                    .convert()?;
                assert_eq!(found, [""; 0], "{place}: axe");
                let beyond: Vec<String> = self
                    .execute(OVERFLOW, vec![width.into()])
                    .await?
                    .convert()?;
                assert_eq!(beyond, [""; 0], "{place}: wider than the window");
                self.keep_screenshot(&format!("{name}-{width}-{scheme}"), width, height, scheme)
                    .await?;
            }
        }
        self.dress(1280, 900, "light").await?;
        assert_eq!(
            self.complaints().await?,
            [""; 0],
            "{name}: console, after axe"
        );
        Ok(())
    }

    /// What the console holds since it was asked last: errors, and what the Content-Security-Policy refused. Chromium
    /// also notes each answer of 4xx, which is how Unstale says that it cannot take something.
    pub async fn complaints(&self) -> WebDriverResult<Vec<String>> {
        let entries = self.browser_log().await?.into_iter();
        Ok(entries
            .map(|entry| entry.message)
            .filter(|message| {
                !["404", "409", "422"]
                    .iter()
                    .any(|status| message.contains(&format!("responded with a status of {status}")))
            })
            .collect())
    }

    /// The page at its whole height.
    async fn keep_screenshot(
        &self,
        name: &str,
        width: u32,
        height: u32,
        scheme: &str,
    ) -> WebDriverResult<()> {
        let Some(folder) = env::var_os(SCREENSHOTS).map(PathBuf::from) else {
            return Ok(());
        };
        let whole: u32 = self
            .ask("return document.documentElement.scrollHeight")
            .await?;
        self.dress(width, whole.max(height), scheme).await?;
        fs::create_dir_all(&folder).unwrap();
        self.screenshot(&folder.join(format!("{name}.png"))).await
    }
}
