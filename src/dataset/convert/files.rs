//! Files and folders, made through [`Outputs`].

use std::{fs, io, path::Path};

use crate::{dataset::problem::DatasetError, disk::Outputs};

/// Makes one that leads to a file.
pub(super) fn link(path: &Path, target: &Path) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    #[cfg(unix)]
    return std::os::unix::fs::symlink(path, target);
    #[cfg(not(unix))]
    fs::hard_link(path, target)
}

/// Writes a file, in a folder that is made if need be.
pub(super) fn put(outputs: &mut Outputs, path: &Path, content: &[u8]) -> Result<(), DatasetError> {
    make_folder(outputs, path)?;
    Ok(outputs.write(path, content)?)
}

/// Makes the folder of a file.
pub(super) fn make_folder(outputs: &mut Outputs, file: &Path) -> Result<(), DatasetError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
    let Some(folder) = folder else { return Ok(()) };
    outputs.check_folder(folder)?;
    fs::create_dir_all(folder).map_err(|e| DatasetError::unreadable(folder, e))
}
