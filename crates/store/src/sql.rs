//! Statements that are put together: text with numbered places, and the values that go there.

use sqlx::{Arguments, AssertSqlSafe, Encode, Postgres, Type, postgres::PgArguments};

use crate::StoreResult;

/// A statement in the making. Text comes from this crate's own constants; whatever a user said is bound.
#[derive(Default)]
pub(crate) struct Sql {
    arguments: PgArguments,
}

impl Sql {
    /// Binds a value and returns its place: `$4`.
    pub(crate) fn bind<'q, T: Encode<'q, Postgres> + Type<Postgres> + 'q>(&mut self, value: T) -> StoreResult<String> {
        self.arguments.add(value).map_err(sqlx::Error::Encode)?;
        Ok(format!("${}", self.arguments.len()))
    }

    /// The query of this text, whose places are those that were bound.
    pub(crate) fn query(self, text: String) -> sqlx::query::Query<'static, Postgres, PgArguments> {
        sqlx::query_with(AssertSqlSafe(text), self.arguments)
    }
}
