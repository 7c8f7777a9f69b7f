//! How Holdall behaves, through its real router and in one process with it: no browser, no port. Each test runs on SQLite and
//! on PostgreSQL, except those of a bucket, which run on Garage.

mod app;
mod database;
mod form;
mod visitor;

mod account_page;
mod accounts;
mod api;
mod avatars;
mod broken;
mod bucket;
mod content;
mod exposure;
mod files;
mod folders;
mod limits;
mod names;
mod paging;
mod security;
mod sessions;
mod statics;
