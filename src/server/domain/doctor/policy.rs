//! Evaluates a bucket policy: whether a statement may let anonymous clients read an object. It reports only what is
//! certain.

use serde_json::Value;

/// Which anonymous clients a policy allows to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Open {
    /// None.
    No,
    /// Those that meet a condition.
    OnCondition,
    /// All of them.
    Yes,
}

/// Whether anonymous clients may read any object whose ARN starts with `prefix`.
pub(super) fn opens(policy: &Value, prefix: &str) -> Open {
    let statements: Vec<&Value> = match &policy["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    };
    statements.into_iter().map(|statement| statement_opens(statement, prefix)).max().unwrap_or(Open::No)
}

fn statement_opens(statement: &Value, prefix: &str) -> Open {
    let anybody = is_anybody(&statement["Principal"]) || !statement["NotPrincipal"].is_null();
    let action = match (texts(&statement["Action"]), texts(&statement["NotAction"])) {
        (None, Some(not)) => !not.iter().any(|pattern| fits(&pattern.to_lowercase(), "s3:getobject")),
        (some, _) => some.unwrap_or_default().iter().any(|pattern| fits(&pattern.to_lowercase(), "s3:getobject")),
    };
    let resource = match (texts(&statement["Resource"]), texts(&statement["NotResource"])) {
        (None, Some(not)) => !not.iter().any(|pattern| covers(pattern, prefix)),
        (some, _) => some.unwrap_or_default().iter().any(|pattern| may_fit(pattern, prefix)),
    };
    if statement["Effect"] != "Allow" || !anybody || !action || !resource {
        return Open::No;
    }
    if statement["Condition"].is_null() { Open::Yes } else { Open::OnCondition }
}

fn is_anybody(principal: &Value) -> bool {
    principal == "*" || texts(&principal["AWS"]).is_some_and(|names| names.contains(&"*"))
}

/// A string or a list of strings; `None` for anything else.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(texts) => Some(texts.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

/// Whether the pattern matches the text, with `*` for any number of characters and `?` for one.
fn fits(pattern: &str, text: &str) -> bool {
    let (Some(first), rest) = (pattern.chars().next(), pattern.chars().skip(1).collect::<String>()) else {
        return text.is_empty();
    };
    match first {
        '*' => text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| fits(&rest, &text[at..])),
        _ => text.chars().next().is_some_and(|c| (first == '?' || first == c) && fits(&rest, &text[c.len_utf8()..])),
    }
}

/// Whether any text that starts with `prefix` can match the pattern.
fn may_fit(pattern: &str, prefix: &str) -> bool {
    let mut rest = prefix.chars();
    for wanted in pattern.chars() {
        match (wanted, rest.next()) {
            ('*', _) | (_, None) => return true,
            ('?', Some(_)) => {}
            (wanted, Some(c)) if wanted == c => {}
            _ => return false,
        }
    }
    rest.next().is_none()
}

/// Whether every text that starts with `prefix` matches the pattern.
pub(super) fn covers(pattern: &str, prefix: &str) -> bool {
    pattern.ends_with('*') && fits(pattern, prefix)
}

/// Whether anonymous clients may read every object whose ARN starts with `prefix`.
pub(super) fn opens_all(policy: &Value, prefix: &str) -> bool {
    let one = |statement: &Value| {
        statement_opens(statement, prefix) == Open::Yes
            && texts(&statement["Resource"]).is_some_and(|resources| resources.iter().any(|one| covers(one, prefix)))
    };
    match &policy["Statement"] {
        Value::Array(statements) => statements.iter().any(one),
        statement => one(statement),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PRIVATE: &str = "arn:aws:s3:::box/private/";

    fn allow(more: Value) -> Value {
        let mut statement = json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject" });
        statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    }

    #[test]
    fn what_matches_private_objects_opens_them() {
        for resource in
            ["*", "arn:aws:s3:::box/*", "arn:aws:s3:::box/private/a/b", "arn:aws:s3:::box/p??vate/*", "arn:aws:s3:::b*"]
        {
            assert_eq!(opens(&allow(json!({ "Resource": resource })), PRIVATE), Open::Yes, "{resource}");
        }
        for resource in
            ["arn:aws:s3:::box/static/*", "arn:aws:s3:::box/privat", "arn:aws:s3:::other/*", "arn:aws:s3:::box"]
        {
            assert_eq!(opens(&allow(json!({ "Resource": [resource] })), PRIVATE), Open::No, "{resource}");
        }
    }

    #[test]
    fn whom_and_what_it_is_for_counts() {
        let all = json!("arn:aws:s3:::box/*");
        let with = |more: Value| {
            let mut policy = allow(json!({ "Resource": all }));
            policy["Statement"][0].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            opens(&policy, PRIVATE)
        };
        assert_eq!(with(json!({ "Action": ["s3:PutObject", "S3:get*"] })), Open::Yes);
        assert_eq!(with(json!({ "Action": "*", "Principal": { "AWS": ["*"] } })), Open::Yes);
        assert_eq!(with(json!({ "Condition": { "IpAddress": {} } })), Open::OnCondition);
        assert_eq!(with(json!({ "Action": "s3:ListBucket" })), Open::No);
        assert_eq!(with(json!({ "Effect": "Deny" })), Open::No);
        assert_eq!(with(json!({ "Principal": { "AWS": "arn:aws:iam::1:root" } })), Open::No);
        let mut policy = json!({ "Statement": { "Effect": "Allow", "Principal": "*", "NotAction": "s3:PutObject", "NotResource": "arn:aws:s3:::box/static/*" } });
        assert_eq!(opens(&policy, PRIVATE), Open::Yes);
        policy["Statement"]["NotResource"] = json!(["arn:aws:s3:::box/priv*"]);
        assert_eq!(opens(&policy, PRIVATE), Open::No);
        assert_eq!(opens(&json!({}), PRIVATE), Open::No);
    }

    #[test]
    fn a_location_is_open_when_all_of_it_is() {
        let policy = allow(json!({ "Resource": ["arn:aws:s3:::box/static/*", "arn:aws:s3:::box/media/a*"] }));
        assert!(opens_all(&policy, "arn:aws:s3:::box/static/"));
        assert!(!opens_all(&policy, "arn:aws:s3:::box/media/"));
    }
}
