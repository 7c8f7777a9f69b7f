//! Server functions: the only door from the running page to the server. Each is: who asks, one call of the domain,
//! the answer. Server imports stand inside the bodies, which the browser's build never sees.

pub mod accounts;
pub mod entries;
pub mod uploads;
