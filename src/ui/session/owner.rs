//! Whose the session's folder is: one window's at a time, by a lock, or where folders have none by its process.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::Path,
    process,
};

/// The folder is this window's until it is dropped.
#[derive(Debug)]
pub(super) struct Owner {
    /// Names the process, for folders without locks.
    file: File,
    pub(super) has_lock: bool,
}

impl Owner {
    /// Takes the folder; `None` while another window has it.
    ///
    /// # Errors
    /// When the file that is locked can't be made.
    pub(super) fn of(folder: &Path) -> io::Result<Option<Self>> {
        let path = folder.join("lock");
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let has_lock = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => return Ok(None),
            // A network folder, as a rule.
            Err(TryLockError::Error(_)) => false,
        };
        if !has_lock && is_of_another_window(&mut file) {
            return Ok(None);
        }
        let mut owner = Self { file, has_lock };
        // Only a folder without locks would miss it.
        let _ = owner.write(&process::id().to_string());
        Ok(Some(owner))
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = self.write("");
    }
}

/// Whether the process that the file names still runs, and is this program. Where processes are not files, this can't be
/// told.
fn is_of_another_window(file: &mut File) -> bool {
    let mut id = String::new();
    if file.read_to_string(&mut id).is_err() || id == process::id().to_string() {
        return false;
    }
    let name = |id: &str| fs::read_to_string(Path::new("/proc").join(id).join("comm")).ok();
    id.parse::<u32>().is_ok() && name(&id).is_some_and(|other| name("self") == Some(other))
}
