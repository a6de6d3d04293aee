//! Guards over `static/` and `templates/` that no compiler gives: colours that can be read, icons and files that are
//! there, and nothing that the Content-Security-Policy would silently drop.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Text on its ground, by token names: WCAG 2.2 asks for 4.5:1.
const TEXT: &[(&[&str], &[&str])] = &[
    (
        &["ink", "ink-soft", "ink-faint", "link"],
        &["page-bg", "surface", "sunken", "accent-soft", "bad-soft"],
    ),
    (&["ok"], &["page-bg", "surface", "ok-soft"]),
    (&["warn"], &["page-bg", "surface", "warn-soft"]),
    (&["bad"], &["page-bg", "surface", "bad-soft"]),
    (&["info"], &["page-bg", "surface", "info-soft"]),
    (
        &["on-accent"],
        &["accent", "accent-hover", "bad-fill", "bad-fill-hover"],
    ),
];

/// Edges and marks that must be seen: 3:1.
const EDGES: &[(&[&str], &[&str])] = &[
    (
        &["line-control", "focus"],
        &["page-bg", "surface", "sunken"],
    ),
    (&["accent", "brand", "bad-fill"], &["page-bg", "surface"]),
];

#[test]
fn every_colour_pair_keeps_its_contrast_in_both_schemes() {
    let css = read("static/css/tokens.css");
    let (light, dark) = css
        .split_once("prefers-color-scheme: dark")
        .expect("tokens for two schemes");
    for (scheme, tokens) in [("light", colours(light)), ("dark", colours(dark))] {
        for (pairs, least) in [(TEXT, 4.5), (EDGES, 3.0)] {
            for (front, back) in pairs.iter().flat_map(|(fronts, backs)| {
                fronts
                    .iter()
                    .flat_map(|front| backs.iter().map(move |back| (*front, *back)))
            }) {
                let ratio = contrast(&tokens[front], &tokens[back]);
                assert!(
                    ratio >= least,
                    "{scheme}: --{front} on --{back} is {ratio:.2}, below {least}"
                );
            }
        }
    }
}

#[test]
fn colours_are_named_in_the_tokens_only() {
    for path in files("static/css", "css")
        .into_iter()
        .filter(|path| !path.ends_with("tokens.css"))
    {
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let literal = ["rgb(", "hsl(", "oklch("]
                .iter()
                .any(|start| line.contains(start))
                || line.contains(": #")
                || line.contains(" solid #");
            assert!(!literal, "{}:{}: {line}", path.display(), number + 1);
        }
    }
}

#[test]
fn every_file_that_a_style_sheet_names_is_there() {
    for path in files("static/css", "css") {
        let css = fs::read_to_string(&path).unwrap();
        for rest in css.split("url(\"").skip(1) {
            let target = path.parent().unwrap().join(rest.split('"').next().unwrap());
            assert!(
                target.is_file(),
                "{} names {}",
                path.display(),
                target.display()
            );
        }
        assert!(
            !css.contains("@import"),
            "{}: an import would miss the hashed name",
            path.display()
        );
    }
}

#[test]
fn every_icon_that_a_template_uses_is_drawn() {
    let sprite = read("static/icons.svg");
    for path in files("templates", "html") {
        let html = fs::read_to_string(&path).unwrap();
        let linked = html
            .split("<use href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next()?.split('#').nth(1));
        let called = html
            .split("icon(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        for name in linked.chain(called).filter(|name| !name.contains('{')) {
            assert!(
                sprite.contains(&format!("<symbol id=\"{name}\"")),
                "{}: no icon {name}",
                path.display()
            );
        }
    }
}

#[test]
fn no_template_holds_what_the_content_security_policy_forbids() {
    for path in files("templates", "html") {
        let html = fs::read_to_string(&path).unwrap();
        for forbidden in [
            " style=",
            "<style",
            " onclick=",
            " onchange=",
            " onsubmit=",
            "javascript:",
            "hx-on",
        ] {
            assert!(
                !html.contains(forbidden),
                "{} holds {forbidden}",
                path.display()
            );
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("the file is part of the repository")
}

/// All files below `folder` with this extension; none when the folder is not there.
fn files(folder: impl AsRef<Path>, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root().join(folder)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.expect("a readable folder").path()) {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
    found
}

/// `--name: #rrggbb;` lines as name and red, green, blue from 0 to 1.
fn colours(css: &str) -> BTreeMap<&str, [f64; 3]> {
    css.lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("--")?
                .strip_suffix(';')?
                .split_once(": #")
        })
        .map(|(name, hex)| {
            (
                name,
                [0, 2, 4].map(|at| {
                    f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect("six hex digits"))
                        / 255.0
                }),
            )
        })
        .collect()
}

/// WCAG 2.2, "contrast ratio": 1 to 21.
fn contrast(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: &[f64; 3]) -> f64 {
    let linear = colour.map(|c| {
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}
