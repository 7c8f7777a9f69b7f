//! A reader who loads pages and their files while releases are published.

use axum::http::StatusCode;

use crate::Result;
use crate::content::sha256;
use crate::holdall::Holdall;
use crate::kill_publish::Publishing;
use crate::page::attributes;
use crate::visitor::Visitor;

impl Publishing<'_> {
    /// Starts a newer Holdall, which must accept its own release and serve the older one's files, too.
    pub async fn serves(&self, newer: &Holdall, release: &str) -> Result<()> {
        let mut server = match newer.serve().await {
            Ok(server) => server,
            Err(error) => {
                self.findings.check(false, || format!("{release} is whole, and serve does not: {error}"));
                return Ok(());
            }
        };
        let visitor = Visitor::new(newer.address);
        for address in self.named(&visitor, "/sign-in").await? {
            self.findings.check(release_of(&address) == release, || format!("a page of {release} names {address}"));
            self.loaded(&visitor, &address).await?;
        }
        let seen = self.seen.borrow().clone();
        for (address, sum) in seen {
            let found = self.loaded(&visitor, &address).await?;
            self.findings.check(found == sum, || format!("{address} is another at the newer server"));
        }
        server.terminate()?;
        let end = server.ended().await?;
        self.findings.check(end.code == Some(0), || format!("serve of {release} does not end well: {:?}", end.code));
        Ok(())
    }

    /// Loads the pages of the older Holdall, with every file they refer to, again and again.
    pub async fn read(&self) -> Result<()> {
        let visitor = Visitor::new(self.older.address);
        visitor.sign_up("reader").await?;
        let mut release = None;
        while !self.over.get() {
            for page in ["/sign-in", "/files"] {
                // A signed-in visitor would be redirected from this page.
                let stranger = Visitor::new(self.older.address);
                let addresses = self.named(if page == "/files" { &visitor } else { &stranger }, page).await?;
                self.pages.set(self.pages.get() + 1);
                for address in addresses {
                    let release = release.get_or_insert_with(|| release_of(&address).to_owned());
                    self.findings
                        .check(release_of(&address) == release, || format!("{page} of {release} names {address}"));
                    let sum = self.loaded(&visitor, &address).await?;
                    let mut seen = self.seen.borrow_mut();
                    let before = seen.entry(address.clone()).or_insert_with(|| sum.clone());
                    self.findings.check(*before == sum, || format!("{address} has changed"));
                    self.loads.set(self.loads.get() + 1);
                }
            }
            self.begun.notify_one();
        }
        Ok(())
    }

    /// Loads a page, and returns the addresses of the release's files in it.
    async fn named(&self, visitor: &Visitor, page: &str) -> Result<Vec<String>> {
        let answer = visitor.get("page", page, "text/html").await?;
        let text = answer.text();
        let named = attributes(&text, "a, link", "href").into_iter().chain(attributes(&text, "img, script", "src"));
        let named = named.chain(attributes(&text, "meta[name=wasm]", "content"));
        let addresses: Vec<_> = named.filter(|address| address.starts_with("/static/")).collect();
        self.findings.check(answer.status == StatusCode::OK && addresses.len() > 1, || {
            format!("{page}: {}, names {} files", answer.status, addresses.len())
        });
        Ok(addresses)
    }

    /// Loads a file of a release, and returns its SHA-256.
    async fn loaded(&self, visitor: &Visitor, address: &str) -> Result<String> {
        let answer = visitor.get("file", address, "*/*").await?;
        self.findings.check(answer.status == StatusCode::OK, || format!("{address}: {}", answer.status));
        Ok(sha256(&answer.body))
    }
}

/// The release in an address.
fn release_of(address: &str) -> &str {
    address.split('/').nth(2).unwrap_or_default()
}
