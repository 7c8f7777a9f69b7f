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
