//! Reads requests as strictly as Adobe's schema: namespaces, order, `SOAPAction`.

use axum::http::{HeaderMap, header};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use roxmltree::{Document, Node};

use super::answer::{Fault, Head};

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const API: &str = "http://www.scene7.com/IpsApi/xsd";
const AUTH_ORDER: [&str; 9] = [
    "user",
    "password",
    "accessToken",
    "samlResponse",
    "locale",
    "appName",
    "appVersion",
    "gzipResponse",
    "faultHttpStatusCode",
];

/// A request whose envelope is in order.
pub(super) struct Request<'a, 'input> {
    pub operation: String,
    /// E-mail address and password, if it has any.
    pub credentials: Option<(String, String)>,
    param: Node<'a, 'input>,
}

/// Parses the bytes as XML without a document type.
pub(super) fn document(body: &[u8]) -> Result<Document<'_>, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| invalid("The request is not UTF-8"))?;
    Document::parse(text).map_err(|error| invalid(&error.to_string()))
}

impl<'a, 'input> Request<'a, 'input> {
    /// Checks everything around the operation's own elements, and fills `head` with what the answer needs.
    pub fn read(
        headers: &HeaderMap,
        document: &'a Document<'input>,
        head: &mut Head,
    ) -> Result<Self, Fault> {
        let text_xml = header_text(headers, "content-type").is_some_and(|kind| {
            kind.split(';')
                .next()
                .is_some_and(|k| k.trim() == "text/xml")
        });
        if !text_xml {
            return Err(invalid("The content type is not text/xml"));
        }
        let envelope = document.root_element();
        if !envelope.has_tag_name((ENVELOPE, "Envelope")) {
            return Err(invalid("The root is no SOAP 1.1 Envelope"));
        }
        let auth = elements(envelope)
            .find(|node| node.has_tag_name((ENVELOPE, "Header")))
            .and_then(|header| {
                elements(header).find(|node| node.tag_name().name() == "authHeader")
            });
        if let Some(auth) = auth {
            check_auth(auth)?;
            head.fault_status = text(auth, "faultHttpStatusCode")
                .and_then(|status| status.parse().ok())
                .unwrap_or(head.fault_status);
        }
        let param = param(envelope)?;
        let operation = param
            .tag_name()
            .name()
            .strip_suffix("Param")
            .ok_or_else(|| invalid("The body holds no Param element"))?;
        namespace(param).clone_into(&mut head.namespace);
        operation.clone_into(&mut head.operation);

        // Documented bare, quoted by SOAP 1.1; the real one takes both.
        let action = header_text(headers, "soapaction").unwrap_or_default();
        if action.trim_matches('"') != operation {
            return Err(invalid(&format!("SOAPAction {action} is not {operation}")));
        }
        Ok(Self {
            operation: operation.to_owned(),
            credentials: auth.and_then(from_header).or_else(|| from_basic(headers)),
            param,
        })
    }

    /// Demands that the `Param` element's children are these, in this order, each at most once.
    pub fn demand_order(&self, order: &[&str]) -> Result<(), Fault> {
        check_order(self.param, order)
    }

    /// The text of a child.
    pub fn text(&self, name: &str) -> Option<String> {
        text(self.param, name).map(str::to_owned)
    }

    /// Demands an element.
    pub fn required(&self, name: &str) -> Result<String, Fault> {
        let missing = || Fault::new(30_002, format!("{name} is missing"));
        self.text(name).ok_or_else(missing)
    }

    /// A boolean of the schema.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Fault> {
        match self.text(name).as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(other) => Err(invalid(&format!("{name} is no boolean: {other}"))),
        }
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, Fault> {
        let text = self.text(name);
        text.map(|text| {
            let no_number = |_| invalid(&format!("{name} is no number: {text}"));
            text.parse().map_err(no_number)
        })
        .transpose()
    }

    /// A list's `items` that have elements of their own, these in this order.
    pub fn entries(&self, name: &str, order: &[&str]) -> Result<Vec<Entry<'a, 'input>>, Fault> {
        if !self.has(name) {
            return Ok(Vec::new());
        }
        self.demand_items(name)?;
        let lists = elements(self.param).filter(|node| node.tag_name().name() == name);
        let items = lists.flat_map(elements).map(|item| {
            check_order(item, order)?;
            Ok(Entry(item))
        });
        items.collect()
    }

    /// A list of texts that may be left out.
    pub fn optional_items(&self, name: &str) -> Result<Option<Vec<String>>, Fault> {
        if !self.has(name) {
            return Ok(None);
        }
        self.demand_items(name)?;
        Ok(Some(self.items(name)))
    }

    /// Whether an element is there, even an empty one.
    pub fn has(&self, name: &str) -> bool {
        elements(self.param).any(|node| node.tag_name().name() == name)
    }

    /// Paths and texts of everything without children, but for the URLs and a password.
    pub fn texts(&self) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        collect(self.param, "", &mut texts);
        texts.retain(|(path, _)| path != "urlArray/items" && path != "password");
        texts
    }

    /// The texts of a list's `items`.
    pub fn items(&self, name: &str) -> Vec<String> {
        elements(self.param)
            .filter(|node| node.tag_name().name() == name)
            .flat_map(elements)
            .map(|item| item.text().unwrap_or_default().to_owned())
            .collect()
    }

    /// Demands that a list holds nothing but `items`.
    pub fn demand_items(&self, name: &str) -> Result<(), Fault> {
        let mut lists = elements(self.param).filter(|node| node.tag_name().name() == name);
        match lists.next() {
            Some(list)
                if elements(list).all(|item| {
                    item.tag_name().name() == "items" && namespace(item) == namespace(self.param)
                }) =>
            {
                Ok(())
            }
            Some(_) => Err(invalid(&format!("{name} may hold items only"))),
            None => Err(invalid(&format!("{name} is missing"))),
        }
    }
}

