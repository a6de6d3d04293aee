//! Writes the sandbox's answers, the good ones and the others.

use std::{fmt::Write as _, future::ready};

use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use quick_xml::escape::escape;

use super::Instead;

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
    pub fn into_response(self, instead: Option<Instead>) -> Response {
        let xml = [(CONTENT_TYPE, "text/xml; charset=UTF-8")];
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match instead {
            None => (status, xml, self.message).into_response(),
            Some(Instead::Truncated) => {
                let mut half = self.message;
                half.truncate(half.floor_char_boundary(half.len() / 2));
                (status, xml, half).into_response()
            }
            Some(Instead::Empty) => StatusCode::OK.into_response(),
            Some(Instead::Html) => axum::response::Html(
                "<!DOCTYPE html><html><head><title>Maintenance</title></head>\
                 <body><h1>We will be back soon</h1></body></html>",
            )
            .into_response(),
            // The server gives a connection up when a body fails before its first byte.
            Some(Instead::Closed) => {
                let failure = std::io::Error::other("closed on purpose");
                Body::from_stream(stream::once(ready(Err::<Bytes, _>(failure)))).into_response()
            }
        }
    }
}

/// Adds `<name>value</name>`.
pub(super) fn leaf(xml: &mut String, name: &str, value: impl std::fmt::Display) {
    let value = value.to_string();
    // Writing to a string cannot fail.
    let _ = write!(xml, "<{name}>{}</{name}>", escape(value.as_str()));
}
