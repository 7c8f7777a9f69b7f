//! Bodies within limits: those of requests while they are read, and those of answers until they are.

pub(super) mod budget;
pub(super) mod collected;
pub(super) mod drain;
pub(super) mod gathered;
pub(super) mod multipart_form;
pub(super) mod unread;