/// An item with elements of its own.
pub(super) struct Entry<'a, 'input>(Node<'a, 'input>);

impl Entry<'_, '_> {
    /// The text of a child; empty for an empty one.
    pub fn text(&self, name: &str) -> Option<&str> {
        let child = elements(self.0).find(|node| node.tag_name().name() == name)?;
        Some(child.text().unwrap_or_default())
    }
}

fn collect(parent: Node<'_, '_>, path: &str, texts: &mut Vec<(String, String)>) {
    for child in elements(parent) {
        let path = format!("{path}{}", child.tag_name().name());
        if elements(child).next().is_some() {
            collect(child, &format!("{path}/"), texts);
        } else {
            texts.push((path, child.text().unwrap_or_default().to_owned()));
        }
    }
}

/// The one child of the Body, in one of the API's namespaces.
fn param<'a, 'input>(envelope: Node<'a, 'input>) -> Result<Node<'a, 'input>, Fault> {
    let body = elements(envelope)
        .find(|node| node.has_tag_name((ENVELOPE, "Body")))
        .ok_or_else(|| invalid("There is no Body"))?;
    let mut children = elements(body);
    let (Some(param), None) = (children.next(), children.next()) else {
        return Err(invalid("The Body does not hold exactly one element"));
    };
    if !is_api(namespace(param)) {
        return Err(invalid("The Body's element is in no namespace of the API"));
    }
    Ok(param)
}

/// The schema's rules for `authHeader`. The versioned one demands to know who calls.
fn check_auth(auth: Node<'_, '_>) -> Result<(), Fault> {
    if !is_api(namespace(auth)) {
        return Err(invalid("authHeader is in no namespace of the API"));
    }
    check_order(auth, &AUTH_ORDER)?;
    let named = ["appName", "appVersion"]
        .iter()
        .all(|name| text(auth, name).is_some());
    if namespace(auth) != API && !named {
        return Err(invalid("appName and appVersion are missing"));
    }
    Ok(())
}

fn check_order(parent: Node<'_, '_>, order: &[&str]) -> Result<(), Fault> {
    let mut left = order.iter();
    for child in elements(parent) {
        let name = child.tag_name().name();
        if namespace(child) != namespace(parent) || !left.any(|next| *next == name) {
            return Err(invalid(&format!("{name} is not expected here")));
        }
    }
    Ok(())
}

fn from_header(auth: Node<'_, '_>) -> Option<(String, String)> {
    let user = text(auth, "user")?;
    let password = text(auth, "password")?;
    Some((user.to_owned(), password.to_owned()))
}

fn from_basic(headers: &HeaderMap) -> Option<(String, String)> {
    let encoded = header_text(headers, header::AUTHORIZATION.as_str())?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    let (email, password) = pair.split_once(':')?;
    Some((email.to_owned(), password.to_owned()))
}

fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn elements<'a, 'input: 'a>(parent: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    parent.children().filter(Node::is_element)
}

fn text<'a>(parent: Node<'a, '_>, name: &str) -> Option<&'a str> {
    parent
        .children()
        .find(|node| node.tag_name().name() == name)?
        .text()
}

fn namespace<'a>(node: Node<'a, '_>) -> &'a str {
    node.tag_name().namespace().unwrap_or_default()
}

/// The unversioned namespace, or one with a version: `.../xsd/2014-04-03`.
fn is_api(namespace: &str) -> bool {
    namespace
        .strip_prefix(API)
        .is_some_and(|version| version.is_empty() || version.starts_with('/'))
}

fn invalid(reason: &str) -> Fault {
    Fault::new(30_003, reason.to_owned())
}
