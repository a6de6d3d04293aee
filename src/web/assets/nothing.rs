//! Why a list is empty, and what to do.

use super::{
    kinds::label,
    wanted::{Show, Wanted},
};
use crate::{domain::AssetClass, web::view::isolated};

/// Says it. `is_being_read`: there is no whole catalogue yet, and one is on its way.
pub fn why_empty(wanted: &Wanted, is_being_read: bool) -> String {
    if let Some(class) = class_without_type(wanted) {
        let (kind, class) = (isolated(&wanted.asset_type), label(class));
        return format!("“{kind}” is not among “{class}”. Take the class or the type away.");
    }
    match wanted.list() {
        Show::Selected => "Nothing is selected yet.".to_owned(),
        Show::Recent => nothing_replaced(is_being_read).to_owned(),
        Show::All if !wanted.is_filtered() && is_being_read => {
            "There are no assets yet; they appear as the catalogue is read.".to_owned()
        }
        Show::All if !wanted.is_filtered() => {
            "There are no assets yet. An administrator can read the catalogue in Settings."
                .to_owned()
        }
        Show::All if wanted.text().is_empty() => {
            "Nothing here is like that. Take a filter away, or open another folder.".to_owned()
        }
        Show::All => {
            let (text, place) = (isolated(wanted.text()), place(wanted));
            format!(
                "Nothing matches “{text}”{place}. Every word must occur in the name, the file or the folder."
            )
        }
    }
}

/// Where a search looked, when not everywhere.
pub fn place(wanted: &Wanted) -> &'static str {
    match (wanted.folder.is_empty(), wanted.only == "1") {
        (true, false) => "",
        (true, true) => " outside all folders",
        (false, _) => " in this folder",
    }
}

/// Of *Changed recently*.
pub fn nothing_replaced(is_being_read: bool) -> &'static str {
    if is_being_read {
        "Nothing yet; what was replaced appears as the catalogue is read."
    } else {
        "Nothing was replaced in the last 30 days that was not invalidated since."
    }
}

/// The class that is asked for, where the type is one of another class.
fn class_without_type(wanted: &Wanted) -> Option<AssetClass> {
    let class = wanted.class()?;
    let mut others = AssetClass::ALL.into_iter().filter(|other| *other != class);
    others
        .any(|other| other.types().contains(&wanted.asset_type.as_str()))
        .then_some(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_of_another_class_is_called_so() {
        let mut wanted = Wanted {
            class: "image".to_owned(),
            asset_type: "Pdf".to_owned(),
            ..Wanted::default()
        };
        let why = why_empty(&wanted, false);
        assert!(
            why.starts_with("“\u{2068}Pdf\u{2069}” is not among “Images, sets, templates”"),
            "{why}"
        );
        wanted.class = "content".to_owned();
        assert!(why_empty(&wanted, false).starts_with("Nothing here is like that"));
    }
}
