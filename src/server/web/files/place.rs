//! Form handlers for moving and copying files and folders.

use axum::extract::State;
use axum::response::Response;

use crate::model::control;
use crate::model::entry::PagePosition;
use crate::model::id::EntryId;
use crate::model::moving::{MOVED_LIMIT, MoveOrCopy, MoveRequest, NameChoice};
use crate::model::paths;
use crate::model::problem::{FieldProblem, Problem};
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::destination::TakenNameChoice;
use crate::server::web::auth::CurrentScope;
use crate::server::web::error::ErrorResponse;
use crate::server::web::forms::{Posted, answer, done_at, nothing_selected};
use crate::server::web::pages;

/// `POST /files/move`: moves the selected `entries` (ids) into the folder `to`, and redirects to the one on whose page the
/// form is (`at`). `choice` is what is done where a name is taken there: for the entry `asked`, if the one that is `there` still
/// has its name, or, with `for-all` or without `asked`, for all. As long as it is not said for an entry, the redirect leads to
/// the page that asks for it, and that entry stays where it is. Without `to`, nothing is moved: the redirect leads to the page
/// that asks where to.
pub async fn move_entries(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    posted: Posted,
) -> Result<Response, ErrorResponse> {
    place(&state, &scope, posted, MoveOrCopy::Move).await
}

/// `POST /files/copy`: the same with copies of the entries. Those that come to lie beside what they are copies of get names of
/// their own without being asked about.
pub async fn copy_entries(
    State(state): State<AppState>,
    CurrentScope(scope): CurrentScope,
    posted: Posted,
) -> Result<Response, ErrorResponse> {
    place(&state, &scope, posted, MoveOrCopy::Copy).await
}

async fn place(
    state: &AppState,
    scope: &Scope,
    Posted { parts, fields }: Posted,
    operation: MoveOrCopy,
) -> Result<Response, ErrorResponse> {
    let entries = fields.entries(MOVED_LIMIT)?;
    let from = fields.value(control::AT).and_then(EntryId::parse);
    let list = paths::folder(from.as_ref());
    if entries.is_empty() {
        let refused = Err(vec![nothing_selected()]);
        return answer(&parts, refused, &list, Vec::new(), |form| pages::app_again(state, &parts, &list, form)).await;
    }
    let Some(to) = fields.value(control::TO) else {
        return Ok(done_at(
            &parts,
            &paths::choose_folder(&MoveRequest { operation, entries, to: from }, &PagePosition::Top),
        ));
    };
    let to = paths::parse_target(to).ok_or(Problem::NotFound)?;
    let choice = match fields.value(control::CHOICE) {
        Some(word) => Some(NameChoice::from_word(word).ok_or(Problem::BadRequest)?),
        None => None,
    };
    let id_in = |field| fields.value(field).map(|id| EntryId::parse(id).ok_or(Problem::NotFound)).transpose();
    let (asked, there, for_all) =
        (id_in(control::ASKED)?, id_in(control::OCCUPANT)?, fields.value(control::FOR_ALL).is_some());
    let on_taken = choice.map(|choice| TakenNameChoice { choice, asked, there, for_all });
    let placed = match operation {
        MoveOrCopy::Move => state.entries.move_entries(scope, &entries, to.as_ref(), on_taken.as_ref()).await,
        MoveOrCopy::Copy => state.entries.copy_entries(scope, &entries, to.as_ref(), on_taken.as_ref()).await,
    };
    let go = match &placed {
        Ok(left) if !left.is_empty() => {
            paths::name_taken(&MoveRequest { operation, entries: left.clone(), to: to.clone() })
        }
        _ => list,
    };
    // The page that can be shown: of a folder that is gone there is none.
    let is_gone = matches!(&placed, Err(Error::Refused(refusal)) if refusal.problem == FieldProblem::FolderGone);
    let page = match choice {
        Some(_) if !is_gone => paths::name_taken(&MoveRequest { operation, entries, to }),
        _ => paths::choose_folder(
            &MoveRequest { operation, entries, to: if is_gone { from } else { to } },
            &PagePosition::Top,
        ),
    };
    answer(&parts, placed.map(drop).map_err(|error| vec![error]), &go, Vec::new(), |form| {
        pages::app_again(state, &parts, &page, form)
    })
    .await
}
