//! Lists of ids in statements. A statement has a fixed number of places for them, so that it is prepared once.

/// The statement with its `...` replaced by so many places, of which the first is `$first`.
pub(super) fn with_places(statement: &str, first: usize, places: usize) -> String {
    let places: Vec<_> = (first..first + places).map(|place| format!("${place}")).collect();
    statement.replace("...", &places.join(", "))
}

/// The id for each of so many places. If there are fewer ids, the last one is repeated.
pub(super) fn for_places<I: AsRef<str>>(ids: &[I], places: usize) -> impl Iterator<Item = &str> {
    (0..places).map(|place| ids.get(place).or(ids.last()).map_or("", AsRef::as_ref))
}

/// A statement with a list of at most `$most` ids, whose places are those after the first `$bound` values.
macro_rules! over_ids {
    ($statement:expr, $bound:literal, $most:expr) => {{
        static STATEMENT: std::sync::LazyLock<String> =
            std::sync::LazyLock::new(|| $crate::server::db::id_list::with_places($statement, $bound + 1, $most));
        // Built from constants alone.
        sqlx::AssertSqlSafe(STATEMENT.clone())
    }};
}
pub(super) use over_ids;

/// The query with these ids bound to the places of the list.
macro_rules! bound_to {
    ($query:expr, $ids:expr, $most:expr) => {{
        let mut query = $query;
        for id in $crate::server::db::id_list::for_places($ids, $most) {
            query = query.bind(id);
        }
        query
    }};
}
pub(super) use bound_to;
