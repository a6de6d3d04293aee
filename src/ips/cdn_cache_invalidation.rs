//! `cdnCacheInvalidation`: have URLs cleared from the CDN cache. Adobe takes the whole batch or none of it.

use serde::Deserialize;

use super::{
    Account, Client, IpsError,
    soap::{Elements, Items, Operation, URL, number},
};
use crate::domain::Receipt;

/// The longest time that we believe, in seconds.
const LONGEST_ESTIMATE: i64 = 3_600;

impl Client {
    /// Has `urls`, at most [`crate::domain::BATCH_LIMIT`] and all of one company or alias, cleared. Sending the same
    /// batch again is safe. The account needs the role `IpsCompanyAdmin` or `IpsAdmin`.
    pub async fn cdn_cache_invalidation(
        &self,
        account: &Account,
        company_handle: &str,
        urls: &[String],
    ) -> Result<Receipt, IpsError> {
        let operation = CdnCacheInvalidation {
            company_handle,
            urls,
        };
        self.call(account, &operation).await
    }
}

pub(super) struct CdnCacheInvalidation<'a> {
    company_handle: &'a str,
    urls: &'a [String],
}

/// Adobe's description has handle and seconds, its example has counts: either may come, and an empty element too.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    invalidation_handle: Option<String>,
    estimated_seconds: Option<String>,
    #[serde(default, deserialize_with = "number")]
    success_count: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    warning_count: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    error_count: Option<i64>,
    #[serde(default)]
    error_detail_array: Items<Detail>,
}

/// What the CDN says about one URL.
#[derive(Deserialize)]
struct Detail {
    #[serde(default, deserialize_with = "number")]
    code: Option<i64>,
    #[serde(default)]
    reason: String,
}

impl Operation for CdnCacheInvalidation<'_> {
    const NAME: &'static str = "cdnCacheInvalidation";
    type Answer = Answer;
    type Output = Receipt;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.leaf("companyHandle", "company handle", self.company_handle)?;
        param.array("urlArray", URL, self.urls)
    }

    fn read(answer: Answer) -> Result<Receipt, IpsError> {
        let details = answer.error_detail_array.items;
        let refused = answer.error_count.unwrap_or_default();
        if refused > 0 || !details.is_empty() {
            return Err(IpsError::Partial {
                accepted: answer.success_count,
                refused: refused.max(i64::try_from(details.len()).unwrap_or(i64::MAX)),
                errors: details
                    .into_iter()
                    .map(|detail| {
                        let code = detail.code.and_then(|code| i32::try_from(code).ok());
                        (code, detail.reason.trim().to_owned())
                    })
                    .collect(),
            });
        }
        Ok(Receipt {
            handle: answer
                .invalidation_handle
                .map(|handle| handle.trim().to_owned())
                .filter(|handle| !handle.is_empty()),
            estimated_seconds: answer.estimated_seconds.as_deref().and_then(seconds),
            warnings: clamped(answer.warning_count.unwrap_or_default(), i32::MAX.into()),
        })
    }
}

/// An estimate is for display only: one that cannot be read must not turn a purge that was taken into a failure.
fn seconds(text: &str) -> Option<i32> {
    let seconds: i64 = text.trim().parse().ok()?;
    Some(clamped(seconds, LONGEST_ESTIMATE))
}

fn clamped(value: i64, most: i64) -> i32 {
    i32::try_from(value.clamp(0, most)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ips::soap;

    fn answer(children: &str) -> Result<Receipt, IpsError> {
        let text = format!("<cdnCacheInvalidationReturn>{children}</cdnCacheInvalidationReturn>");
        let answer = soap::read(text.as_bytes(), "cdnCacheInvalidationReturn").unwrap();
        CdnCacheInvalidation::read(answer)
    }

    #[test]
    fn an_estimate_stays_within_an_hour_and_never_fails_a_purge() {
        for (text, seconds) in [
            ("5", Some(5)),
            (" 5 ", Some(5)),
            ("0", Some(0)),
            ("-3", Some(0)),
            ("99999999999", Some(3_600)),
            ("soon", None),
            ("", None),
        ] {
            let receipt = answer(&format!("<estimatedSeconds>{text}</estimatedSeconds>")).unwrap();
            assert_eq!(receipt.estimated_seconds, seconds, "{text}");
            assert_eq!(receipt.handle, None);
        }
    }

    #[test]
    fn warnings_are_counted_and_accepted() {
        let receipt =
            answer("<successCount>4</successCount><warningCount>2</warningCount>").unwrap();
        assert_eq!(receipt.warnings, 2);
    }

    #[test]
    fn errors_count_even_when_only_one_of_count_and_details_is_there() {
        let counted = answer("<errorCount>2</errorCount>").unwrap_err();
        assert!(
            matches!(counted, IpsError::Partial { refused: 2, .. }),
            "{counted:?}"
        );
        let detailed = answer("<errorDetailArray><items/></errorDetailArray>").unwrap_err();
        assert!(
            matches!(detailed, IpsError::Partial { refused: 1, .. }),
            "{detailed:?}"
        );
    }
}
