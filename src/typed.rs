//! What people write for a path: as they type it, as they paste it, as another program hands it over.
//!
//! File managers put addresses into the clipboard, terminals quotes, and people write `~`. All of it is read here, for the
//! window's field, its clipboard and the command line alike. Nothing is ever fetched from an address.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    path::{Path, PathBuf},
};

use crate::words::repeated;

/// Characters of a text that is repeated in a sentence.
const MOST_REPEATED: usize = 160;
/// More bytes are the name of no file on any system.
const LONGEST_PATH: usize = 4096;

/// A place that is none on this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Elsewhere {
    /// A web address.
    Web,
    /// A network drive, a phone, a trash can.
    OtherDevice,
}

impl Elsewhere {
    /// Which kind of address this is, if it is one and not a path.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let is_scheme = scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" | "ftp" if rest.starts_with("//") => Some(Self::Web),
            _ if is_scheme && rest.starts_with("//") => Some(Self::OtherDevice),
            _ => None,
        }
    }
}

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Web => "Nothing is downloaded from the web. Save the picture, or copy the picture itself",
            Self::OtherDevice => "This is on another computer or device. Copy it to a folder of this one",
        })
    }
}

/// The path that this text means: a `file:` address, a path in quotes, one that begins at home with `~`, or just itself.
#[must_use]
pub fn path(text: &str, home: Option<&Path>) -> PathBuf {
    let text = unquoted(text.trim());
    if let Some(path) = path_of_address(text) {
        return path;
    }
    expanded(text.into(), home)
}

/// A path in which `~` at the beginning stands for this folder.
#[must_use]
pub fn expanded(path: PathBuf, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}

/// The path that an argument of the command line means. What is there under exactly this name comes first.
#[must_use]
pub fn argument(text: &OsStr, home: Option<&Path>) -> PathBuf {
    match text.to_str() {
        Some(text) if Path::new(text).symlink_metadata().is_err() => path(text, home),
        _ => PathBuf::from(text),
    }
}

/// A list of addresses as text; bytes that are none are written as the codes that addresses have for them.
#[must_use]
pub fn list(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| {
        let coded = |byte: &u8| if byte.is_ascii() { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
        e.as_bytes().iter().map(coded).collect()
    })
}

/// What was found in text that was pasted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// The files and folders that are there, in their order.
    pub paths: Vec<PathBuf>,
    /// What could not be taken: at most one sentence for each kind of thing.
    pub problems: Vec<String>,
}

/// Looks for the files and folders named in pasted text, one on each line. A name without a folder counts only if it is
/// a file's.
#[must_use]
pub fn pasted(text: &str, home: Option<&Path>) -> Pasted {
    let mut pasted = Pasted::default();
    let (mut missing, mut elsewhere, mut has_words) = (Vec::new(), Vec::new(), false);
    for line in lines(text) {
        let path = if line.len() > LONGEST_PATH { PathBuf::new() } else { path(line, home) };
        let is_whole = path.has_root();
        let is_there = if is_whole { path.exists() } else { path.is_file() };
        if is_there {
            pasted.paths.push(path);
        } else if is_whole {
            missing.push(line);
        } else if let Some(kind) = Elsewhere::of(unquoted(line)) {
            elsewhere.push((kind, line));
        } else {
            has_words = true;
        }
    }
    let all = |lines: &[&str]| {
        let first = repeated(lines[0], MOST_REPEATED);
        if lines.len() > 1 { format!("{first} and {} more", lines.len() - 1) } else { first }
    };
    for kind in [Elsewhere::Web, Elsewhere::OtherDevice] {
        let lines: Vec<&str> = elsewhere.iter().filter(|(other, _)| *other == kind).map(|(_, line)| *line).collect();
        if !lines.is_empty() {
            pasted.problems.push(format!("{kind}: {}", all(&lines)));
        }
    }
    if !missing.is_empty() {
        pasted.problems.push(format!("There is no such file. Check its name: {}", all(&missing)));
    }
    if pasted.problems.is_empty() && (has_words || pasted.paths.is_empty()) {
        let what = if pasted.paths.is_empty() { NO_PICTURE } else { "Some lines of the text pasted are no files" };
        pasted.problems.push(what.to_owned());
    }
    pasted
}

