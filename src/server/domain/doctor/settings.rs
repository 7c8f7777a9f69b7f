//! Compares each bucket's settings with what the locations need. These are hints: a store may accept a setting without
//! following it, so the proofs are in `private.rs` and `public.rs`.

use std::time::Duration;

use crate::server::domain::doctor::policy::{Open, opens, opens_all};
use crate::server::domain::doctor::report::{Line, Report, Verdict};
use crate::server::domain::doctor::{Subject, wanted};
use crate::server::storage::{Exposure, LocationKind, Setting};

/// A bucket and the locations in it.
pub(super) struct Bucket<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) name: String,
    pub(super) kinds: Vec<LocationKind>,
}

/// Examines this group, and adds its lines and the missing settings to the report.
pub(super) async fn examine(subject: &Subject<'_>, report: &mut Report) {
    for (name, kinds) in subject.survey.buckets() {
        let bucket = Bucket { subject, name, kinds };
        report.lines.push(bucket.ownership().await);
        report.lines.push(bucket.access_block().await);
        bucket.policy(report).await;
        report.lines.push(bucket.website().await);
        bucket.cors(report).await;
        bucket.lifecycle(report).await;
        report.lines.push(bucket.versioning().await);
        report.lines.push(bucket.encryption().await);
    }
}

