//! The session's folder: the session file, and the pictures that have no file of their own.
//!
//! What is written there is whole after a crash. What can't be read is left as it is; what can't be understood is set aside
//! before anything is written over it.

use std::{
    collections::{HashMap, HashSet},
    fs,
    io::{self, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    content::{Kept, Restored, Session, WindowPlace, is_picture_name},
    reading::read,
};
use crate::{checkpoint::is_plain_name, disk, words};

const FILE: &str = "session.json";
const PICTURES: &str = "pictures";
/// A million answers, or the largest picture that opens, saved without compression.
const MOST_BYTES: u64 = 2 << 30;
/// More than the field that says where the window was takes, with what follows it.
const MOST_OF_A_PLACE: u64 = 1024;

/// What was found in the folder.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) restored: Option<Restored>,
    /// What of it was not as it should be, in one sentence.
    pub(super) problem: Option<String>,
}

/// Makes the folder.
pub(super) fn create(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join(PICTURES))
}

/// The session kept last.
///
/// # Errors
/// One sentence, when it can't be read or not be set aside; then it is as it was, and nothing may be written.
pub(super) fn load(folder: &Path) -> Result<Found, String> {
    let path = folder.join(FILE);
    let content = match read_file(&path) {
        Ok(content) => content,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Found::default()),
        Err(e) => {
            let left = "It was left as it is, and what you do in this window is not saved";
            return Err(format!("The last session can't be read: {e}. {left}: {}", words::place(&path)));
        }
    };
    let not_aside = |e: io::Error| {
        let left = "What you do in this window is not saved; move it away to start afresh";
        format!("The last session is damaged and can't be set aside: {e}. {left}: {}", words::place(&path))
    };
    match read(&content) {
        Ok((session, 0)) => Ok(with_files(folder, session)),
        Ok((session, n_left_out)) => {
            let aside = set_aside(folder).map_err(not_aside)?;
            let lost = if n_left_out == 1 { "One part".to_owned() } else { format!("{n_left_out} parts") };
            let problem =
                format!("{lost} of the last session can't be understood; it was set aside in {}", words::place(&aside));
            let restored =
                with_files(folder, session).restored.map(|restored| Restored { is_whole: false, ..restored });
            Ok(Found { restored, problem: Some(problem) })
        }
        Err(_) => {
            let aside = set_aside(folder).map_err(not_aside)?;
            fs::remove_file(&path).map_err(not_aside)?;
            let problem =
                format!("The last session is damaged; it was set aside with its pictures in {}", words::place(&aside));
            Ok(Found { restored: None, problem: Some(problem) })
        }
    }
}

/// The content of a file. Anything else is refused before it is opened: opening a pipe would wait for its writer.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if path.metadata()?.is_file() {
        disk::read_at_most(path, MOST_BYTES)
    } else {
        Err(io::Error::other("it is no file"))
    }
}

/// Where the last window was; `None` if nobody knows. It is the last field of the file, so that it is found at once however
/// many answers come before it.
pub(crate) fn place(folder: &Path) -> Option<WindowPlace> {
    const NAME: &[u8] = b"\"window\":";
    let path = folder.join(FILE);
    let n_bytes = path.metadata().ok().filter(fs::Metadata::is_file)?.len();
    let mut file = fs::File::open(path).ok()?;
    file.seek(SeekFrom::Start(n_bytes.saturating_sub(MOST_OF_A_PLACE))).ok()?;
    let end = disk::all_of(file, MOST_OF_A_PLACE).ok()?;
    let at = end.windows(NAME.len()).rposition(|bytes| bytes == NAME)?;
    let rest = serde_json::Deserializer::from_slice(end.get(at + NAME.len()..)?);
    let place: Option<WindowPlace> = rest.into_iter().next()?.ok()?;
    place.filter(WindowPlace::is_sound)
}

/// The settings kept last, without the pictures; `None` if they can't be read.
pub(super) fn settings(folder: &Path) -> Option<Session> {
    let (session, _) = read(&read_file(&folder.join(FILE)).ok()?).ok()?;
    Some(session.without_pictures())
}

