//! Figures: how they are taken, and how they are shown.

use std::time::Instant;

use crate::Result;

/// How much goes through a measured way, in bytes.
pub const BYTES: u32 = 1 << 30;

pub fn title(text: &str) {
    println!("\n{text}");
}

/// A figure, and what stands beside it.
pub fn line(name: &str, figure: &str, beside: &str) {
    println!("  {name:<46} {figure:>18}   {beside}");
}

/// What was measured, several times over.
#[derive(Clone, Default)]
pub struct Figures {
    taken: Vec<f64>,
}

impl Figures {
    pub fn take(&mut self, figure: f64) {
        self.taken.push(figure);
        self.taken.sort_by(f64::total_cmp);
    }

    /// Does something that 1 GiB goes through, and takes the megabytes a second.
    pub fn rate(&mut self, way: impl FnOnce() -> Result<()>) -> Result<()> {
        let since = Instant::now();
        way()?;
        self.take(f64::from(BYTES) / 1e6 / since.elapsed().as_secs_f64());
        Ok(())
    }

    /// The one in the middle; of an even number of figures, half-way between the two there.
    pub fn median(&self) -> f64 {
        let count = self.taken.len();
        let middle = |at: usize| self.taken.get(at).copied().unwrap_or(f64::NAN);
        f64::midpoint(middle(count.saturating_sub(1) / 2), middle(count / 2))
    }

    /// The least and the greatest, with so many digits.
    pub fn spread(&self, digits: usize) -> String {
        let of = |figure: Option<&f64>| figure.copied().unwrap_or(f64::NAN);
        format!("{:.digits$} to {:.digits$}", of(self.taken.first()), of(self.taken.last()))
    }

    /// Shows the median of a rate, beside that of the plain way where this is not it.
    pub fn rate_line(&self, name: &str, plain: Option<&Self>) {
        let spread = self.spread(0);
        let beside = plain.map_or(spread.clone(), |plain| {
            format!("× {:.2} of the plain way; {spread}", self.median() / plain.median())
        });
        line(name, &format!("{:.0} MB/s", self.median()), &beside);
    }
}
