//! Signing up and signing in.

use crate::app::{App, PASSWORD};
use crate::database::{Database, on_both_databases};
use crate::visitor::Visitor;

on_both_databases! {
    signing_up_signs_in_and_leads_to_the_files,
    signing_up_and_in_lead_to_where_one_wanted_to_go,
    nobody_is_led_to_another_site,
    the_first_account_is_the_administrator_and_no_other,
    of_those_who_come_first_at_once_one_is_the_administrator,
    a_taken_address_is_refused_in_any_letter_case_and_what_was_typed_stays,
    of_two_who_want_one_address_at_once_one_gets_it,
    a_name_of_10000_characters_is_refused_and_stays,
    passwords_of_9_and_of_5000_characters_are_refused,
    every_field_that_is_wrong_says_so_at_once,
    what_was_typed_comes_back_as_text_and_not_as_markup,
    a_wrong_password_and_an_unknown_address_get_the_same_page,
    a_disabled_account_is_refused_like_a_wrong_password,
    a_password_of_five_megabytes_is_refused_unread,
    while_signing_up_is_closed_nobody_signs_up,
    a_page_that_runs_gets_data,
    an_account_goes_once_its_objects_are_on_their_way_out,
}

async fn signing_up_signs_in_and_leads_to_the_files(database: Database) {
    let app = App::start(&database).await;
    let ada = app.visitor();
    assert_eq!(ada.get("/files").await.leads_to(), "/sign-in?next=%2Ffiles");
    let fields = [("name", "Ada Lovelace"), ("email", "Ada@Example.org"), ("password", PASSWORD)];
    assert_eq!(ada.post("/sign-up", &fields).await.leads_to(), "/files");
    let files = ada.get("/files").await;
    assert_eq!(files.status, 200);
    assert!(files.shown().contains("Ada Lovelace"), "{}", files.text());
    assert_eq!(ada.get("/").await.leads_to(), "/files");
    assert_eq!(ada.get("/sign-in?next=/account").await.leads_to(), "/account");

    let elsewhere = app.visitor();
    let fields = [("email", " ADA@example.ORG"), ("password", PASSWORD)];
    assert_eq!(elsewhere.post("/sign-in", &fields).await.leads_to(), "/files");
    assert!(elsewhere.is_signed_in().await);
}

async fn signing_up_and_in_lead_to_where_one_wanted_to_go(database: Database) {
    let app = App::start(&database).await;
    assert_eq!(app.visitor().get("/account?done=name").await.leads_to(), "/sign-in?next=%2Faccount%3Fdone%3Dname");
    assert_eq!(app.visitor().get("/sign-in?next=%2Faccount%3Fdone%3Dname").await.typed("next"), "/account?done=name");
    let fields = [("name", "ada"), ("email", "ada@example.org"), ("password", PASSWORD), ("next", "/account")];
    assert_eq!(app.visitor().post("/sign-up", &fields).await.leads_to(), "/account");
    let fields = [("email", "ada@example.org"), ("password", PASSWORD), ("next", "/account?done=name")];
    assert_eq!(app.visitor().post("/sign-in", &fields).await.leads_to(), "/account?done=name");
    let wrong = [("email", "ada@example.org"), ("password", "not the password"), ("next", "/account")];
    assert_eq!(app.visitor().post("/sign-in", &wrong).await.typed("next"), "/account", "a refusal keeps it");
}

async fn nobody_is_led_to_another_site(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for next in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\t//evil.example"]
    {
        let fields = [("email", "ada@example.org"), ("password", PASSWORD), ("next", next)];
        assert_eq!(app.visitor().post("/sign-in", &fields).await.leads_to(), "/files", "{next:?}");
        let query = serde_urlencoded::to_string([("next", next)]).expect("a query");
        assert_eq!(ada.get(&format!("/sign-in?{query}")).await.leads_to(), "/files", "{next:?}");
        assert_eq!(app.visitor().get(&format!("/sign-up?{query}")).await.typed("next"), "/files", "{next:?}");
    }
    let fields = [("name", "b"), ("email", "b@example.org"), ("password", PASSWORD), ("next", "//evil.example")];
    assert_eq!(app.visitor().post("/sign-up", &fields).await.leads_to(), "/files");
}

async fn the_first_account_is_the_administrator_and_no_other(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await;
    app.signed_in("grace").await;
    let roles = sqlx::query_as::<_, (String, String)>("SELECT name, role FROM accounts ORDER BY name");
    let roles = roles.fetch_all(&app.rows().await).await.expect("accounts");
    let expected =
        [("ada", "administrator"), ("grace", "member")].map(|(name, role)| (name.to_owned(), role.to_owned()));
    assert_eq!(roles, expected);
}

