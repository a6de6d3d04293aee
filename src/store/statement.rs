//! A statement that is put together from parts, before it is known which database will run it.

use std::borrow::Cow;

use uuid::Uuid;

use super::convert::storable;

/// A part of a statement.
#[derive(Debug)]
pub(super) enum Part {
    /// SQL of ours; never anything that somebody typed.
    Sql(&'static str),
    Uuid(Uuid),
    Number(i64),
    Text(String),
}

/// SQL and values in turn. [`run!`] makes a query of it.
#[derive(Debug, Default)]
pub(super) struct Statement(pub(super) Vec<Part>);

impl Statement {
    pub(super) fn sql(&mut self, sql: &'static str) -> &mut Self {
        self.0.push(Part::Sql(sql));
        self
    }

    pub(super) fn uuid(&mut self, id: Uuid) -> &mut Self {
        self.0.push(Part::Uuid(id));
        self
    }

    pub(super) fn number(&mut self, number: i64) -> &mut Self {
        self.0.push(Part::Number(number));
        self
    }

    pub(super) fn text<'a>(&mut self, text: impl Into<Cow<'a, str>>) -> &mut Self {
        let text = storable(&text.into()).into_owned();
        self.0.push(Part::Text(text));
        self
    }

    /// `(first, second, ..)`, each bound.
    pub(super) fn uuids(&mut self, ids: impl IntoIterator<Item = Uuid>) -> &mut Self {
        self.list(ids.into_iter().map(Part::Uuid))
    }

    /// The same for text.
    pub(super) fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> &mut Self {
        let texts = texts.into_iter();
        self.list(texts.map(|text| Part::Text(storable(text).into_owned())))
    }

    /// The same for numbers.
    pub(super) fn numbers(&mut self, numbers: impl IntoIterator<Item = i64>) -> &mut Self {
        self.list(numbers.into_iter().map(Part::Number))
    }

    fn list(&mut self, values: impl Iterator<Item = Part>) -> &mut Self {
        self.sql("(");
        for (index, value) in values.enumerate() {
            if index > 0 {
                self.sql(", ");
            }
            self.0.push(value);
        }
        self.sql(")")
    }
}

/// Makes a `QueryBuilder` of the parts, inside a body that is compiled for each database.
macro_rules! build {
    ($statement:expr) => {{
        let mut sql = sqlx::QueryBuilder::new("");
        for part in &$statement.0 {
            match part {
                $crate::store::statement::Part::Sql(text) => sql.push(*text),
                $crate::store::statement::Part::Uuid(id) => sql.push_bind(*id),
                $crate::store::statement::Part::Number(number) => sql.push_bind(*number),
                $crate::store::statement::Part::Text(text) => sql.push_bind(text.as_str()),
            };
        }
        sql
    }};
}