/// Said of a clipboard with anything else in it.
pub const NO_PICTURE: &str =
    "There is no picture in the clipboard, and no file's path. Copy a picture or its file first";

/// The lines that may name files. File managers begin with what the list is and whether it was copied or cut.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let is_mark = |line: &&str| {
        line.starts_with("x-special/") || ["application/x-kde-cutselection", "copy", "cut", "0", "1"].contains(line)
    };
    let lines = text.split(['\n', '\r', '\0']).map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.skip_while(is_mark)
}

fn unquoted(text: &str) -> &str {
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

/// The path of a `file:` address on this computer.
fn path_of_address(text: &str) -> Option<PathBuf> {
    let (scheme, rest) = text.split_at_checked("file:".len())?;
    let rest = Some(rest).filter(|_| scheme.eq_ignore_ascii_case("file:"))?;
    // Between the slashes a host may stand, which is this one only by this name.
    let path = rest.strip_prefix("//localhost").or_else(|| rest.strip_prefix("//")).unwrap_or(rest);
    // Before the name of a drive, the slash belongs to the address.
    let has_drive = cfg!(windows) && path.as_bytes().get(2) == Some(&b':');
    let path = Some(path).filter(|path| path.starts_with('/'))?;
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(&path[usize::from(has_drive)..]).collect();
    Some(os_string(bytes).into())
}

/// The name that these bytes are: on Unix any are one, whatever they mean.
#[cfg(unix)]
#[must_use]
pub fn os_string(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

/// The name that these bytes are, read as UTF-8.
#[cfg(not(unix))]
#[must_use]
pub fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_home(text: &str) -> String {
        path(text, Some(Path::new("/home/me"))).display().to_string()
    }

    #[test]
    fn addresses_quotes_and_home_are_understood() {
        for (text, expected) in [
            ("/tmp/a b.png", "/tmp/a b.png"),
            (" /tmp/a.png\r\n", "/tmp/a.png"),
            ("\"/tmp/a b.png\"", "/tmp/a b.png"),
            ("'/tmp/a b.png'", "/tmp/a b.png"),
            ("'/tmp/a.png", "'/tmp/a.png"),
            ("~/x.png", "/home/me/x.png"),
            ("\"~/x.png\"", "/home/me/x.png"),
            ("~", "/home/me/"),
            ("~you/x.png", "~you/x.png"),
            ("file:///tmp/a%20b%20%C3%BC.png", "/tmp/a b ü.png"),
            ("FILE:///tmp/a.png", "/tmp/a.png"),
            ("file://localhost/tmp/a.png", "/tmp/a.png"),
            ("file:/tmp/a.png", "/tmp/a.png"),
            ("file:///tmp/100%.png", "/tmp/100%.png"),
            ("file:///tmp/%zz%4.png", "/tmp/%zz%4.png"),
            ("file://nas/share/cat.jpg", "file://nas/share/cat.jpg"),
            ("file:cat.png", "file:cat.png"),
            ("cat.png", "cat.png"),
            ("", ""),
        ] {
            assert_eq!(at_home(text), expected, "{text}");
        }
        assert_eq!(path("~/x.png", None), Path::new("~/x.png"));
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_keep_their_bytes() {
        use std::os::unix::ffi::OsStrExt as _;
        assert_eq!(path("file:///tmp/b%E9b%e9.png", None).as_os_str().as_bytes(), b"/tmp/b\xe9b\xe9.png");
        let name = OsStr::from_bytes(b"file:///caf\xe9.png");
        assert_eq!(argument(name, None).as_os_str(), name);
    }

    #[test]
    fn bytes_that_are_no_text_stay_in_a_list_of_addresses() {
        assert_eq!(list(b"copy\nfile:///caf\xe9.png".to_vec()), "copy\nfile:///caf%E9.png");
        assert_eq!(list("file:///café.png".into()), "file:///café.png");
    }

    #[test]
    fn an_argument_that_is_there_is_taken_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let name = format!("'{}'", folder.path().join("a.png").display());
        assert_eq!(argument(name.as_ref(), None), folder.path().join("a.png"));
        let odd = folder.path().join(" a.png ");
        std::fs::write(&odd, "").expect("a file");
        assert_eq!(argument(odd.as_os_str(), None), odd);
    }

    #[test]
    fn what_file_managers_copy_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a b.png");
        std::fs::write(&file, "").expect("a file");
        let address = format!("file://{}", file.display().to_string().replace(' ', "%20"));
        let path = file.display();
        for text in [
            format!("x-special/nautilus-clipboard\ncopy\n{address}\n"),
            format!("x-special/nautilus-clipboard\ncut\n{address}"),
            format!("x-special/gnome-copied-files\r\ncopy\r\n{address}\r\n"),
            format!("copy\n{address}\0"),
            format!("application/x-kde-cutselection\n1\n{address}"),
            format!("# comment\r\n{address}\r\n"),
            format!("\n {path} \n"),
            format!("\"{path}\""),
            "~/a b.png".to_owned(),
        ] {
            let found = pasted(&text, Some(folder.path()));
            assert_eq!(found, Pasted { paths: vec![file.clone()], problems: vec![] }, "{text}");
        }
    }

    #[test]
    fn what_is_no_path_is_told_once() {
        let note = "a line of a note that is no path\n".repeat(300);
        let long = "x".repeat(100_000);
        let data = format!("data:image/png;base64,{long}");
        for text in
            [&data, "", " \n", "copy", "cat.png", "An image of a dog.", "tests", "12:30 at the pub", &note, &long]
        {
            let found = pasted(text, Some(Path::new("/nowhere")));
            assert_eq!(found, Pasted { paths: vec![], problems: vec![NO_PICTURE.to_owned()] }, "{text}");
        }
        let one = |text: &str| {
            let Pasted { paths, problems } = pasted(text, Some(Path::new("/nowhere")));
            assert!(paths.is_empty() && problems.len() == 1, "{text}: {paths:?} {problems:?}");
            problems.concat()
        };
        let web = "Nothing is downloaded from the web. Save the picture, or copy the picture itself: ";
        assert_eq!(one("https://example.com/cat.jpg"), format!("{web}https://example.com/cat.jpg"));
        assert_eq!(one("http://a/1.png\nHTTPS://a/2.png\n"), format!("{web}http://a/1.png and 1 more"));
        assert!(one(&format!("https://example.com/{long}")).chars().count() < 300);
        assert!(one("file://nas/share/cat.jpg").starts_with("This is on another computer"));
        assert!(one("smb://nas/share/cat.jpg").starts_with("This is on another computer"));
        assert_eq!(one("file:///no/cat.png"), "There is no such file. Check its name: file:///no/cat.png");
        assert_eq!(one("~/cat.png"), "There is no such file. Check its name: ~/cat.png");
    }

    #[test]
    fn one_bad_name_does_not_lose_the_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.png");
        std::fs::write(&file, "").expect("a file");
        let text = format!("/nowhere/b.png\n{}\nhttps://example.com/c.png", file.display());
        let found = pasted(&text, None);
        assert_eq!(found.paths, std::slice::from_ref(&file));
        assert_eq!(found.problems.len(), 2, "{:?}", found.problems);
        let found = pasted(&format!("{}\nand some words", file.display()), None);
        assert_eq!((found.paths, found.problems.len()), (vec![file], 1));
    }
}
