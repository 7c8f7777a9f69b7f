//! Figures: repeated measurements, and how they are printed.

use std::time::Instant;

use crate::Result;

/// How many bytes each throughput measurement transfers.
pub const BYTES: u32 = 1 << 30;

pub fn title(text: &str) {
    println!("\n{text}");
}

/// Prints a figure, with a remark beside it.
pub fn line(name: &str, figure: &str, beside: &str) {
    println!("  {name:<46} {figure:>18}   {beside}");
}

/// The results of one measurement, repeated several times.
#[derive(Clone, Default)]
pub struct Figures {
    taken: Vec<f64>,
}

impl Figures {
    pub fn take(&mut self, figure: f64) {
        self.taken.push(figure);
        self.taken.sort_by(f64::total_cmp);
    }

    /// Measures the throughput of something that transfers 1 GiB, in megabytes per second.
    pub fn rate(&mut self, way: impl FnOnce() -> Result<()>) -> Result<()> {
        let since = Instant::now();
        way()?;
        self.take(f64::from(BYTES) / 1e6 / since.elapsed().as_secs_f64());
        Ok(())
    }

    /// The median; of an even number of figures, the mean of the two in the middle.
    pub fn median(&self) -> f64 {
        let count = self.taken.len();
        let middle = |at: usize| self.taken.get(at).copied().unwrap_or(f64::NAN);
        f64::midpoint(middle(count.saturating_sub(1) / 2), middle(count / 2))
    }

    /// The minimum and the maximum, with this many digits.
    pub fn spread(&self, digits: usize) -> String {
        let of = |figure: Option<&f64>| figure.copied().unwrap_or(f64::NAN);
        format!("{:.digits$} to {:.digits$}", of(self.taken.first()), of(self.taken.last()))
    }

    /// Prints the median throughput, and compares it with that of the bare store, if given.
    pub fn rate_line(&self, name: &str, plain: Option<&Self>) {
        let spread = self.spread(0);
        let beside = plain.map_or(spread.clone(), |plain| {
            format!("× {:.2} of the plain way; {spread}", self.median() / plain.median())
        });
        line(name, &format!("{:.0} MB/s", self.median()), &beside);
    }
}
