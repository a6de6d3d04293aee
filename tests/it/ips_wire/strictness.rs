//! What the sandbox refuses, so that a client that passes its tests there is one that Adobe understands.

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use tower::ServiceExt as _;
use unstale::sandbox::ips::IpsSandbox;

use super::{fixture, sandbox::config};

/// A request that may be bent before it is sent.
struct Bent {
    body: String,
    headers: Vec<(&'static str, String)>,
}

impl Bent {
    fn new() -> Self {
        Self {
            body: fixture("w1-request.xml"),
            headers: vec![
                ("content-type", "text/xml; charset=UTF-8".to_owned()),
                ("soapaction", "cdnCacheInvalidation".to_owned()),
            ],
        }
    }

    fn with(from: &str, to: &str) -> Self {
        let mut bent = Self::new();
        assert!(bent.body.contains(from), "{from}");
        bent.body = bent.body.replace(from, to);
        bent
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|header| header.0 != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    async fn send(self) -> (StatusCode, String) {
        let mut request = Request::post("/scene7/services/IpsApiService");
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let router = IpsSandbox::new(config()).router();
        let response = router
            .oneshot(request.body(Body::from(self.body)).unwrap())
            .await
            .unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    async fn must_pass(self) -> String {
        let (status, body) = self.send().await;
        assert_eq!(status, 200, "{body}");
        assert!(body.contains("<invalidationHandle>"), "{body}");
        body
    }

    async fn must_fail(self, code: i32) -> String {
        let (status, body) = self.send().await;
        assert_eq!(status, 500, "{body}");
        assert!(body.contains(&format!("<code>{code}</code>")), "{body}");
        body
    }
}

const AUTH: &str = "<authHeader xmlns=\"http://www.scene7.com/IpsApi/xsd\">";
const CREDENTIALS: &str =
    "<user>admin@example.com</user><password>s3cret&amp;&lt;word&gt;</password>";

#[tokio::test]
async fn the_documented_request_is_accepted_with_the_action_bare_or_quoted() {
    Bent::new().must_pass().await;
    let quoted = Bent::new().header("soapaction", "\"cdnCacheInvalidation\"");
    quoted.must_pass().await;
}

#[tokio::test]
async fn an_action_of_another_operation_is_refused() {
    let wrong = Bent::new().header("soapaction", "getFolderTree");
    wrong.must_fail(30_003).await;
    let mut missing = Bent::new();
    missing.headers.pop();
    missing.must_fail(30_003).await;
}

#[tokio::test]
async fn credentials_come_in_either_namespace_or_as_basic() {
    let versioned = AUTH.replace("xsd\"", "xsd/2014-04-03\"");
    Bent::with(AUTH, &versioned).must_pass().await;
    // printf 'admin@example.com:s3cret&<word>' | base64
    let basic = "Basic YWRtaW5AZXhhbXBsZS5jb206czNjcmV0Jjx3b3JkPg==";
    let bent = Bent::with(CREDENTIALS, "");
    bent.header("authorization", basic).must_pass().await;
    Bent::with(CREDENTIALS, "").must_fail(10_000).await;
    let guess = Bent::with("s3cret", "guess");
    guess.must_fail(10_001).await;
}

#[tokio::test]
async fn elements_out_of_order_or_namespace_are_refused() {
    let array = "<urlArray><items>http://s7d7.example/is/image/Acme/a</items></urlArray>";
    let handle = "<companyHandle>c|6</companyHandle>";
    let original = fixture("w1-request.xml");
    let start = original.find("<urlArray>").unwrap();
    let end = original.find("</urlArray>").unwrap() + "</urlArray>".len();
    let urls = &original[start..end];
    for (from, to) in [
        (handle.to_owned(), String::new()),
        (format!("{handle}{urls}"), format!("{array}{handle}")),
        (urls.to_owned(), String::new()),
        (urls.to_owned(), format!("{array}{array}")),
        (
            urls.to_owned(),
            "<urlArray><url>x</url></urlArray>".to_owned(),
        ),
        (urls.to_owned(), format!("{array}<emailConfirmation/>")),
        (
            "<items>".to_owned(),
            "<items xmlns=\"urn:other\">".to_owned(),
        ),
        (
            "http://www.scene7.com/IpsApi/xsd/2014-04-03".to_owned(),
            "urn:other".to_owned(),
        ),
        (
            "http://schemas.xmlsoap.org/soap/envelope/".to_owned(),
            "urn:other".to_owned(),
        ),
        (
            "<locale>en-US</locale><appName>Unstale</appName>".to_owned(),
            "<appName>Unstale</appName><locale>en-US</locale>".to_owned(),
        ),
    ] {
        let code = if from == handle { 30_002 } else { 30_003 };
        Bent::with(&from, &to).must_fail(code).await;
    }
}

#[tokio::test]
async fn what_is_no_xml_request_is_refused() {
    let mut doctype = Bent::new();
    doctype.body.insert_str(0, "<!DOCTYPE x [<!ENTITY e 'x'>]>");
    doctype.must_fail(30_003).await;
    let mut nothing = Bent::new();
    nothing.body.clear();
    nothing.must_fail(30_003).await;
    let mut deep = Bent::new();
    deep.body = "<a>".repeat(100_000);
    deep.must_fail(30_003).await;
    let json = Bent::new().header("content-type", "application/json");
    json.must_fail(30_003).await;
}

#[tokio::test]
async fn the_request_chooses_status_namespace_and_compression() {
    let version = "<appVersion>VERSION</appVersion>";
    let wanted = format!("{version}<faultHttpStatusCode>200</faultHttpStatusCode>");
    let (status, body) = Bent::with(version, &wanted)
        .header("soapaction", "other")
        .send()
        .await;
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("<code>30003</code>"), "{body}");

    let body = Bent::with("xsd/2014-04-03", "xsd/2013-02-15")
        .must_pass()
        .await;
    assert!(body.contains("Return xmlns=\"http://www.scene7.com/IpsApi/xsd/2013-02-15\""));

    let (_, zipped) = Bent::new().header("accept-encoding", "gzip").send().await;
    assert!(zipped.starts_with('\u{1f}'), "{zipped}");
}
