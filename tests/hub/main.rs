//! Downloads from a hub on this computer. Apart from the others, since they count on waits of some tenths of a second.

#[path = "../support"]
mod support {
    pub(crate) mod files;
    pub(crate) mod hub;
}

mod faults;
mod pause;
mod secure;
mod upstream;
