//! Files taken apart without a thought to what is in them: lines and elements of JSON, members of archives, rows of tables.

pub(super) mod elements;
pub(super) mod stream;
pub(super) mod tar;
