//! How long a refused sign-in takes, which must not depend on whether the account exists.

use crate::Result;
use crate::bench::Measured;
use crate::bench::figures::{Figures, line, title};
use crate::holdall::Holdall;

const SIGN_INS: usize = 20;

pub async fn measure(holdall: &Holdall) -> Result<()> {
    title(&format!("Sign-in refused ({SIGN_INS} tries each, in turn, one at a time)"));
    let mut measured = Measured::start(holdall).await?;
    let (mut wrong, mut unknown) = (Figures::default(), Figures::default());
    for _ in 0..SIGN_INS {
        wrong.take(refusal(&measured, "ada@example.org")?);
        unknown.take(refusal(&measured, "nobody@example.org")?);
    }
    line("wrong password, median", &format!("{:.1} ms", wrong.median()), &wrong.spread(1));
    let beside = unknown.median() / wrong.median();
    let beside = format!("× {beside:.3} of the wrong password; {}", unknown.spread(1));
    line("unknown email, median", &format!("{:.1} ms", unknown.median()), &beside);
    measured.stop().await
}

/// Milliseconds until a wrong password is refused. The answer is requested as JSON, so that no page is rendered.
fn refusal(measured: &Measured<'_>, email: &str) -> Result<f64> {
    let email = format!("email={email}");
    let options = [
        "--no-fail",
        "--output",
        "/dev/null",
        "--write-out",
        "%{time_total} %{http_code}",
        "--header",
        "accept: application/json",
        "--data-urlencode",
        &email,
        "--data-urlencode",
        "password=not the right one",
    ];
    let said = crate::curl::Curl { cookie: "" }.ask(&measured.address("/sign-in"), &options)?;
    match said.split_once(' ') {
        Some((time, "422")) => Ok(time.parse::<f64>()? * 1000.0),
        _ => Err(format!("a wrong password was answered with {said}").into()),
    }
}
