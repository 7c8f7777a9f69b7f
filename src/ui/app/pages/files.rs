//! The list of a folder, or of the account's root.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsCast as _;

use crate::model::entry::{Breadcrumb, ListOrder};
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::paths::{self, Page};
use crate::model::problem::Problem;
use crate::ui::app::address::of_address;
use crate::ui::app::components::breadcrumbs::Crumbs;
use crate::ui::app::components::checked::ask_again_while;
use crate::ui::app::components::choose_folder::ChooseFolder;
use crate::ui::app::components::file_list::FileList;
use crate::ui::app::components::listed::FolderList;
use crate::ui::app::components::loading::Loading;
use crate::ui::app::components::selection::provide_selection;
use crate::ui::app::components::unfinished::Unfinished;
use crate::ui::app::content::{FilesContent, PageContent, take_first, way_to};
use crate::ui::app::loaded::loaded;
use crate::ui::app::state::Changes;
use crate::ui::app::uploads::{Command, Uploads, pick};
use crate::ui::components::field::{Problems, description};
use crate::ui::components::form::FormSignal;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::name::EntryName;
use crate::ui::documents::error_page::Missing;
use crate::ui::text::text;

/// The pages `/files` and `/files/{folder}`.
#[component]
pub(in crate::ui) fn Files() -> impl IntoView {
    let changes: Changes = expect_context();
    provide_selection();
    let folder = of_address(Page::listed);
    let folder = Signal::derive(move || folder.get().flatten());
    let query = use_query_map();
    let value = move |name: &str| query.with(|query| query.get(name));
    let at = Memo::new(move |_| (paths::order(value), paths::position(value)));
    let (first_path, first_list, first_unfinished) = match take_first() {
        PageContent::Files(FilesContent { path, list, unfinished }) => (Some(path), Some(list), Some(unfinished)),
        _ => (None, None, None),
    };
    let (again, path_again) = (RwSignal::new(0), RwSignal::new(0));
    let path = loaded(first_path, move || (folder.get(), path_again.get()), |(folder, _)| way_to(folder));
    ask_again_while(move || path.with(|path| matches!(path, Some(Err(error)) if error.says_nothing())), path_again);
    let list = loaded(
        first_list,
        move || (folder.get(), at.get(), changes.files.get(), again.get()),
        |(folder, (order, position), ..)| FolderList::load(folder, order, position),
    );
    ask_again_while(move || list.with(|list| list.as_ref().is_some_and(FolderList::will_change)), again);
    let is_loaded = Memo::new(move |_| list.with(Option::is_some));
    // The list of another folder, or another page, stays until the next one is there.
    let is_old = Memo::new(move |_| {
        let (folder, (order, position)) = (folder.get(), at.get());
        list.with(|list| list.as_ref().is_some_and(|list| !list.is_at(folder.as_ref(), order, &position)))
    });
    view! {
        {move || {
            path.get().map(|path| match path {
                Ok(path) => view! { <Head path/> }.into_any(),
                // The list shows the error; what remains here is the result of an upload by form.
                Err(_) => view! { <Problems which=Field::Files/> }.into_any(),
            })
        }}
        <Unfinished first=first_unfinished here=folder/>
        {move || match is_loaded.get() {
            true => view! { <Listing list is_old/> }.into_any(),
            false => view! { <Loading/> }.into_any(),
        }}
    }
}

/// What is shown below the heading.
#[derive(Clone, PartialEq)]
enum Shown {
    Empty { inside: bool },
    Rows { folder: Option<EntryId>, order: ListOrder },
    Missing(Problem),
}

