//! A browser without JavaScript: it keeps a cookie, follows what it is told to, and sends a form as the page has it.

use std::sync::Mutex;

use reqwest::{
    Client, Method, RequestBuilder, StatusCode,
    header::{self, HeaderMap},
};
use scraper::{ElementRef, Html, Selector};

/// A client that caches nothing and follows nothing.
pub fn client() -> Client {
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// Somebody's browser.
pub struct Browser {
    http: Client,
    url: String,
    origin: String,
    cookie: Mutex<Option<String>>,
}

impl Browser {
    pub fn new(url: &str, origin: String) -> Self {
        Self {
            http: client(),
            url: url.to_owned(),
            origin,
            cookie: Mutex::default(),
        }
    }

    /// The cookie as it is sent: name and value.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    /// Another browser, or another moment, with this cookie.
    pub fn set_cookie(&self, cookie: Option<String>) {
        *self.cookie.lock().unwrap() = cookie;
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Opens a page, wherever it leads.
    pub async fn open(&self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..10 {
            if !answer.status.is_redirection() {
                return answer;
            }
            answer = self.get(&answer.location()).await;
        }
        panic!("{path} leads round in circles");
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_body(path, encode(fields)).await
    }

    /// A form's body as somebody else has encoded it.
    pub async fn post_body(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        self.send(self.form(path).body(body)).await
    }

    /// Presses a button of a form.
    pub async fn submit(&self, form: &Form) -> Answer {
        self.post_body(&form.action, form.encoded()).await
    }

    /// Presses it, and opens the page that it leads to.
    pub async fn submit_and_follow(&self, form: &Form) -> Answer {
        let answer = self.submit(form).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        self.open(&answer.location()).await
    }

    /// Sends a form as htmx does.
    pub async fn htmx(&self, form: &Form) -> Answer {
        let request = self.form(&form.action).header("hx-request", "true");
        self.send(request.body(form.encoded())).await
    }

    /// Sends a file as a browser's form does, after one other field.
    pub async fn upload(&self, path: &str, field: (&str, &str), file: (&str, &[u8])) -> Answer {
        const BOUNDARY: &str = "----a-boundary-of-the-test";
        let (name, value) = field;
        let (file_name, content) = file;
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n--{BOUNDARY}\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        let tail = format!("\r\n--{BOUNDARY}--\r\n");
        let body = [head.as_bytes(), content, tail.as_bytes()].concat();
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = self
            .request(Method::POST, path)
            .header(header::ORIGIN, &self.origin)
            .header(header::CONTENT_TYPE, kind);
        self.send(request.body(body)).await
    }

    /// A request with the cookie, to be changed by the test.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match self.cookie() {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }

    fn form(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
            .header(header::ORIGIN, &self.origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        if let Some(cookie) = response.headers().get(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let pair = cookie.split(';').next().unwrap().to_owned();
            let is_gone = pair.ends_with('=') || cookie.contains("Max-Age=0");
            self.set_cookie((!is_gone).then_some(pair));
        }
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }
}

/// Fields as a browser encodes them.
pub fn encode(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Where it leads.
    #[track_caller]
    pub fn location(&self) -> String {
        assert!(self.status.is_redirection(), "{}", self.body);
        self.header("location").to_owned()
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let value = self
            .headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name}"));
        value.to_str().unwrap()
    }

    /// As it is shown: what a template holds is on no page before a script puts it there.
    fn page(&self) -> Html {
        let mut page = Html::parse_document(&self.body);
        let is_template = selector("template");
        let templates: Vec<_> = page.select(&is_template).map(|it| it.id()).collect();
        for template in templates {
            page.tree.get_mut(template).unwrap().detach();
        }
        page
    }

    pub fn has(&self, css: &str) -> bool {
        self.count(css) > 0
    }

    pub fn count(&self, css: &str) -> usize {
        self.page().root_element().select(&selector(css)).count()
    }

    /// The text of the only element that matches.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        let mut texts = self.texts(css);
        assert_eq!(texts.len(), 1, "{css} in {}", self.body);
        texts.remove(0)
    }

    /// The text of each element that matches, white space collapsed at both ends.
    pub fn texts(&self, css: &str) -> Vec<String> {
        let page = self.page();
        page.root_element()
            .select(&selector(css))
            .map(text)
            .collect()
    }

    /// An attribute of each element that matches.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let page = self.page();
        page.root_element()
            .select(&selector(css))
            .filter_map(|element| element.attr(name))
            .map(str::to_owned)
            .collect()
    }

    /// What stands in a text area, to the character.
    #[track_caller]
    pub fn textarea(&self, css: &str) -> String {
        let page = self.page();
        let area = page.root_element().select(&selector(css)).next();
        area.unwrap_or_else(|| panic!("no {css} in {}", self.body))
            .text()
            .collect()
    }

    /// The form with its fields as they stand.
    #[track_caller]
    pub fn form(&self, css: &str) -> Form {
        let page = self.page();
        let form = page.root_element().select(&selector(css)).next();
        Form::read(form.unwrap_or_else(|| panic!("no {css} in {}", self.body)))
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

/// A form as a browser would send it.
#[derive(Clone)]
pub struct Form {
    pub action: String,
    fields: Vec<(String, String)>,
    buttons: Vec<(String, String)>,
}

impl Form {
    fn read(form: ElementRef<'_>) -> Self {
        let mut fields = Vec::new();
        let mut buttons = Vec::new();
        for element in form.select(&selector("input, textarea, button")) {
            let name = element.attr("name").unwrap_or_default().to_owned();
            let kind = element.attr("type").unwrap_or_default();
            let value = element.attr("value").unwrap_or_default().to_owned();
            let ticked = element.attr("checked").is_some();
            match element.value().name() {
                _ if element.attr("disabled").is_some() || name.is_empty() => {}
                "button" => buttons.push((name, value)),
                "textarea" => fields.push((name, crlf(&element.text().collect::<String>()))),
                _ if matches!(kind, "checkbox" | "radio") && !ticked => {}
                _ => fields.push((name, value)),
            }
        }
        Self {
            action: form.attr("action").unwrap_or_default().to_owned(),
            fields,
            buttons,
        }
    }

    /// Types into a field, chooses, or ticks a box.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Ticks one more of several boxes with the same name.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Removes a tick.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(own, _)| own != name);
        self
    }

    /// Presses a button that the page has.
    #[track_caller]
    pub fn press(self, name: &str, value: &str) -> Self {
        let button = (name.to_owned(), value.to_owned());
        assert!(
            self.buttons.contains(&button),
            "{name}={value} is not among {:?}",
            self.buttons
        );
        self.and(name, value)
    }

    /// The value of a field.
    #[track_caller]
    pub fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(own, _)| own == name);
        field.map_or_else(|| panic!("no field {name}"), |(_, value)| value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(own, _)| own == name)
    }

    fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish()
    }
}

/// Browsers send line ends as CRLF, whatever the page had.
fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\n', "\r\n")
}
