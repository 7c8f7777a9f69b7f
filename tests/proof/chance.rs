//! Random numbers and choices.

/// A random number from 0 to below 1.
pub fn fraction() -> f64 {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).expect("randomness");
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}

/// A random number from `least` to below `end`.
pub fn between(least: usize, end: usize) -> usize {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("randomness");
    least + usize::from_le_bytes(bytes) % (end - least)
}

/// A random element; `None` if there is none.
pub fn any<T>(list: &[T]) -> Option<&T> {
    if list.is_empty() { None } else { list.get(between(0, list.len())) }
}

/// A random element; there must be at least one.
pub fn one<T: Copy, const N: usize>(list: [T; N]) -> T {
    list[between(0, N)]
}

/// True with this probability.
pub fn happens(part: f64) -> bool {
    fraction() < part
}
