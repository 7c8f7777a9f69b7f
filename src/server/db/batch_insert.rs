//! Inserts many rows by statements that each insert a batch. What a statement says besides its rows is the caller's.

use sqlx::AssertSqlSafe;

use crate::server::db::{Query, Transaction};

/// How many rows one statement inserts.
const BATCH: usize = 64;

/// The statement that inserts a whole batch, and the one that inserts a single row.
pub struct BatchInsert([String; 2]);

impl BatchInsert {
    /// `statement` makes a statement of its list of rows. Each row has `width` values, of whose placeholders `row` makes what
    /// stands in that list. `$1` is the same for all rows. Both must return constants but for what they are given.
    pub fn new(width: usize, row: impl Fn(&[String]) -> String, statement: impl Fn(&str) -> String) -> Self {
        let of = |rows: usize| {
            let placeholders =
                |at: usize| (0..width).map(|column| format!("${}", 2 + at * width + column)).collect::<Vec<_>>();
            statement(&(0..rows).map(|at| row(&placeholders(at))).collect::<Vec<_>>().join(", "))
        };
        Self([of(BATCH), of(1)])
    }

    /// Inserts these rows. `first` binds `$1`, and `bind` the values of one row.
    pub async fn insert<T>(
        &self,
        transaction: &mut Transaction,
        rows: &[T],
        first: impl for<'q> Fn(Query<'q>) -> Query<'q>,
        bind: impl for<'q> Fn(Query<'q>, &'q T) -> Query<'q>,
    ) -> Result<(), sqlx::Error> {
        let Self([of_batch, of_one]) = self;
        let (batches, rest) = rows.as_chunks::<BATCH>();
        let batches = batches.iter().map(|batch| (of_batch, batch.as_slice()));
        for (statement, batch) in batches.chain(rest.iter().map(|row| (of_one, std::slice::from_ref(row)))) {
            let query = first(sqlx::query(AssertSqlSafe(statement.clone())));
            batch.iter().fold(query, &bind).execute(&mut **transaction).await?;
        }
        Ok(())
    }
}
