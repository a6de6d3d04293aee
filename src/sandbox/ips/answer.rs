//! Writes the sandbox's answers, the good ones and the others.

use std::fmt::Write as _;

use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use quick_xml::escape::escape;
use time::{UtcOffset, format_description::BorrowedFormatItem, macros::format_description};

use super::{Instead, spoil::spoil};
use crate::clock::Timestamp;

/// `2018-03-30T20:00:50.234-05:00`, as Adobe writes instants.
const DATE_TIME: &[BorrowedFormatItem<'_>] = format_description!(
    "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3][offset_hour sign:mandatory]:[offset_minute]"
);

const UNVERSIONED: &str = "http://www.scene7.com/IpsApi/xsd";

/// A refusal, with one of Adobe's codes.
pub(super) struct Fault {
    /// 10000 to 30003; the first digit decides the sort.
    pub code: i32,
    reason: String,
}

impl Fault {
    pub fn new(code: i32, reason: String) -> Self {
        Self { code, reason }
    }

    /// The detail element, and what Adobe calls the exception.
    fn names(&self) -> (&'static str, &'static str) {
        match self.code {
            10_000..20_000 => ("authenticationFault", "AuthenticationException"),
            20_000..30_000 => ("authorizationFault", "AuthorizationException"),
            _ => ("ipsApiFault", "IpsApiException"),
        }
    }
}

/// What an answer takes from the request, as far as it could be read.
pub(super) struct Head {
    pub operation: String,
    /// Answers use the namespace of the request.
    pub namespace: String,
    /// The HTTP status that faults get.
    pub fault_status: u16,
    soap12: bool,
}

/// An answer, ready to be sent or spoilt.
pub(super) struct Reply {
    status: u16,
    message: String,
}

impl Head {
    pub fn new(soap12: bool) -> Self {
        Self {
            operation: String::new(),
            namespace: UNVERSIONED.to_owned(),
            fault_status: 500,
            soap12,
        }
    }

    pub fn accepted(&self, children: &str) -> Reply {
        let name = &self.operation;
        let namespace = escape(self.namespace.as_str());
        Reply {
            status: 200,
            message: self.envelope(&format!(
                "<{name}Return xmlns=\"{namespace}\">{children}</{name}Return>"
            )),
        }
    }

    pub fn fault(&self, fault: &Fault) -> Reply {
        let (element, exception) = fault.names();
        let detail = format!(
            "<{element} xmlns=\"{UNVERSIONED}\"><code>{}</code><reason>{}</reason></{element}>",
            fault.code,
            escape(fault.reason.as_str())
        );
        let body = if self.soap12 {
            format!(
                "<soapenv:Fault><soapenv:Code><soapenv:Value>soapenv:Sender</soapenv:Value></soapenv:Code>\
                 <soapenv:Reason><soapenv:Text xml:lang=\"en\">{exception}</soapenv:Text></soapenv:Reason>\
                 <soapenv:Detail>{detail}</soapenv:Detail></soapenv:Fault>"
            )
        } else {
            format!(
                "<soapenv:Fault><faultcode>soapenv:Client</faultcode><faultstring>{exception}</faultstring>\
                 <detail>{detail}</detail></soapenv:Fault>"
            )
        };
        Reply {
            status: self.fault_status,
            message: self.envelope(&body),
        }
    }

    /// An envelope without content.
    pub fn empty(&self) -> Reply {
        Reply {
            status: 200,
            message: self.envelope(""),
        }
    }

    fn envelope(&self, body: &str) -> String {
        let namespace = if self.soap12 {
            "http://www.w3.org/2003/05/soap-envelope"
        } else {
            "http://schemas.xmlsoap.org/soap/envelope/"
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <soapenv:Envelope xmlns:soapenv=\"{namespace}\"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
        )
    }
}

impl Reply {
    /// No byte.
    pub fn nothing() -> Self {
        Self {
            status: 200,
            message: String::new(),
        }
    }

    pub fn into_response(self, instead: Option<Instead>) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match instead {
            Some(instead) => spoil(self.message, status, instead),
            None => xml(status, self.message),
        }
    }
}

/// A response that holds this message.
pub(super) fn xml(status: StatusCode, message: String) -> Response {
    let kind = [(CONTENT_TYPE, "text/xml; charset=UTF-8")];
    (status, kind, message).into_response()
}

/// Adds `<name>value</name>`.
pub(super) fn leaf(xml: &mut String, name: &str, value: impl std::fmt::Display) {
    let value = value.to_string();
    // Writing to a string cannot fail.
    let _ = write!(xml, "<{name}>{}</{name}>", escape(value.as_str()));
}

/// Adds an instant, in the time of a far-away office.
pub(super) fn date_leaf(xml: &mut String, name: &str, instant: Timestamp) {
    let office = UtcOffset::from_hms(-5, 0, 0).unwrap_or(UtcOffset::UTC);
    let instant = instant.to_utc().to_offset(office);
    leaf(xml, name, instant.format(DATE_TIME).unwrap_or_default());
}

/// Adds an element that holds what `children` writes.
pub(super) fn group(xml: &mut String, name: &str, children: impl FnOnce(&mut String)) {
    let _ = write!(xml, "<{name}>");
    children(xml);
    let _ = write!(xml, "</{name}>");
}
