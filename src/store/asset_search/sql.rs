//! A statement with its values, put together without knowing the database.

use std::fmt::Write as _;

use uuid::Uuid;

/// Text with `$1`, `$2` …, and what stands for them.
#[derive(Debug, Clone, Default)]
pub(super) struct Sql {
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

/// What both databases bind alike.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Bool(bool),
    Id(Uuid),
}

impl Sql {
    /// Adds text of ours.
    pub(super) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a value.
    pub(super) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let _ = write!(self.text, "${}", self.values.len());
        self
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Self {
        Self::Bool(is)
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

/// A query of sqlx with all values of a [`Sql`] bound. PostgreSQL plans it anew each time: a plan for any values would not
/// know how common these are. `SQLite` knows in no case.
macro_rules! bound {
    ($query:expr, $sql:expr, $store:expr) => {{
        let mut query = $query.persistent(!$store.is_postgres());
        for value in &$sql.values {
            query = match value {
                Value::Text(text) => query.bind(text.as_str()),
                Value::Number(number) => query.bind(*number),
                Value::Bool(is) => query.bind(*is),
                Value::Id(id) => query.bind(*id),
            };
        }
        query
    }};
}
