//! Files on disk: checkpoints read, converted, found and verified, and pictures; good ones, damaged ones, hostile ones.

#[path = "../support"]
mod support {
    pub(crate) mod files;
    pub(crate) mod model;
    pub(crate) mod program;
}

mod bad_pictures;
mod checkpoint;
mod checkpoint_hostile;
mod convert;
mod converted;
mod jpeg;
mod kinds;
mod library;
mod metadata;
mod mutations;
mod picture;
mod verify;
