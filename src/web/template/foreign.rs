//! What the template's page says about the template at Dynamic Media.

use crate::{
    app::App,
    domain::{CompanyId, ForeignTemplate},
    store::StoreError,
    web::view::{Moment, grouped},
};

/// The template at Dynamic Media, as it was read last.
pub struct Foreign {
    /// Ready for our editor.
    pub template: ForeignTemplate,
    /// When it was read.
    pub read: Moment,
}

/// How it stands to ours, for the page.
pub struct ForeignView {
    pub standing: Standing,
    pub read: Moment,
    /// How many characters it has too many, grouped; empty when it fits.
    pub over: String,
    pub odd_line_ends: bool,
}

/// The two texts side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Ours was never saved: the page shows theirs.
    ShownHere,
    /// Both say the same.
    Same,
    /// They differ.
    Differs,
    /// There is none at Dynamic Media.
    OnlyHere,
}

impl Foreign {
    /// What was read last; `None` while nothing was.
    pub async fn of(app: &App, company: CompanyId) -> Result<Option<Self>, StoreError> {
        let state = app.store.connection_state(company).await?;
        let template = state.and_then(|state| state.template);
        Ok(template.map(|template| Self {
            template: ForeignTemplate::of(&template.text),
            read: template.read_at.into(),
        }))
    }

    /// How it stands to our text, which is `None` while none was saved. `None` when there is nothing to say.
    pub fn view(&self, ours: Option<&str>) -> Option<ForeignView> {
        let is_empty = self.template.text.is_empty();
        let standing = match ours {
            None if is_empty => return None,
            None => Standing::ShownHere,
            Some(ours) if self.template.says_the_same_as(ours) => Standing::Same,
            Some(_) if is_empty => Standing::OnlyHere,
            Some(_) => Standing::Differs,
        };
        let over = match self.template.over {
            0 => String::new(),
            over => grouped(over as u64),
        };
        Some(ForeignView {
            standing,
            read: self.read.clone(),
            over,
            odd_line_ends: self.template.odd_line_ends,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn the_page_says_how_the_two_templates_stand() {
        let foreign = |text: &str| Foreign {
            template: ForeignTemplate::of(text),
            read: Timestamp::from_micros(0).into(),
        };
        let standing = |theirs: &str, ours| foreign(theirs).view(ours).map(|view| view.standing);
        assert_eq!(standing("<ID>", None), Some(Standing::ShownHere));
        assert_eq!(standing("", None), None);
        assert_eq!(standing("<ID>\r\n", Some("<ID>")), Some(Standing::Same));
        assert_eq!(standing("", Some(" ")), Some(Standing::Same));
        assert_eq!(standing("<ID>", Some("")), Some(Standing::Differs));
        assert_eq!(standing("", Some("<ID>")), Some(Standing::OnlyHere));
    }
}
