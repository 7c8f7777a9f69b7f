//! Numbers, sizes and dates, in English.

use crate::model::calendar::Moment;
use crate::ui::text::Units;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub(super) const UNITS: Units = Units {
    decimal: ".",
    thousands: ",",
    plural: |number| usize::from(number != 1),
    byte: &["byte", "bytes"],
    day: |Moment { year, month, day, .. }| format!("{day} {} {year}", MONTHS[month as usize - 1]),
};
