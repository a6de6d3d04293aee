//! What the sandbox's shop has on its shelves: which assets it shows, under which addresses, in which words.

/// An asset in the shop.
#[derive(Debug)]
pub struct Article {
    /// The asset's ID.
    pub id: &'static str,
    /// What the shop calls it.
    pub name: &'static str,
    /// A line about it.
    pub text: &'static str,
    /// `image` or `content`: the service that delivers it.
    pub service: &'static str,
    /// The addresses that the shop uses: what follows the ID. Several in one, parted by blanks, are a `srcset`.
    pub endings: &'static [&'static str],
}

const fn picture(
    id: &'static str,
    name: &'static str,
    text: &'static str,
    endings: &'static [&'static str],
) -> Article {
    Article {
        id,
        name,
        text,
        service: "image",
        endings,
    }
}

/// The first thing one sees: the asset and the addresses of the documentation's own example.
pub const HERO: Article = picture(
    "spinset",
    "Sella Trail",
    "A light shoe for long days on rock and snow, to be turned and looked at from all sides.",
    &["?$pdp-main$", "", "?scl=1&qlt=100"],
);

/// The shop window: a preset, a smart crop, a `srcset`.
pub const WINDOW: [Article; 3] = [
    picture(
        "backpack",
        "Alpago 28",
        "The teaser is a smart crop: an address of its own, and so a cache entry of its own.",
        &[":Large", "?$PLP$"],
    ),
    picture(
        "storm-shell-front",
        "Storm Shell",
        "Three widths in a srcset: the browser picks one, the edge keeps each.",
        &["?wid=450 ?wid=900 ?wid=1350"],
    ),
    picture(
        "whiteout-goggles-front",
        "Whiteout",
        "An image preset for product lists.",
        &["?$PLP$", "?$thumbnail$"],
    ),
];

/// The document. `/is/content` is not formed from an asset by itself: the template names it.
pub const PAPER: Article = Article {
    id: "gspdf",
    name: "Getting started in the snow",
    text: "A PDF below /is/content: it takes a line of the template, or an address typed by hand.",
    service: "content",
    endings: &[""],
};

/// Names as people give them to files.
pub const NAMES: [Article; 4] = [
    picture("red shoe", "Red shoe", "A blank: %20.", &["?$product$"]),
    picture(
        "Größe",
        "Sizing chart",
        "Umlauts, in UTF-8.",
        &["?$product$"],
    ),
    picture(
        "salt+pepper",
        "Salt & pepper",
        "A plus sign: %2B.",
        &["?$product$"],
    ),
    picture(
        "Tea & Co <limited>",
        "Tea & Co <limited>",
        "Markup, taken literally.",
        &["?$product$"],
    ),
];

/// Through the other edge, on which the address up to `?` clears all its forms.
pub const SMART: [Article; 3] = [
    picture(
        "tour-88-top",
        "Tour 88",
        "Four sizes; clearing the base URL clears them all.",
        &["?$product$", "?$PLP$", "?$thumbnail$", "?wid=300"],
    ),
    picture(
        "bobble-hat-front",
        "Bobble",
        "Base URL and a preset.",
        &["?$product$", ""],
    ),
    picture(
        "ridge-tent-2-pitched",
        "Ridge 2",
        "A smart crop is a base URL of its own here, too.",
        &[":Medium", "?$product$"],
    ),
];
