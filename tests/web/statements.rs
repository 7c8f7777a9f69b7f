//! How many statements a page takes. Each is a round trip to the database, which on another machine is most of what a page
//! waits for.

use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::visitor::Visitor;

on_both_databases! {
    a_page_takes_few_statements,
}

/// The statements that this process has sent.
static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

/// Counts the statements that sqlx logs.
struct Counting;

impl<S: Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            STATEMENTS.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn a_page_takes_few_statements(database: Database) {
    // Tests run in a process each.
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Counting))
        .expect("the only subscriber");
    let app = App::start(&database).await;
    app.signed_in("ada").await;
    let eve = app.signed_in("eve").await;
    eve.upload("letter.txt", b"Dear Ada").await;
    let taken = async |visitor: &Visitor, path: &str| {
        let before = STATEMENTS.load(Ordering::SeqCst);
        assert_eq!(visitor.get(path).await.status, 200, "{path}");
        STATEMENTS.load(Ordering::SeqCst) - before
    };
    assert_eq!(taken(&eve, "/files").await, 3, "the session with its account, the list, the unfinished uploads");
    assert_eq!(taken(&eve, "/account").await, 1, "the session with its account");
    assert_eq!(taken(&app.visitor(), "/sign-in").await, 0);
}