impl Bucket<'_> {
    /// A line about this bucket, which is named if there are several.
    pub(super) fn line(&self, id: &str, asked: &str, verdict: Verdict, found: impl Into<String>) -> Line {
        let several = self.subject.survey.buckets().len() > 1;
        let asked = if several { format!("{asked} ({})", self.name) } else { asked.to_owned() };
        Line::new(id, &asked, verdict, found)
    }

    /// A line about a setting that the bucket does not report.
    pub(super) fn unknown(&self, id: &str, asked: &str, why: String) -> Line {
        self.line(id, asked, Verdict::Unknown, why).remedy(
            "Nothing follows from it. What strangers can do is tried above; a right to ask is in docs/doctor.md.",
        )
    }

    fn any(&self, which: impl Fn(&Exposure) -> bool) -> bool {
        self.kinds.iter().filter_map(|kind| self.subject.exposures.of(*kind)).any(which)
    }

    fn uses_acls(&self) -> bool {
        self.any(|exposure| matches!(exposure, Exposure::Acl))
    }

    fn uses_policy(&self) -> bool {
        self.any(|exposure| matches!(exposure, Exposure::Policy))
    }

    async fn ownership(&self) -> Line {
        let (id, asked) = ("settings.ownership", "ACLs are on or off as they should be");
        let bucket = &self.name;
        let off = format!(
            "aws s3api put-bucket-ownership-controls --bucket {bucket} --ownership-controls 'Rules=[{{ObjectOwnership=BucketOwnerEnforced}}]'"
        );
        let on = off.replace("BucketOwnerEnforced", "BucketOwnerPreferred");
        match (self.subject.survey.ownership(bucket).await, self.uses_acls()) {
            (Setting::Set(owner), true) if owner == "BucketOwnerEnforced" => self
                .line(id, asked, Verdict::Failed, "BucketOwnerEnforced: every ACL is refused")
                .remedy(format!("Use the exposure policy instead of acl, or turn ACLs on: {on}")),
            (Setting::Set(owner), true) => self.line(id, asked, Verdict::Ok, format!("{owner}: ACLs count")),
            (Setting::Set(owner), false) if owner == "BucketOwnerEnforced" => {
                self.line(id, asked, Verdict::Ok, "BucketOwnerEnforced: no ACL counts")
            }
            (Setting::Set(owner), false) => self
                .line(id, asked, Verdict::Warning, format!("{owner}: an ACL could open a private object"))
                .remedy(format!("Nothing here needs ACLs: {off}")),
            (Setting::Unset, true) => self.line(id, asked, Verdict::Ok, "not set: ACLs count"),
            (Setting::Unset, false) => self
                .line(id, asked, Verdict::Warning, "not set: an ACL could open a private object")
                .remedy(format!("Nothing here needs ACLs: {off}")),
            (Setting::Unknown(why), _) => self.unknown(id, asked, why),
        }
    }

    async fn access_block(&self) -> Line {
        let (id, asked) = ("settings.block", "Public access is blocked where it is not wanted");
        let (acls, policy) = (self.uses_acls(), self.uses_policy());
        let command = format!(
            "aws s3api put-public-access-block --bucket {} --public-access-block-configuration BlockPublicAcls={},IgnorePublicAcls={},BlockPublicPolicy={},RestrictPublicBuckets={}",
            self.name, !acls, !acls, !policy, !policy
        );
        let block = match self.subject.survey.access_block(&self.name).await {
            Setting::Set(block) => block,
            Setting::Unset => {
                return self
                    .line(id, asked, Verdict::Warning, "nothing is blocked")
                    .remedy(format!("Block what is not used: {command}"));
            }
            Setting::Unknown(why) => return self.unknown(id, asked, why),
        };
        let (acls_blocked, policy_blocked) =
            (block.block_acls || block.ignore_acls, block.block_policy || block.restrict);
        let all = |blocked: bool| if blocked { "blocked" } else { "open" };
        let found = format!("public ACLs are {}, public policies are {}", all(acls_blocked), all(policy_blocked));
        if (acls && acls_blocked) || (policy && policy_blocked) {
            return self
                .line(id, asked, Verdict::Failed, format!("{found}: the exposure cannot work"))
                .remedy(format!("Open what is used and nothing else: {command}"));
        }
        let idle =
            !(acls || block.block_acls && block.ignore_acls) || !(policy || block.block_policy && block.restrict);
        let verdict = if idle { Verdict::Warning } else { Verdict::Ok };
        self.line(id, asked, verdict, found).remedy(format!("Block what is not used: {command}"))
    }

    async fn policy(&self, report: &mut Report) {
        let (id, asked) = ("settings.policy", "The policy opens what is public and nothing private");
        let survey = &self.subject.survey;
        let arn = |kind: LocationKind| format!("arn:{}:s3:::{}/{}", survey.partition(), self.name, survey.prefix(kind));
        let exposed: Vec<LocationKind> = self
            .kinds
            .iter()
            .copied()
            .filter(|kind| matches!(self.subject.exposures.of(*kind), Some(Exposure::Policy)))
            .collect();
        let there = match survey.policy(&self.name).await {
            Setting::Set(policy) => Some(policy),
            Setting::Unset => None,
            Setting::Unknown(why) => return report.lines.push(self.unknown(id, asked, why)),
        };
        let open = |kind| there.as_ref().map_or(Open::No, |policy| opens(policy, &arn(kind)));
        if self.kinds.contains(&LocationKind::Private) && open(LocationKind::Private) != Open::No {
            let always = open(LocationKind::Private) == Open::Yes;
            let verdict = if always { Verdict::Failed } else { Verdict::Warning };
            let whom = if always { "everybody" } else { "whoever meets its condition" };
            report.lines.push(
                self.line(id, asked, verdict, format!("a statement lets {whom} read {}*", arn(LocationKind::Private))).remedy(
                    "Name the public locations in Resource, and not the whole bucket: see what `aws s3api get-bucket-policy` says.",
                ),
            );
        }
        let closed: Vec<LocationKind> = exposed
            .iter()
            .copied()
            .filter(|kind| !there.as_ref().is_some_and(|policy| opens_all(policy, &arn(*kind))))
            .collect();
        if !closed.is_empty() {
            let names: Vec<_> = closed.iter().map(|kind| survey.prefix(*kind)).collect();
            report.lines.push(
                self.line(id, asked, Verdict::Failed, format!("no statement opens {}", names.join(" and ")))
                    .remedy("Set the policy that is printed below, or run: holdall doctor --apply"),
            );
            let statement = wanted::statement(survey, &self.name, &exposed);
            report.missing.push(wanted::policy(&self.name, there, statement));
        } else if !report.lines.iter().any(|line| line.id == id && line.verdict != Verdict::Ok) {
            let found = if there.is_some() { "it does" } else { "there is none, and none is needed" };
            report.lines.push(self.line(id, asked, Verdict::Ok, found));
        }
        if exposed.is_empty() && survey.is_public(&self.name).await == Setting::Set(true) {
            report.lines.push(
                self.line(
                    "settings.public",
                    "The store calls the bucket private",
                    Verdict::Warning,
                    "it calls it public",
                )
                .remedy("Something in its policy is for everybody, and no exposure here needs that: take it out."),
            );
        }
    }

    async fn website(&self) -> Line {
        let (id, asked) = ("settings.website", "The bucket is no website");
        let close = format!("aws s3api delete-bucket-website --bucket {}", self.name);
        match self.subject.survey.website(&self.name).await {
            Setting::Unset => self.line(id, asked, Verdict::Ok, "it is none"),
            Setting::Unknown(why) => self.unknown(id, asked, why),
            Setting::Set(()) if self.subject.garage && self.kinds.contains(&LocationKind::Private) => self
                .line(id, asked, Verdict::Failed, "it is one, and Garage's websites show all of a bucket, private/ too")
                .remedy(format!("Switch it off at once: {close} (or: garage bucket website --deny {})", self.name)),
            Setting::Set(()) => self
                .line(id, asked, Verdict::Warning, "it is one: what the policy or an ACL opens is shown there too")
                .remedy(format!("Nothing here needs it: {close}")),
        }
    }

    async fn lifecycle(&self, report: &mut Report) {
        let (id, asked) = ("settings.lifecycle", "Unfinished uploads go by themselves");
        let prefix = self.subject.survey.prefix(LocationKind::Private);
        if !self.kinds.contains(&LocationKind::Private) {
            return;
        }
        let rules = match self.subject.survey.lifecycle(&self.name).await {
            Setting::Set(rules) => rules,
            Setting::Unset => Vec::new(),
            Setting::Unknown(why) => return report.lines.push(self.unknown(id, asked, why)),
        };
        let lasting = lasting(self.subject.upload_age);
        let rule = rules
            .iter()
            .filter_map(|rule| {
                rule.unfinished.filter(|_| rule.prefix.as_ref().is_some_and(|of| prefix.starts_with(of)))
            })
            .min();
        report.lines.push(match rule {
            Some(days) if days < lasting => self
                .line(id, asked, Verdict::Warning, format!("after {days} days, and Holdall would still go on with some (HOLDALL_UPLOAD_AGE)"))
                .remedy(format!("An upload that the bucket removed has to begin again. Give that rule {lasting} days or more.")),
            Some(days) => self.line(id, asked, Verdict::Ok, format!("after {days} days")),
            None => {
                report.missing.push(wanted::lifecycle(&self.name, &prefix, lasting));
                self.line(id, asked, Verdict::Warning, format!("no rule is for {prefix}")).remedy(
                    "Holdall ends them itself as long as it runs; for the rest set the rule that is printed below, or run: holdall doctor --apply",
                )
            }
        });
    }

    async fn versioning(&self) -> Line {
        let (id, asked) = ("settings.versioning", "What is deleted is gone");
        let prefix = self.subject.survey.prefix(LocationKind::Private);
        match self.subject.survey.versioning(&self.name).await {
            Setting::Unknown(why) => self.unknown(id, asked, why),
            Setting::Unset | Setting::Set(false) => self.line(id, asked, Verdict::Ok, "no versions are kept"),
            Setting::Set(true) => {
                let rules = match self.subject.survey.lifecycle(&self.name).await {
                    Setting::Set(rules) => rules,
                    Setting::Unset | Setting::Unknown(_) => Vec::new(),
                };
                let covers = |prefix_of: &Option<String>| prefix_of.as_ref().is_some_and(|of| prefix.starts_with(of));
                match rules.iter().find_map(|rule| rule.old_versions.filter(|_| covers(&rule.prefix))) {
                    Some(days) => self.line(id, asked, Verdict::Ok, format!("old versions go after {days} days")),
                    None => self.line(id, asked, Verdict::Warning, "versions are kept, and none ever goes").remedy(
                        "Add NoncurrentVersionExpiration to the lifecycle rules, after as many days as you want to be able to undo.",
                    ),
                }
            }
        }
    }

    async fn encryption(&self) -> Line {
        let (id, asked) = ("settings.encryption", "How the bucket encrypts");
        match self.subject.survey.encryption(&self.name).await {
            Setting::Set(how) => self.line(id, asked, Verdict::Ok, how),
            Setting::Unset => self.line(id, asked, Verdict::Ok, "it says nothing of it"),
            Setting::Unknown(why) => self.unknown(id, asked, why),
        }
    }
}

/// The fewest days for which a bucket must keep multipart uploads, if Holdall keeps them for `age` without activity.
/// The bucket counts from their creation.
fn lasting(age: Duration) -> i32 {
    i32::try_from(age.as_secs().div_ceil(86_400)).unwrap_or(i32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_keeps_uploads_a_day_longer_than_holdall() {
        let hours = [1, 24, 25, 240].map(|hours| lasting(Duration::from_secs(hours * 3600)));
        assert_eq!(hours, [2, 2, 3, 11]);
    }
}
