//! Image presets: named sets of modifiers, `?$name$` in a URL.

/// An image preset of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// The name, as it stands between the dollar signs.
    pub name: String,
    /// What it stands for, such as `wid=150&hei=150`.
    pub modifier: String,
}
