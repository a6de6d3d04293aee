//! What a URL clears along with itself, as the outcome and the record list it.

/// So many are named; the rest is counted, and in the exports.
const NAMED: usize = 20;

/// The URLs that a base URL covers.
pub struct Covered {
    pub count: usize,
    /// The first of them.
    pub named: Vec<String>,
}

impl Covered {
    /// In a list that a page can bear.
    pub fn of(covers: &[String]) -> Self {
        Self {
            count: covers.len(),
            named: covers.iter().take(NAMED).cloned().collect(),
        }
    }
}
