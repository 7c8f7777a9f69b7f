//! How Holdall behaves, through its real router and in the same process: no browser, no port. Each test runs on SQLite
//! and on PostgreSQL, except those of a bucket, which run on Garage.

#[path = "../browser/mod.rs"]
mod browser;

mod answer;
mod app;
mod archives;
mod counted;
mod database;
mod form;
mod sending;
mod store;
mod visitor;

mod account_page;
mod accounts;
mod api;
mod avatar_bombs;
mod avatars;
mod broken;
mod bucket;
mod bucket_files;
mod budgets;
mod codec;
mod commands;
mod content;
mod doctor;
mod doctor_reach;
mod doctor_uploads;
mod downloads;
mod downloads_refused;
mod exposure;
mod files;
mod folder_paths;
mod folders;
mod folders_deleted;
mod guard;
mod house;
mod instance;
mod limits;
mod names;
mod paging;
mod parts;
mod parts_bucket;
mod parts_folders;
mod parts_refused;
mod ranges;
mod releases;
mod reserving;
mod restored;
mod scopes;
mod security;
mod sessions;
mod statics;
mod sweep;
mod sweep_bucket;
mod sweep_pages;
mod unfinished;
mod unpacking;
