//! The reading operations of the sandbox's IPS endpoint: requests are written by hand here and answers read as XML, so
//! that nothing depends on the client that is tested against it elsewhere.

mod misbehaviour;
mod operations;
mod search;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
    response::Response,
};
use roxmltree::{Document, Node};
use tower::ServiceExt as _;
use unstale::{
    clock::{Clock, Timestamp},
    sandbox::{self, IpsSandbox, Sandbox, SandboxPorts, ips::Knobs},
};

const NAMESPACE: &str = "http://www.scene7.com/IpsApi/xsd/2014-04-03";

/// A running sandbox and a clock that only the test moves.
struct Lab {
    sandbox: Sandbox,
    clock: Clock,
}

impl Lab {
    async fn new() -> Self {
        let clock = Clock::manual(Timestamp::from_micros(1_700_000_000_000_000));
        let sandbox = Sandbox::start(clock.clone(), SandboxPorts::default(), None)
            .await
            .unwrap();
        Self { sandbox, clock }
    }

    fn knobs(&self, turn: impl FnOnce(&mut Knobs)) {
        self.sandbox.ips().knobs(turn);
    }

    async fn call(&self, operation: &str, children: &str) -> Answer {
        self.call_as(sandbox::ACCOUNT, operation, children).await
    }

    async fn call_as(&self, who: (&str, &str), operation: &str, children: &str) -> Answer {
        call(self.sandbox.ips(), who, operation, children).await
    }

    /// The names that a search finds, in its order.
    async fn names(&self, children: &str) -> Vec<String> {
        self.search(children).await.texts("name")
    }

    /// A search of the shop with these elements, which may be any that follow `includeSubfolders`.
    async fn search(&self, children: &str) -> Answer {
        let children = format!(
            "<companyHandle>c|6</companyHandle><includeSubfolders>true</includeSubfolders>{children}"
        );
        self.call("searchAssets", &children).await
    }
}

/// What came back.
struct Answer {
    status: StatusCode,
    body: String,
}

impl Answer {
    /// The texts of all elements of that name, in their order.
    fn texts(&self, name: &str) -> Vec<String> {
        let document = self.document();
        let named = document
            .descendants()
            .filter(|n| n.tag_name().name() == name);
        named
            .map(|n| n.text().unwrap_or_default().to_owned())
            .collect()
    }

    /// The text of the only element of that name.
    fn text(&self, name: &str) -> String {
        let texts = self.texts(name);
        assert_eq!(texts.len(), 1, "{name}: {}", self.body);
        texts.into_iter().next().unwrap()
    }

    /// The code of the fault that it is.
    fn fault(&self) -> i32 {
        assert_eq!(self.status, 500, "{}", self.body);
        self.text("code").parse().unwrap()
    }

    /// Names and texts of the children of the element at this path below the `Return` element.
    fn children(&self, path: &str) -> Vec<(String, String)> {
        let document = self.document();
        let mut node = body(&document).first_element_child().unwrap();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let mut children = node.children();
            let found = children.find(|n| n.tag_name().name() == name);
            node = found.unwrap_or_else(|| panic!("no {name} of {path}: {}", self.body));
        }
        let children = node.children().filter(Node::is_element);
        let pair = |n: Node<'_, '_>| {
            let name = n.tag_name().name().to_owned();
            (name, n.text().unwrap_or_default().to_owned())
        };
        children.map(pair).collect()
    }

    fn document(&self) -> Document<'_> {
        Document::parse(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

fn body<'a>(document: &'a Document<'_>) -> Node<'a, 'a> {
    let mut nodes = document.descendants();
    nodes.find(|n| n.tag_name().name() == "Body").unwrap()
}

fn request(who: (&str, &str), operation: &str, children: &str) -> Request<Body> {
    let (user, password) = who;
    let envelope = format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Header>\
         <authHeader xmlns=\"http://www.scene7.com/IpsApi/xsd\"><user>{user}</user><password>{password}</password>\
         <appName>Test</appName><appVersion>1</appVersion></authHeader></e:Header>\
         <e:Body><{operation}Param xmlns=\"{NAMESPACE}\">{children}</{operation}Param></e:Body></e:Envelope>"
    );
    Request::post("/scene7/services/IpsApiService")
        .header("content-type", "text/xml; charset=UTF-8")
        .header("soapaction", operation)
        .body(Body::from(envelope))
        .unwrap()
}

async fn send(router: Router, request: Request<Body>) -> Response {
    router.oneshot(request).await.unwrap()
}

async fn call(ips: &IpsSandbox, who: (&str, &str), operation: &str, children: &str) -> Answer {
    let response = send(ips.router(), request(who, operation, children)).await;
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 64 * 1024 * 1024)
        .await
        .unwrap();
    let body = String::from_utf8(bytes.to_vec()).unwrap();
    Answer { status, body }
}

fn list(name: &str, items: &[&str]) -> String {
    let items: String = items
        .iter()
        .map(|item| format!("<items>{item}</items>"))
        .collect();
    format!("<{name}>{items}</{name}>")
}

fn fields(fields: &[&str]) -> String {
    let fields: Vec<_> = fields
        .iter()
        .map(|field| match *field {
            "totalRows" => "totalRows".to_owned(),
            field => format!("assetArray/items/{field}"),
        })
        .collect();
    let fields: Vec<_> = fields.iter().map(String::as_str).collect();
    list("responseFieldArray", &fields)
}
