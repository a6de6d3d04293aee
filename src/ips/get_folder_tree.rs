//! `getFolderTree`: the company's folders.

use serde::Deserialize;

use super::{
    Account, COMPANY, Client, IpsError,
    assets::bare_path,
    soap::{Elements, Items, Leaf, Operation},
};

impl Client {
    /// The paths of all folders, without slashes at their ends, in no order and without repeats. Trees of more than
    /// some 45 levels are refused as too deep.
    pub async fn folder_tree(
        &self,
        account: &Account,
        company_handle: &str,
    ) -> Result<Vec<String>, IpsError> {
        self.call(account, &GetFolderTree { company_handle }).await
    }
}

pub(super) struct GetFolderTree<'a> {
    pub company_handle: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    folders: Folder,
}

/// In Adobe's schema `folders` is the topmost folder; in its example `folders` is the list of them. This is both.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Folder {
    path: Leaf<String>,
    subfolder_array: Items<Folder>,
    items: Vec<Folder>,
}

impl Operation for GetFolderTree<'_> {
    const NAME: &'static str = "getFolderTree";
    /// The most folders that Adobe sends are 100,000, each some 400 bytes. Whether a list of response fields reaches
    /// every level of the tree is not documented, so the answer is not cut by one.
    const ANSWER_LIMIT: usize = 64 * 1024 * 1024;
    type Answer = Answer;
    type Output = Vec<String>;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.leaf("companyHandle", COMPANY, self.company_handle)?;
        // All levels.
        param.word("depth", "-1");
        Ok(())
    }

    fn read(answer: Answer) -> Result<Vec<String>, IpsError> {
        let mut paths = Vec::new();
        let mut waiting = vec![answer.folders];
        while let Some(folder) = waiting.pop() {
            paths.extend(folder.path.0.map(bare_path).filter(|path| !path.is_empty()));
            waiting.extend(folder.subfolder_array.items);
            waiting.extend(folder.items);
        }
        paths.sort_unstable();
        paths.dedup();
        Ok(paths)
    }
}
