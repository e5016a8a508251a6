//! Drops that the window library keeps to itself.
//!
//! Of a list with one address that is no file on this computer it tells nothing at all, not even of the good ones. What is
//! dragged is written to a property of the window, which others may read too: so it is read here, and taken in when the
//! pointer's button is let go over the window.

use std::{error::Error, io, path::Path, thread, time::Duration};

use percent_encoding::percent_decode;
use x11rb::{
    connection::Connection as _,
    protocol::{
        Event,
        xproto::{
            Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, KeyButMask, Property, Window,
        },
    },
    rust_connection::RustConnection,
};

/// Between two looks at the pointer while something is dragged.
const PAUSE: Duration = Duration::from_millis(20);

/// Tells of each list that is dropped on this window and that the window library refuses, until the window is gone.
///
/// # Errors
/// When the system has no thread for it.
pub(super) fn watch(window: Window, tell: impl Fn(Vec<u8>) + Send + 'static) -> io::Result<()> {
    let watch = move || {
        if let Err(e) = Watch::begin(window).and_then(|watch| watch.go_on(tell)) {
            tracing::debug!("Drops are no longer watched: {e}");
        }
    };
    thread::Builder::new().name("drops".to_owned()).spawn(watch).map(drop)
}

struct Watch {
    connection: RustConnection,
    root: Window,
    window: Window,
    dragged: Atom,
}

impl Watch {
    fn begin(window: Window) -> Result<Self, Box<dyn Error>> {
        let (connection, screen) = RustConnection::connect(None)?;
        let root = connection.setup().roots.get(screen).ok_or("no such screen")?.root;
        let events = EventMask::PROPERTY_CHANGE | EventMask::STRUCTURE_NOTIFY;
        connection.change_window_attributes(window, &ChangeWindowAttributesAux::new().event_mask(events))?;
        let dragged = connection.intern_atom(false, b"XdndSelection")?.reply()?.atom;
        Ok(Self { connection, root, window, dragged })
    }

    fn go_on(&self, tell: impl Fn(Vec<u8>)) -> Result<(), Box<dyn Error>> {
        let mut event = self.connection.wait_for_event()?;
        while !matches!(event, Event::DestroyNotify(_)) {
            if self.is_drag(&event) {
                let list = self.list()?;
                if !list.trim_ascii().is_empty() && !is_taken_elsewhere(&list) && self.is_dropped()? {
                    tell(list);
                }
            }
            event = self.connection.wait_for_event()?;
        }
        Ok(())
    }

    fn is_drag(&self, event: &Event) -> bool {
        matches!(event, Event::PropertyNotify(event) if event.atom == self.dragged && event.state == Property::NEW_VALUE)
    }

    fn list(&self) -> Result<Vec<u8>, Box<dyn Error>> {
        let (window, any) = (self.window, AtomEnum::ANY);
        Ok(self.connection.get_property(false, window, self.dragged, any, 0, u32::MAX / 4)?.reply()?.value)
    }

    /// Waits until the button is let go, and says whether that is over the window.
    fn is_dropped(&self) -> Result<bool, Box<dyn Error>> {
        let buttons = KeyButMask::BUTTON1 | KeyButMask::BUTTON2 | KeyButMask::BUTTON3;
        while self.connection.query_pointer(self.root)?.reply()?.mask.intersects(buttons) {
            thread::sleep(PAUSE);
        }
        // What was dragged out and in again was written again.
        while let Some(event) = self.connection.poll_for_event()? {
            if matches!(event, Event::DestroyNotify(_)) {
                return Ok(false);
            }
        }
        let mut under_pointer = self.root;
        while under_pointer != self.window && under_pointer != x11rb::NONE {
            under_pointer = self.connection.query_pointer(under_pointer)?.reply()?.child;
        }
        Ok(under_pointer == self.window)
    }
}

/// Whether the window library tells of this list, by its own rules.
fn is_taken_elsewhere(list: &[u8]) -> bool {
    let Ok(list) = percent_decode(list).decode_utf8() else { return false };
    let is_file = |address: &str| {
        let path = address.strip_prefix("file://").filter(|path| path.starts_with('/'));
        path.is_some_and(|path| Path::new(path).canonicalize().is_ok())
    };
    list.split("\r\n").filter(|address| !address.is_empty()).all(is_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_with_one_bad_name_is_left_to_us() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.png");
        std::fs::write(&file, "").expect("a file");
        let good = format!("file://{}\r\n", file.display());
        assert!(is_taken_elsewhere(good.as_bytes()));
        for bad in ["https://example.com/cat.jpg", "file://nas/share/cat.jpg", "file:///tmp/b%E9b.png", "file:///no/b"]
        {
            assert!(!is_taken_elsewhere(format!("{good}{bad}\r\n").as_bytes()), "{bad}");
        }
    }
}
