//! The endpoint's switches: which of the documented shapes it answers in, and how it misbehaves.

use std::ops::RangeInclusive;

/// The switches. They are read when a request arrives; `hold` is watched on.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, each off at first"
)]
pub struct Knobs {
    /// Requests are received and recorded, but wait until this is off again.
    pub hold: bool,
    /// What comes instead of the answer.
    pub instead: Option<Instead>,
    /// Requests meet this fault, by its code, once the account was found good.
    pub fault: Option<i32>,
    /// `hold`, `instead` and `fault` strike these requests only.
    pub only: Option<Only>,
    /// Answers come in a SOAP 1.2 envelope.
    pub soap12: bool,
    /// The HTTP status of faults, whatever the request asked for.
    pub fault_status: Option<u16>,
    /// Which of the documented answers an accepted purge gets.
    pub answer: AnswerForm,
    /// A purge that holds a URL with this text in it is refused, and the reason does not say because of which: fault 30001.
    pub refuse: Option<String>,
    /// No account may purge: fault 20003.
    pub no_permission: bool,
    /// Purges are accepted, and nothing is cleared.
    pub drop_purges: bool,
    /// Companies are told with an empty `rootPath`.
    pub no_roots: bool,
    /// Memberships alone are told with an empty `rootPath`.
    pub no_roots_in_memberships: bool,
    /// Which of the documented shapes a list of memberships has.
    pub membership: MembershipForm,
    /// Which of the documented shapes a folder tree has.
    pub folder_tree: FolderTreeForm,
    /// What `getUserInfo` tells of an account that signs in all the same.
    pub odd_user: Option<OddUser>,
    /// `allowMultiple` is spelt `alllowMultiple`, as in Adobe's example.
    pub misspelt: bool,
    /// The type of the application settings is listed with a company only.
    pub types_by_company: bool,
    /// What comes after an update of a property set.
    pub updated: UpdatedForm,
    /// Updates of property sets are accepted, and change nothing.
    pub drop_updates: bool,
    /// How searches misbehave.
    pub search: SearchKnobs,
}

/// How searches misbehave.
#[derive(Debug, Clone, Default)]
pub struct SearchKnobs {
    /// A condition on `LastModified` meets this fault, by its code: Adobe does not list it among the fields.
    pub no_last_modified: Option<i32>,
    /// Nothing is found, by searching or by name, nor any preset, as for an account that may read nothing: no refusal, but
    /// empty lists.
    pub blind: bool,
    /// By name, what is in the trash is found too.
    pub trash_by_name: bool,
    /// Questions by name that hold this one meet fault 30001.
    pub refused_name: Option<String>,
    /// What `totalRows` says.
    pub total_rows: TotalRows,
    /// After these pages it is these that come again and again.
    pub repeats: Option<RangeInclusive<u32>>,
    /// Pages have no more rows than this, whatever is asked for.
    pub largest_page: Option<usize>,
    /// The row of every page, from 0, that has no name.
    pub nameless_row: Option<usize>,
}

/// What `totalRows` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TotalRows {
    /// How many there are.
    #[default]
    True,
    /// Nothing: it is left out.
    Absent,
    /// This, whatever there is.
    Says(u64),
}

/// Some requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// Those of one operation.
    Operation(&'static str),
    /// Searches for this page and those that follow it.
    FromPage(u32),
}

/// An account that signs in, and should not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OddUser {
    /// `isValid` is false.
    NotValid,
    /// `passwordExpires` has passed a minute ago.
    PasswordOver,
}

/// The forms of an answer that accepts a purge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AnswerForm {
    /// Handle and estimated seconds, as Adobe's description has it.
    #[default]
    Handle,
    /// Counts of successes, warnings and errors, as Adobe's example has it.
    Counts,
    /// Counts with the last URL refused and the others cleared.
    Partial,
    /// Counts with the last two URLs refused and the others cleared; the reason names one of the two.
    PartialOfTwo,
}

/// The shapes of a list of memberships.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MembershipForm {
    /// `membershipArray/items/company`, with role and activity beside it, as the schema has it.
    #[default]
    Nested,
    /// The company's elements in `membershipArray/items` themselves, and no role, as Adobe's example has it.
    Flat,
    /// As flat, in `companyArray`, as before version 6.
    CompanyArray,
}

/// The shapes of a folder tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FolderTreeForm {
    /// `folders` is the root folder itself, as the schema has it.
    #[default]
    One,
    /// `folders` holds `items`, as Adobe's example has it.
    Items,
}

/// What comes after an update of a property set. All of them mean that it worked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UpdatedForm {
    /// An empty `updatePropertySetReturn`.
    #[default]
    EmptyReturn,
    /// An envelope whose body is empty.
    EmptyBody,
    /// No byte.
    Nothing,
}

/// What may come instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// A maintenance page with status 200. The request has not reached Adobe.
    Html,
    /// A gateway's error page with status 503. The request has not reached Adobe.
    Unavailable,
    /// The first half of the answer. The request was carried out.
    Truncated,
    /// Nothing, with status 200. The request was carried out.
    Empty,
    /// The connection is closed without an answer. The request was carried out.
    Closed,
    /// The connection is closed within the answer. The request was carried out.
    Cut,
    /// A gibibyte of blanks, compressed to a thousandth where the request allows it. The request was carried out.
    Bomb,
    /// Rows without end, half a gibibyte of them. The request was carried out.
    Huge,
    /// The answer with a document type whose entities grow to gigabytes. The request was carried out.
    Entities,
    /// The answer with an entity that stands for a file of the reader's machine. The request was carried out.
    ExternalEntity,
}

impl Knobs {
    /// Whether `hold`, `instead` and `fault` strike a request.
    pub(super) fn strike(&self, operation: &str, page: Option<u32>) -> bool {
        match self.only {
            None => true,
            Some(Only::Operation(name)) => name == operation,
            Some(Only::FromPage(first)) => {
                operation == "searchAssets" && page.is_some_and(|page| page >= first)
            }
        }
    }
}
