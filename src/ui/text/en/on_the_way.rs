//! What is said, in English, of answers that are not the site's: of a proxy, or of the sign-in page of a network.

use crate::model::problem::BROKEN_OFF;

/// Why something could not be done when something on the way, such as a proxy, answered with this status.
pub(super) fn on_the_way(status: u16) -> String {
    let (happened, help) = between(status);
    let which = if status < 400 { String::new() } else { format!(" (status {status})") };
    format!("{happened} {help} Nothing is lost{which}.")
}

/// What is waited for while something on the way answers with this status.
pub(super) fn waiting_for(status: u16) -> String {
    let (happened, _) = between(status);
    match status {
        ..=399 | 511 => format!("{happened} Do so in another tab."),
        401 | 403 | 407 => format!("{happened} If it asks you to sign in, do so in another tab. (Status {status})"),
        _ => format!("{happened} (Status {status})"),
    }
}

/// What happened if something on the way answered with this status, and what to do about it.
fn between(status: u16) -> (&'static str, &'static str) {
    match status {
        BROKEN_OFF => (
            "Something on the way to this site broke this off, though the site answers other requests.",
            "Try again. If it happens again, it may be too large for the way: try a smaller file, or tell whoever runs the site that a proxy in front of it may have a limit for the size or the time of requests.",
        ),
        ..=399 | 511 => (
            "Something between this page and the site answered with a page of its own: perhaps this network or a proxy wants you to sign in.",
            "Do so in another tab, then try again or reload this page.",
        ),
        401 | 407 => (
            "A proxy on the way to this site wants to know who you are.",
            "Reload this page and sign in there, then try again.",
        ),
        403 => (
            "Something on the way to this site, such as a proxy, refuses this.",
            "Sign in there if it asks you to and try again, or tell whoever runs the site or your network.",
        ),
        408 => (
            "Something on the way to this site waited too long for this to arrive.",
            "Try again in a moment; if it happens again, tell whoever runs the site.",
        ),
        413 => (
            "The way to this site takes no requests this large.",
            "Tell whoever runs the site: a proxy in front of it has a limit for the size of requests (client_max_body_size in nginx), which has to be raised.",
        ),
        425 | 429 => ("Something on the way to this site takes no more requests for now.", "Try again in a while."),
        451 => (
            "Something on the way to this site refuses this for legal reasons.",
            "Tell whoever runs the site or your network.",
        ),
        502 | 520..=530 => (
            "The proxy in front of this site does not reach it.",
            "The site may be starting again; try again in a moment.",
        ),
        503 => (
            "The proxy in front of this site takes no requests now.",
            "The site may be starting again or being worked on; try again in a moment.",
        ),
        504 => (
            "The proxy in front of this site waited too long for its answer.",
            "Try again in a moment; if it happens again, tell whoever runs the site.",
        ),
        507 => ("A proxy on the way to this site has no room left for this.", "Tell whoever runs the site."),
        _ => (
            "Something on the way to this site, such as a proxy, did not let this through.",
            "Try again; if it happens again, tell whoever runs the site.",
        ),
    }
}