async fn of_those_who_come_first_at_once_one_is_the_administrator(database: Database) {
    let app = App::start(&database).await;
    tokio::join!(app.signed_in("ada"), app.signed_in("grace"), app.signed_in("edsger"), app.signed_in("barbara"));
    let roles = sqlx::query_as::<_, (String,)>("SELECT role FROM accounts");
    let roles = roles.fetch_all(&app.rows().await).await.expect("accounts");
    assert_eq!(roles.len(), 4);
    assert_eq!(roles.iter().filter(|(role,)| role == "administrator").count(), 1);
}

async fn a_taken_address_is_refused_in_any_letter_case_and_what_was_typed_stays(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await;
    let other = app.visitor();
    let fields = [("name", "Another Ada"), ("email", "ADA@Example.ORG"), ("password", "another long password")];
    let answer = other.post("/sign-up", &fields).await;
    assert_eq!(answer.status, 409);
    assert_eq!(answer.typed("name"), "Another Ada");
    assert_eq!(answer.typed("email"), "ADA@Example.ORG");
    assert_eq!(answer.typed("password"), "");
    assert!(!answer.text().contains("another long password"));
    assert!(answer.shown().contains("There is an account with this address already"));
    assert!(!other.is_signed_in().await);
    assert_eq!(app.count("accounts").await, 1);
}

async fn of_two_who_want_one_address_at_once_one_gets_it(database: Database) {
    let app = App::start(&database).await;
    let (one, other) = (app.visitor(), app.visitor());
    let fields = [("name", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)];
    let (one, other) = tokio::join!(one.post("/sign-up", &fields), other.post("/sign-up", &fields));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(app.count("accounts").await, 1);
}

async fn a_name_of_10000_characters_is_refused_and_stays(database: Database) {
    let app = App::start(&database).await;
    let name = "x".repeat(10_000);
    let fields = [("name", name.as_str()), ("email", "ada@example.org"), ("password", PASSWORD)];
    let answer = app.visitor().post("/sign-up", &fields).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.typed("name"), name);
    assert_eq!(answer.typed("email"), "ada@example.org");
    assert!(answer.shown().contains("Use at most 200 characters."));
    assert_eq!(app.count("accounts").await, 0);
}

async fn passwords_of_9_and_of_5000_characters_are_refused(database: Database) {
    let app = App::start(&database).await;
    let long = "y".repeat(5000);
    for (password, sentence) in [("123456789", "Use 10 characters or more."), (&long, "Use at most 1,000 characters.")]
    {
        let answer = app
            .visitor()
            .post("/sign-up", &[("name", "ada"), ("email", "ada@example.org"), ("password", password)])
            .await;
        assert_eq!(answer.status, 422);
        assert!(answer.shown().contains(sentence), "{}", answer.text());
        assert!(!answer.text().contains(password), "a password never comes back");
        assert_eq!(answer.typed("name"), "ada");
    }
    assert_eq!(app.count("accounts").await, 0);
    let exactly = [10, 1000].map(|length| "pv7qk2zxw9 my dog sings ".chars().cycle().take(length).collect::<String>());
    for (name, password) in ["short", "long"].iter().zip(&exactly) {
        let email = format!("{name}@example.org");
        let answer = app.visitor().post("/sign-up", &[("name", name), ("email", &email), ("password", password)]).await;
        assert_eq!(answer.leads_to(), "/files");
        let answer = app.visitor().post("/sign-in", &[("email", &email), ("password", password)]).await;
        assert_eq!(answer.leads_to(), "/files");
    }
}

async fn every_field_that_is_wrong_says_so_at_once(database: Database) {
    let app = App::start(&database).await;
    let answer = app.visitor().post("/sign-up", &[("name", " "), ("email", "ada"), ("password", "short")]).await;
    assert_eq!(answer.status, 422);
    let shown = answer.shown();
    for sentence in ["Please fill this in.", "Write an email address", "Use 10 characters or more."] {
        assert!(shown.contains(sentence), "{sentence}: {shown}");
    }
    let page = answer.text();
    for control in ["name", "email", "password"] {
        assert!(page.contains(&format!("id=\"{control}-error\"")), "the sentence stands at {control}");
    }
    assert_eq!(app.visitor().post("/sign-in", &[]).await.status, 422);
}

