//! Messages out. What XML cannot carry is refused here, before anything is sent.

use quick_xml::escape::partial_escape;
use secrecy::ExposeSecret as _;

use super::Operation;
use crate::ips::{Account, IpsError};

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The credentials stay in the unversioned namespace, whatever version the operation speaks.
const AUTH_HEADER: &str = "http://www.scene7.com/IpsApi/xsd";
/// The newest version with a public description.
const API: &str = "http://www.scene7.com/IpsApi/xsd/2014-04-03";

/// The field names that [`IpsError::InvalidRequest`] uses.
pub(in crate::ips) const USER: &str = "account's e-mail address";
pub(in crate::ips) const PASSWORD: &str = "account's password";
pub(in crate::ips) const URL: &str = "URL";

/// The whole message.
///
/// It asks for no `faultHttpStatusCode`: the default of 500 is documented, and we judge by the body in any case.
pub(in crate::ips) fn request<O: Operation>(
    account: &Account,
    operation: &O,
) -> Result<String, IpsError> {
    let mut auth = Elements::default();
    auth.leaf("user", USER, &account.email)?;
    auth.leaf("password", PASSWORD, account.password.expose_secret())?;
    auth.word("locale", "en-US");
    auth.word("appName", "Unstale");
    auth.word("appVersion", env!("CARGO_PKG_VERSION"));
    let mut param = Elements::default();
    operation.write(&mut param)?;
    let (name, auth, param) = (O::NAME, auth.0, param.0);
    Ok(format!(
        "<soapenv:Envelope xmlns:soapenv=\"{ENVELOPE}\">\
         <soapenv:Header><authHeader xmlns=\"{AUTH_HEADER}\">{auth}</authHeader></soapenv:Header>\
         <soapenv:Body><{name}Param xmlns=\"{API}\">{param}</{name}Param></soapenv:Body>\
         </soapenv:Envelope>"
    ))
}

/// Elements in the making, in the order in which they are added.
#[derive(Default)]
pub(in crate::ips) struct Elements(String);

impl Elements {
    /// Adds `<name>value</name>`. `field` is what people call it, for the error.
    pub fn leaf(&mut self, name: &str, field: &'static str, value: &str) -> Result<(), IpsError> {
        if let Some(character) = forbidden_in(value) {
            return Err(IpsError::InvalidRequest { field, character });
        }
        // It escapes carriage returns too, which a parser would turn into line feeds.
        let value = partial_escape(value);
        self.push(&["<", name, ">", &value, "</", name, ">"]);
        Ok(())
    }

    /// Adds `<name><items>value</items>...</name>`, Adobe's form of every list.
    pub fn array(
        &mut self,
        name: &str,
        field: &'static str,
        values: &[String],
    ) -> Result<(), IpsError> {
        self.nested(name, |array| {
            values
                .iter()
                .try_for_each(|value| array.leaf("items", field, value))
        })
    }

    /// Adds `<name>value</name>` where there is a value.
    pub fn optional(
        &mut self,
        name: &str,
        field: &'static str,
        value: Option<&str>,
    ) -> Result<(), IpsError> {
        value.map_or(Ok(()), |value| self.leaf(name, field, value))
    }

    /// Adds `<name>value</name>` with a word of ours, which needs no check.
    pub fn word(&mut self, name: &str, value: &str) {
        self.push(&["<", name, ">", value, "</", name, ">"]);
    }

    /// Adds `<name>...</name>` with what `fill` puts into it.
    pub fn nested(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut Self) -> Result<(), IpsError>,
    ) -> Result<(), IpsError> {
        self.push(&["<", name, ">"]);
        fill(self)?;
        self.push(&["</", name, ">"]);
        Ok(())
    }

    /// Adds the paths of these fields of an array's items, for a `responseFieldArray`: paths below the `Return` element.
    pub fn fields_of(&mut self, array: &str, fields: &[&str]) {
        for field in fields {
            self.push(&["<items>", array, "/items/", field, "</items>"]);
        }
    }

    fn push(&mut self, parts: &[&str]) {
        self.0.extend(parts.iter().copied());
    }
}

/// The first character of `text` that XML 1.0 forbids, even escaped.
pub(in crate::ips) fn forbidden_in(text: &str) -> Option<char> {
    // Answers are long: most are through after this. U+FFFE and U+FFFF begin with the byte EF.
    let suspicious = |byte| matches!(byte, 0..=8 | 11..=12 | 14..=31 | 0xEF);
    if !text.bytes().any(suspicious) {
        return None;
    }
    text.chars().find(|character| {
        !matches!(character,
            '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leaf(value: &str) -> Result<String, IpsError> {
        let mut elements = Elements::default();
        elements.leaf("items", URL, value)?;
        Ok(elements.0)
    }

    #[test]
    fn ampersands_and_brackets_are_escaped() {
        for (value, xml) in [
            ("h/spinset?scl=1&qlt=100", "h/spinset?scl=1&amp;qlt=100"),
            ("h/a?x=&amp;", "h/a?x=&amp;amp;"),
            ("<ID>]]>", "&lt;ID&gt;]]&gt;"),
            ("a\r\nb", "a&#13;\nb"),
            ("h/Größe?$a$", "h/Größe?$a$"),
        ] {
            assert_eq!(leaf(value).unwrap(), format!("<items>{xml}</items>"));
        }
    }

    #[test]
    fn characters_that_xml_forbids_are_refused() {
        for character in ['\0', '\u{1}', '\u{B}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            assert_eq!(
                leaf(&format!("https://h/{character}")),
                Err(IpsError::InvalidRequest {
                    field: URL,
                    character
                })
            );
        }
        for character in ['\t', '\n', '\u{7F}', '\u{FFFD}', '\u{1F45F}'] {
            assert!(leaf(&character.to_string()).is_ok(), "{character:?}");
        }
    }

    proptest! {
        #[test]
        fn a_parser_gets_back_what_was_written(value in any::<String>()) {
            let Ok(xml) = leaf(&value) else {
                prop_assert!(forbidden_in(&value).is_some());
                return Ok(());
            };
            let document = roxmltree::Document::parse(&xml).unwrap();
            prop_assert_eq!(document.root_element().text().unwrap_or_default(), value);
        }
    }
}
