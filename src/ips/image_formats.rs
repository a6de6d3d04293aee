//! `getImageFormats`: the company's image presets.

use super::{Account, Client, IpsError};
use crate::domain::Preset;

impl Client {
    /// The image presets; there may be none.
    pub async fn image_formats(
        &self,
        account: &Account,
        company_handle: &str,
    ) -> Result<Vec<Preset>, IpsError> {
        let _ = (account, company_handle);
        todo!()
    }
}
