//! What the endpoint remembers of a request.

/// A request that arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// The name of the operation; empty when the request could not be read.
    pub operation: String,
    /// The e-mail address that it came with, if it had one.
    pub email: Option<String>,
    /// The company's handle, if it had one.
    pub company_handle: Option<String>,
    /// The URLs of its `urlArray`, in their order.
    pub urls: Vec<String>,
    /// The paths and texts of all its other elements without children, in their order: `sortBy`, `nameArray/items`,
    /// `systemFieldConditionArray/items/minDate`. The text of a password is left out.
    pub texts: Vec<(String, String)>,
    /// The code of the fault that it met; `None` when it was accepted.
    pub fault: Option<i32>,
    /// The URLs of a purge that were accepted, in their order, whether they were cleared or not
    /// ([`Knobs::drop_purges`](super::Knobs::drop_purges)); `None` where it was not carried out.
    pub accepted: Option<Vec<String>>,
}

impl Call {
    /// The first text at a path.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts(path).next()
    }

    /// All texts at a path.
    pub fn texts(&self, path: &str) -> impl Iterator<Item = &str> {
        let texts = self.texts.iter().filter(move |(at, _)| at == path);
        texts.map(|(_, text)| text.as_str())
    }

    /// The page that a search asks for.
    #[must_use]
    pub fn page(&self) -> Option<u32> {
        (self.operation == "searchAssets")
            .then(|| {
                self.text("resultsPage")
                    .map_or(Some(1), |page| page.parse().ok())
            })
            .flatten()
    }
}
