//! What the forms share that move or copy entries.

use leptos::prelude::*;

use crate::model::control;
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::moving::MoveRequest;
use crate::model::paths;

/// What such a form sends besides what is asked: the entries, where they go, and the folder where they were.
#[component]
pub(in crate::ui) fn HiddenMoveRequest(
    request: MoveRequest,
    from: Option<EntryId>,
    /// The entry about which is asked, and the one that has its name.
    #[prop(optional)]
    asked: Option<[EntryId; 2]>,
) -> impl IntoView {
    let hidden = |name: &'static str, value: &str| view! { <input type="hidden" name=name value=value.to_owned()/> };
    let entries = request.entries.iter().map(|id| hidden(Field::Entries.name(), id.as_str())).collect_view();
    view! {
        {entries}
        {hidden(control::TO, paths::target(request.to.as_ref()))}
        {from.map(|from| hidden(control::AT, from.as_str()))}
        {asked.map(|[asked, there]| [hidden(control::ASKED, asked.as_str()), hidden(control::OCCUPANT, there.as_str())])}
    }
}
