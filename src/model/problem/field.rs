//! What can be wrong with the value of a field of a form, or with a file.

use serde::{Deserialize, Serialize};

/// Kinds of files that look like pictures to people, and that Holdall does not decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    /// What phones make (HEIF with HEVC, ISO 23008-12), often under the name of a JPEG.
    Heic,
    /// HEIF with AV1.
    Avif,
    /// JPEG XL.
    JpegXl,
    /// TIFF, and what cameras make of it.
    Tiff,
    /// Windows' bitmap.
    Bitmap,
    /// A Photoshop document.
    Photoshop,
    /// A drawing.
    Svg,
    /// A picture of any other kind.
    OtherPicture,
    /// A page of a web site.
    WebPage,
    /// A PDF.
    Pdf,
    /// Moving pictures.
    Video,
    /// Sound.
    Sound,
}

/// What is wrong with the value of a field. Sizes are in bytes, lengths in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldProblem {
    /// The field is empty.
    Empty,
    /// Fewer characters than this.
    TooShort {
        /// The fewest.
        characters: usize,
    },
    /// More characters than this.
    TooLong {
        /// The most.
        characters: usize,
    },
    /// It contains an invisible character, such as a line break or NUL.
    ControlCharacter,
    /// It is not an email address.
    NotAnEmail,
    /// Another account has this email address.
    Taken,
    /// No account has this email address and password. One message for every cause, so that it does not tell which
    /// accounts exist.
    SignInFailed,
    /// The current password is wrong.
    WrongPassword,
    /// Too many attempts in a short time. The next one may be made after this many seconds.
    TooManyAttempts {
        /// The seconds.
        seconds: u64,
    },
    /// A password that anybody would try first.
    CommonPassword,
    /// The site has as many accounts as it may have.
    TooManyAccounts {
        /// The most.
        limit: u64,
    },
    /// The file is not a JPEG, PNG, WebP or GIF.
    NotAPicture,
    /// The file is of a known kind that people take for a picture and Holdall does not decode, such as HEIC.
    OtherKind {
        /// What it is, by its content.
        kind: FileKind,
    },
    /// The picture is truncated or damaged.
    DamagedPicture,
    /// The picture has more pixels than the limit.
    TooManyPixels {
        /// The most.
        limit: u64,
    },
    /// The file is larger than the limit.
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The file would exceed the account's quota.
    OverQuota {
        /// Bytes in use.
        used: u64,
        /// The quota in bytes.
        quota: u64,
    },
    /// A file name contains NUL.
    NulInName {
        /// The file name, with NUL shown as ␀.
        name: String,
    },
    /// A file name is longer than 255 bytes.
    NameTooLong {
        /// The start of the name.
        name: String,
    },
    /// The account has as many incomplete uploads as it may have.
    TooManyUploads {
        /// The most.
        limit: u64,
    },
    /// The folder already contains a file or a folder of this name.
    NameTaken,
    /// The folder into which something is to be moved is what is to be moved, or lies in it.
    IntoItself,
    /// What is to be replaced contains what is to be moved.
    ReplacesItself,
    /// Folders are nested more deeply than the limit.
    TooDeep {
        /// The greatest depth.
        limit: usize,
    },
    /// The names of the folders and of the entry itself are too long together.
    LongPath {
        /// The most, in bytes.
        limit: usize,
    },
    /// The account has as many files and folders as it may.
    EntryLimit {
        /// The most.
        limit: u64,
    },
    /// The folder was deleted in the meantime.
    FolderGone,
    /// The folder that an entry of the trash was in is gone.
    FormerFolderGone,
    /// The server's disk is nearly full.
    NoSpace,
    /// The store refuses the file.
    StoreRefused {
        /// The store's code for the reason, such as `AccessDenied` or `403`: at most 64 letters, digits, `-`, `_` and
        /// `.`.
        code: String,
        /// Whether sending it again would be refused again. If not, whoever runs the site may have to mend something
        /// first.
        for_good: bool,
    },
    /// The upload stalled for too long, or its connection broke.
    Interrupted,
    /// More files and folders than one archive may contain, or than are copied at once.
    TooManyEntries {
        /// The most.
        limit: u64,
    },
    /// The names of all these files and folders take more memory than one archive may.
    TooManyNames,
    /// The server's disk is nearly full, so that no archive can be prepared.
    NoRoom,
    /// A file whose bytes are still being verified, so that it cannot be put into an archive yet.
    NotChecked {
        /// The file's name.
        name: String,
    },
    /// A file whose stored bytes differ from what was sent.
    DamagedFile {
        /// The file's name.
        name: String,
    },
    /// A file whose stored bytes are not those that were announced before they were sent.
    MismatchedFile {
        /// The file's name.
        name: String,
    },
    /// A file nested so deeply in folders that no archive can hold its path.
    PathTooLong {
        /// The file's name.
        name: String,
    },
    /// The form is malformed, or not one that this page submits.
    Malformed,
}
