//! What another program under X11 has copied, in the formats that are wanted, and not for longer than it may take.

use std::{
    error::Error,
    thread,
    time::{Duration, Instant},
};

use x11rb::{
    COPY_DEPTH_FROM_PARENT, CURRENT_TIME, NONE,
    connection::Connection as _,
    protocol::{
        Event,
        xproto::{Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, Property, Window, WindowClass},
    },
    rust_connection::RustConnection,
};

/// What could be read of a selection: nothing if nobody owns it or its owner has none of the formats.
pub(super) type Content = Option<(&'static str, Vec<u8>)>;

/// Between two looks for an answer; a person does not notice.
const PAUSE: Duration = Duration::from_millis(1);

/// Reads the selection of this name, `CLIPBOARD` or `PRIMARY`, in the first of these formats that its owner has.
///
/// # Errors
/// When the display can't be reached, or the owner does not answer in time.
pub(super) fn read(name: &str, formats: &[&'static str], until: Instant) -> Result<Content, Box<dyn Error>> {
    let reader = Reader::new(name, until)?;
    let offered = reader.get("TARGETS")?.unwrap_or_default();
    let offered: Vec<Atom> =
        offered.chunks_exact(4).map(|atom| Atom::from_ne_bytes([atom[0], atom[1], atom[2], atom[3]])).collect();
    for format in formats {
        // Owners that do not tell what they have are asked for everything.
        if (offered.is_empty() || offered.contains(&reader.atom(format)?))
            && let Some(bytes) = reader.get(format)?
        {
            return Ok(Some((format, bytes)));
        }
    }
    Ok(None)
}

/// A connection and a window of its own, to which the owner hands its answer.
struct Reader {
    connection: RustConnection,
    window: Window,
    selection: Atom,
    until: Instant,
}

impl Reader {
    fn new(name: &str, until: Instant) -> Result<Self, Box<dyn Error>> {
        let (connection, screen) = RustConnection::connect(None)?;
        let screen = connection.setup().roots.get(screen).ok_or("no such screen")?;
        let (window, root, visual) = (connection.generate_id()?, screen.root, screen.root_visual);
        let events = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let (depth, class) = (COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT);
        connection.create_window(depth, window, root, 0, 0, 1, 1, 0, class, visual, &events)?;
        let selection = connection.intern_atom(false, name.as_bytes())?.reply()?.atom;
        Ok(Self { connection, window, selection, until })
    }

    fn atom(&self, name: &str) -> Result<Atom, Box<dyn Error>> {
        Ok(self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }

    /// The selection in one format; `None` if the owner does not have it.
    fn get(&self, format: &str) -> Result<Option<Vec<u8>>, Box<dyn Error>> {
        let (format, property) = (self.atom(format)?, self.atom("KOSMOSCOPE_SELECTION")?);
        self.connection.delete_property(self.window, property)?;
        self.connection.convert_selection(self.window, self.selection, format, property, CURRENT_TIME)?;
        self.connection.flush()?;
        loop {
            match self.next_event()? {
                Event::SelectionNotify(event) if event.target != format => {}
                Event::SelectionNotify(event) if event.property == NONE => return Ok(None),
                Event::SelectionNotify(_) => break,
                _ => {}
            }
        }
        let (kind, bytes) = self.take(property)?;
        // What is long comes piece by piece, an empty one at the end.
        if kind == self.atom("INCR")? { self.get_pieces(property).map(Some) } else { Ok(Some(bytes)) }
    }

    fn get_pieces(&self, property: Atom) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut all = Vec::new();
        loop {
            match self.next_event()? {
                Event::PropertyNotify(event) if event.atom == property && event.state == Property::NEW_VALUE => {
                    let (_, piece) = self.take(property)?;
                    if piece.is_empty() {
                        return Ok(all);
                    }
                    all.extend(piece);
                }
                _ => {}
            }
        }
    }

    /// The property's type and value; taking it away asks for the next piece.
    fn take(&self, property: Atom) -> Result<(Atom, Vec<u8>), Box<dyn Error>> {
        let reply =
            self.connection.get_property(true, self.window, property, AtomEnum::ANY, 0, u32::MAX / 4)?.reply()?;
        Ok((reply.type_, reply.value))
    }

    fn next_event(&self) -> Result<Event, Box<dyn Error>> {
        while Instant::now() < self.until {
            if let Some(event) = self.connection.poll_for_event()? {
                return Ok(event);
            }
            thread::sleep(PAUSE);
        }
        Err("the owner does not answer".into())
    }
}
