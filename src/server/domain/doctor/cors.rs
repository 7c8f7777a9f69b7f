//! Checks that a bucket's CORS rules let pages of the site read public objects and upload parts. Whether the store,
//! and whatever is in front of it, follows the rules is tested in `public.rs` and `uploads.rs`.

use crate::server::domain::doctor::report::{Report, Verdict};
use crate::server::domain::doctor::settings::Bucket;
use crate::server::domain::doctor::wanted;
use crate::server::storage::{Exposure, LocationKind, Setting};

impl Bucket<'_> {
    /// Adds the line about the rules to the report, and the rule that is missing.
    pub(super) async fn cors(&self, report: &mut Report) {
        let (id, asked) = ("settings.cors", "Pages may do in the bucket what they need to");
        let site = self.subject.site;
        let exposed = matches!(self.subject.exposures.static_, Exposure::Policy | Exposure::Acl);
        let reads = exposed && self.kinds.contains(&LocationKind::Static);
        let puts = self.subject.survey.takes_parts() && self.kinds.contains(&LocationKind::Private);
        if !reads && !puts {
            return report.lines.push(self.line(id, asked, Verdict::Ok, "no rule is needed: no page uses it directly"));
        }
        let rules = match self.subject.survey.cors(&self.name).await {
            Setting::Unknown(why) => return report.lines.push(self.unknown(id, asked, why)),
            Setting::Set(rules) => rules,
            Setting::Unset => Vec::new(),
        };
        let allowed = |method: &str| {
            rules.iter().any(|rule| {
                rule.methods.iter().any(|of| of == method) && rule.origins.iter().any(|origin| covers(origin, site))
            })
        };
        let needed: Vec<_> = [("GET", reads), ("PUT", puts)].into_iter().filter(|(_, needed)| *needed).collect();
        let named = |allows: bool| {
            let methods: Vec<_> = needed.iter().map(|(method, _)| *method).filter(|of| allowed(of) == allows).collect();
            methods.join(" and ")
        };
        report.lines.push(if reads && !allowed("GET") {
            self.line(id, asked, Verdict::Failed, format!("no rule allows {} from {site}", named(false)))
                .remedy("Set the CORS rule that is printed below, or run: holdall doctor --apply")
        } else if puts && !allowed("PUT") {
            // Pages fall back to uploads through Holdall; `uploads.rs` tests whether they have to.
            self.line(id, asked, Verdict::Warning, format!("no rule allows PUT from {site}")).remedy(
                "Set the CORS rule that is printed below, or run: holdall doctor --apply. Or set HOLDALL_UPLOADS=app, where parts are to go through Holdall.",
            )
        } else {
            self.line(id, asked, Verdict::Ok, format!("{} from {site} is allowed", named(true)))
        });
        if needed.iter().any(|(method, _)| !allowed(method)) {
            report.missing.push(wanted::cors(&self.name, site, reads, puts));
        }
    }
}

/// Whether a rule's origin, which may contain one `*`, matches this site.
fn covers(origin: &str, site: &str) -> bool {
    match origin.split_once('*') {
        None => origin == site,
        Some((begin, end)) => site.len() >= begin.len() + end.len() && site.starts_with(begin) && site.ends_with(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_for_a_site_by_name_or_by_one_star() {
        for origin in ["https://a.example.org", "*", "https://*.example.org", "https://*"] {
            assert!(covers(origin, "https://a.example.org"), "{origin}");
        }
        for origin in ["http://a.example.org", "https://example.org", "http://*", "https://a.example.org*.example.org"]
        {
            assert!(!covers(origin, "https://a.example.org"), "{origin}");
        }
    }
}