fn with_files(folder: &Path, session: Session) -> Found {
    let path = |file: &str| folder.join(PICTURES).join(file);
    // A damaged file must not lead out of the folder, neither now nor when it is written again.
    let needed: HashSet<&str> = session.kept_files().filter(|file| is_plain_name(file)).collect();
    let n_needed = needed.len();
    let bytes = |file: &str| Some((file.to_owned(), Arc::from(read_file(&path(file)).ok()?)));
    let kept: HashMap<String, Arc<[u8]>> = needed.into_iter().filter_map(bytes).collect();
    let problem = match n_needed - kept.len() {
        0 => None,
        1 => Some("A pasted picture of the last session can't be read; its answers are still here".to_owned()),
        n => Some(format!("{n} pasted pictures of the last session can't be read; their answers are still here")),
    };
    let checkpoint: Option<PathBuf> = session.checkpoint.clone().map(PathBuf::from);
    let has_checkpoint = checkpoint.is_some_and(|path| path.exists());
    Found { restored: Some(Restored { session, is_whole: true, kept, has_checkpoint }), problem }
}

/// Gives all that is kept a second place, in a folder of its own.
fn set_aside(folder: &Path) -> io::Result<PathBuf> {
    let name = |n: u32| folder.join(format!("session-damaged-{n}"));
    let aside = (1..u32::MAX).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0));
    let fill = || {
        fs::create_dir(&aside)?;
        fs::create_dir(aside.join(PICTURES))?;
        for file in fs::read_dir(folder.join(PICTURES))? {
            let file = file?;
            duplicate(&file.path(), &aside.join(PICTURES).join(file.file_name()))?;
        }
        // The last, so that it stands for all of it.
        duplicate(&folder.join(FILE), &aside.join(FILE))
    };
    fill().inspect_err(|_| {
        // Half of it would only be taken for the whole.
        let _ = fs::remove_dir_all(&aside);
    })?;
    disk::sync_folder_of(&aside.join(FILE));
    Ok(aside)
}

/// Some disks know no links.
fn duplicate(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop))
}

/// Writes pictures first and then the session that needs them. When the folder can't be written to, the session kept before
/// is as it was.
///
/// # Errors
/// One sentence.
pub(super) fn write(folder: &Path, session: &Session, kept: &[Kept]) -> Result<(), String> {
    let pictures = folder.join(PICTURES);
    for picture in kept {
        let path = pictures.join(&picture.file);
        // One that only can't be looked at may be whole.
        if matches!(path.try_exists(), Ok(false)) {
            write_file(&path, &picture.content()?)?;
        }
    }
    let json = serde_json::to_vec(session).map_err(|e| format!("This session can't be saved: {e}"))?;
    write_file(&folder.join(FILE), &json)
}

/// Removes what the folder keeps for nothing: pictures that no entry needs, and what a crash left half written. Only for
/// who has the folder to itself.
pub(super) fn tidy(folder: &Path, needed: &HashSet<&str>) {
    let pictures = folder.join(PICTURES);
    disk::sweep(folder);
    disk::sweep(&pictures);
    for file in fs::read_dir(&pictures).into_iter().flatten().flatten() {
        if file.file_name().to_str().is_some_and(|name| is_picture_name(name) && !needed.contains(name)) {
            // A picture that stays for nothing does no harm.
            let _ = fs::remove_file(file.path());
        }
    }
}

fn write_file(path: &Path, content: &[u8]) -> Result<(), String> {
    disk::write_atomically(path, content).map_err(|e| {
        let folder = words::place(path.parent().unwrap_or(path));
        format!("This session is not saved: {}; it is tried again by itself: {folder}", e.obstacle())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_window_is_found_behind_any_number_of_answers() {
        let folder = tempfile::tempdir().expect("a folder");
        let window = WindowPlace { corner: None, size: [900.0, 700.0], pixels_per_point: 1.0, is_maximised: false };
        let recent = (0..50_000).map(|n| PathBuf::from(format!("/pictures/{n}.png")).as_path().into()).collect();
        let session = Session { recent, window: Some(window), ..Session::default() };
        create(folder.path()).expect("made");
        write(folder.path(), &session, &[]).expect("written");
        assert_eq!(place(folder.path()), Some(window));
        for content in ["", "{}", "{\"window\":", "{\"window\":null}", "{\"window\":{\"size\":[1,1]}}"] {
            fs::write(folder.path().join(FILE), content).expect("written");
            assert_eq!(place(folder.path()), None, "{content}");
        }
        assert_eq!(place(&folder.path().join("nowhere")), None);
    }
}