#[component]
fn Listing(list: ReadSignal<Option<FolderList>>, is_old: Memo<bool>) -> impl IntoView {
    let answer = list;
    let list = Memo::new(move |before: Option<&Option<FolderList>>| {
        let before = before.and_then(Option::as_ref);
        answer.get().map(|now| before.filter(|before| now.says_less_than(before)).cloned().unwrap_or(now))
    });
    // Why the list on screen may be an old one.
    let trouble = Memo::new(move |_| {
        let problem = answer.with(|now| now.as_ref().and_then(|now| now.page.as_ref().err()).cloned());
        let shows = list.with(|list| list.as_ref().is_some_and(|list| list.page.is_ok()));
        problem.filter(|problem| shows && matches!(problem, Problem::OnTheWay { .. }))
    });
    let problems = &text().problems;
    let page = Memo::new(move |_| {
        list.with(|list| list.as_ref().and_then(|list| list.page.as_ref().ok()).cloned()).unwrap_or_default()
    });
    let shown = Memo::new(move |_| {
        list.with(|list| {
            list.as_ref().map(|list| match &list.page {
                Ok(page) if page.rows.is_empty() => Shown::Empty { inside: list.folder.is_some() },
                Ok(_) => Shown::Rows { folder: list.folder.clone(), order: list.order },
                Err(error) => Shown::Missing(error.clone()),
            })
        })
    });
    view! {
        <div role="status">
            {move || trouble.get().map(|problem| view! { <p class="error">{problems.sentence(&problem)}</p> })}
            {move || is_old.get().then(|| view! { <Loading/> })}
        </div>
        {move || {
            shown.get().map(|shown| match shown {
                Shown::Empty { inside } => view! { <Empty inside/> }.into_any(),
                Shown::Rows { folder, order } => view! { <FileList folder order page/> }.into_any(),
                Shown::Missing(error) => view! { <Missing problem=error/> }.into_any(),
            })
        }}
    }
}

#[component]
fn Head(path: Vec<Breadcrumb>) -> impl IntoView {
    let text = &text().entries;
    let folder = path.last().map(|crumb| crumb.id.clone());
    let heading = path.last().map_or_else(|| text.files.to_owned(), |crumb| crumb.name.clone());
    let new_folder = paths::new_folder(folder.as_ref());
    let rename = folder.as_ref().map(paths::rename);
    view! {
        <Crumbs path/>
        <div class="head">
            <h1><EntryName of=heading/></h1>
            <div class="tools">
                {rename.map(|href| view! { <A href attr:class="button">{text.rename}</A> })}
                <A href=new_folder attr:class="button"><Icon shape=Shape::NewFolder/>{text.new_folder}</A>
                <Upload folder/>
            </div>
        </div>
    }
}

/// The upload form. On a hydrated page, choosing files is enough.
#[component]
fn Upload(folder: Option<EntryId>) -> impl IntoView {
    let FormSignal(form) = expect_context();
    let uploads: Uploads = expect_context();
    let input = NodeRef::<leptos::html::Input>::new();
    let (name, text) = (Field::Files.name(), &text().entries);
    let address = paths::folder(folder.as_ref());
    let wrong = move || form.with(|form| form.problems(Field::Files).next().is_some());
    let into = StoredValue::new(folder.clone());
    let take = move |input: &web_sys::HtmlInputElement| {
        let Some(files) = input.files().filter(|files| files.length() > 0) else { return };
        form.update(|form| form.errors.clear());
        uploads.tell(Command::Add(into.get_value(), pick::listed(&files)));
        // Allows choosing the same file again.
        input.set_value("");
    };
    let chosen = move |event: leptos::ev::Event| {
        if let Some(input) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            take(&input);
        }
    };
    // Files that were chosen before hydration are uploaded, too.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            take(&input);
        }
    });
    let pick = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <form class="upload" method="post" action=address enctype="multipart/form-data" on:submit=pick>
            <label for=name class="visually-hidden">{text.choose_files}</label>
            <input id=name name=name type="file" multiple=true node_ref=input on:change=chosen
                aria-invalid=move || wrong().then_some("true") aria-describedby=move || description(name, false, wrong())/>
            <ChooseFolder into=folder/>
            <button class="primary"><Icon shape=Shape::Up/>{text.upload}</button>
            <Problems which=Field::Files/>
        </form>
    }
}

#[component]
fn Empty(inside: bool) -> impl IntoView {
    let text = &text().entries;
    let (shape, sentence) = if inside { (Shape::Folder, text.empty_folder) } else { (Shape::Bag, text.no_files) };
    view! {
        <section class="empty">
            <Icon shape/>
            <h2>{text.nothing_here}</h2>
            <p>{sentence}</p>
        </section>
    }
}