async fn what_was_typed_comes_back_as_text_and_not_as_markup(database: Database) {
    let app = App::start(&database).await;
    let hostile = "\"><script>alert(1)</script></title>";
    let fields = [("name", hostile), ("email", hostile), ("password", "short"), ("next", hostile)];
    for page in ["/sign-up", "/sign-in"] {
        let answer = app.visitor().post(page, &fields).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.typed("email"), hostile);
        assert!(!answer.text().contains("<script>alert"), "{}", answer.text());
    }
}

async fn a_wrong_password_and_an_unknown_address_get_the_same_page(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await;
    let refused = async |visitor: Visitor, email: &str, password: &str| {
        let answer = visitor.post("/sign-in", &[("email", email), ("password", password)]).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.typed("email"), email);
        assert!(answer.shown().contains("That email and password do not match."));
        assert!(!answer.text().contains(password));
        let headers: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        assert!(!visitor.is_signed_in().await);
        // The scripts after the page are only for browsers that run them, and their nonce is new in each response.
        let page = answer.text().split("</html>").next().expect("a page").replace(email, "");
        (page, headers)
    };
    let wrong = refused(app.visitor(), "ada@example.org", "not her password").await;
    assert_eq!(wrong, refused(app.visitor(), "nobody@example.org", "not her password").await);
    assert_eq!(wrong, refused(app.visitor(), "no address at all", "not her password").await);
}

async fn a_disabled_account_is_refused_like_a_wrong_password(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    sqlx::query("UPDATE accounts SET disabled = 1").execute(&app.rows().await).await.expect("an account");
    assert!(!ada.is_signed_in().await, "her session ends at once");
    let answer = app.visitor().sign_in("ada").await;
    assert_eq!(answer.status, 422);
    assert!(answer.shown().contains("That email and password do not match."));
}

async fn a_password_of_five_megabytes_is_refused_unread(database: Database) {
    let app = App::start(&database).await;
    let fields = [("name", "ada"), ("email", "ada@example.org"), ("password", &"x".repeat(5_000_000))];
    let answer = app.visitor().post("/sign-up", &fields).await;
    assert_eq!(answer.status, 413);
    assert_eq!(app.count("accounts").await, 0);
}

async fn while_signing_up_is_closed_nobody_signs_up(database: Database) {
    let app = App::with(&database, &[("HOLDALL_SIGN_UP", "closed")]).await;
    let visitor = app.visitor();
    assert_eq!(visitor.get("/sign-up").await.status, 403);
    let answer =
        visitor.post("/sign-up", &[("name", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, 403);
    assert!(answer.shown().contains("Signing up is closed"));
    assert_eq!(app.count("accounts").await, 0);
    for page in ["/", "/sign-in"] {
        assert!(!visitor.get(page).await.text().contains("/sign-up"), "{page} does not lead there");
    }
}

async fn a_page_that_runs_gets_data(database: Database) {
    use holdall::model::form::{Field, FormAnswer};
    use holdall::model::problem::FieldProblem;

    let app = App::start(&database).await;
    let answer =
        app.visitor().post_for_data("/sign-up", &[("name", "ada"), ("email", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, 422);
    let FormAnswer::Refused(form) = answer.data() else { panic!("taken: {}", answer.text()) };
    assert_eq!(form.problems(Field::Email).collect::<Vec<_>>(), [&FieldProblem::NotAnEmail]);
    assert_eq!(form.value(Field::Name), "ada");
    let fields = [("name", "ada"), ("email", "ada@example.org"), ("password", PASSWORD), ("next", "/account")];
    let answer = app.visitor().post_for_data("/sign-up", &fields).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.data::<FormAnswer>(), FormAnswer::Go("/account".to_owned()));
}

async fn an_account_goes_once_its_objects_are_on_their_way_out(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await.keeps("a.txt", b"content").await;
    let rows = app.rows().await;
    let remove = async || sqlx::query("DELETE FROM accounts").execute(&rows).await;
    assert!(remove().await.is_err(), "nobody would know whose the file is");
    for statement in [
        "UPDATE blobs SET state = 'deleting'",
        "INSERT INTO jobs (kind, subject, due) SELECT 'delete_blob', id, 0 FROM blobs",
    ] {
        sqlx::query(statement).execute(&rows).await.expect("a blob");
    }
    remove().await.expect("an account");
    assert_eq!((app.count("entries").await, app.count("sessions").await), (0, 0));
    assert_eq!(app.count("first_administrator").await, 1, "nobody becomes the first a second time");
    assert_eq!(app.stored(&["private"]).len(), 1, "the object is still known");
    app.state.maintenance.once().await.expect("a round");
    app.is_clean().await;
}
