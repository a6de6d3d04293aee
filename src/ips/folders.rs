//! `getFolderTree`: the company's folders.

use super::{Account, Client, IpsError};

impl Client {
    /// The paths of all folders, without slashes at their ends, in no order and without repeats.
    pub async fn folder_tree(
        &self,
        account: &Account,
        company_handle: &str,
    ) -> Result<Vec<String>, IpsError> {
        let _ = (account, company_handle);
        todo!()
    }
}
