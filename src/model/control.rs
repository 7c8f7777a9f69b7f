//! The names of the controls of forms that nobody fills in: hidden ones, buttons and boxes. Those that people fill in are
//! `Field`s (`model/form.rs`).

/// The folder on whose page the form is: an id. Absent on the page of the account's root.
pub const AT: &str = "at";
/// The folder into which entries are moved or copied.
pub const TO: &str = "to";
/// The entry about whose name the page asked.
pub const ASKED: &str = "asked";
/// The entry that had that name when the page asked.
pub const OCCUPANT: &str = "there";
/// What is done where a name is taken: the word of a `NameChoice`.
pub const CHOICE: &str = "choice";
/// Set if the choice holds for all names that are taken.
pub const FOR_ALL: &str = "for-all";
/// Set if everything is downloaded.
pub const ALL: &str = "all";
/// The folder that is downloaded.
pub const FOLDER: &str = "folder";
/// The one entry that is restored, whatever is selected.
pub const ONLY: &str = "only";
/// Set if an entry is restored into the account's root.
pub const TO_ROOT: &str = "to-root";
