//! Words for people: sizes, durations, and text from outside made fit for a sentence.
//!
//! The window and the command line say the same thing in the same way, and so do the errors of every module.

use std::{fmt::Display, path::Path};

/// A number of bytes, with two digits behind the point.
#[must_use]
pub fn size(n_bytes: u64) -> String {
    match n_bytes {
        0..1_000 => format!("{n_bytes} bytes"),
        1_000..1_000_000 => format!("{:.2} kB", n_bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} MB", n_bytes as f64 / 1e6),
        _ => format!("{:.2} GB", n_bytes as f64 / 1e9),
    }
}

/// A number of bytes that changes all the time, in digits that do not flicker.
#[must_use]
pub fn rough_size(n_bytes: u64) -> String {
    match n_bytes {
        0..1_000_000_000 => format!("{:.0} MB", n_bytes as f64 / 1e6),
        _ => format!("{:.1} GB", n_bytes as f64 / 1e9),
    }
}

/// A short time, with digits enough that what is computed from it agrees.
#[must_use]
pub fn seconds(secs: f64) -> String {
    if secs < 0.9995 { format!("{:.0} ms", 1e3 * secs) } else { format!("{secs:.1} s") }
}

/// A time, to the second, the minute or a tenth of an hour.
#[must_use]
pub fn duration(secs: f64) -> String {
    match secs {
        0.0..90.0 => format!("{secs:.0} s"),
        90.0..5400.0 => format!("{:.0} min", secs / 60.0),
        _ => format!("{:.1} h", secs / 3600.0),
    }
}

/// Text from outside, such as a file name, made safe to put in a sentence: no line breaks, no terminal codes, nothing that
/// turns text around or can't be seen.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut before = ' ';
    let shown = text.chars().map(|c| {
        let is_joined = is_joiner(c) && !before.is_ascii();
        before = c;
        if is_deceptive(c) && !is_joined { char::REPLACEMENT_CHARACTER } else { c }
    });
    shown.collect()
}

/// JSON made safe to be shown on a terminal, and still the same JSON: what [`printable`] replaces is escaped.
#[must_use]
pub fn printable_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        if is_deceptive(c) {
            shown.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// What steers a terminal, turns text around, breaks lines or can't be seen. The selectors of variants, as emoji have them,
/// change only what is before them.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What emoji, Persian and the scripts of India need between letters; between Latin ones it only hides.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Text of which at most this many characters are kept, half of them from each end: a long file name keeps its ending.
#[must_use]
pub fn shortened(text: &str, max_chars: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= max_chars {
        return text.to_owned();
    }
    let (first, last) = (&chars[..max_chars.div_ceil(2)], &chars[chars.len() - max_chars / 2..]);
    first.iter().chain(&['…']).chain(last).collect()
}

/// Text from outside as a sentence repeats it: [`printable`], and of at most this many characters.
#[must_use]
pub fn repeated(text: &str, max_chars: usize) -> String {
    shortened(&printable(text), max_chars)
}

/// What a file holds, as an error repeats it: no longer than a few lines, whatever it is.
#[must_use]
pub fn brief(what: impl Display) -> String {
    const MOST_CHARS: usize = 200;
    repeated(&what.to_string(), MOST_CHARS)
}

/// Characters of a path in a sentence: all that a person would read, and never the whole of a megabyte.
const MOST_OF_A_PLACE: usize = 300;

/// A path from outside, made safe to put in a sentence.
#[must_use]
pub fn place(path: &Path) -> String {
    repeated(&path.to_string_lossy(), MOST_OF_A_PLACE)
}

/// A path as the shell takes it, to be copied into a command: in quotes where it needs them, and whole.
#[must_use]
pub fn argument(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+=:@%,".contains(byte);
    let shown = path.to_str().filter(|text| printable(text) == *text);
    match shown {
        Some(text) if !text.is_empty() && bytes.iter().all(is_plain) && !text.starts_with('-') => text.to_owned(),
        Some(text) if cfg!(windows) => format!("\"{text}\""),
        Some(text) => format!("'{}'", text.replace('\'', r"'\''")),
        // What can't be shown is spelt out, as Bash, Zsh and Ksh read it.
        None => {
            let spelt = bytes.iter().map(|byte| match byte {
                byte if is_plain(byte) => char::from(*byte).to_string(),
                byte => format!("\\x{byte:02x}"),
            });
            format!("$'{}'", spelt.collect::<String>())
        }
    }
}

/// These words as in "a, b or c", with the word that stands before the last.
#[must_use]
pub fn listed<S: AsRef<str>>(words: &[S], conjunction: &str) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} {conjunction} {last}", first.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_the_unit_that_fits() {
        assert_eq!([size(0), size(999), size(1_000)], ["0 bytes", "999 bytes", "1.00 kB"]);
        assert_eq!([size(45_954_321), size(6_664_000_000)], ["45.95 MB", "6.66 GB"]);
    }

    #[test]
    fn a_size_that_changes_has_few_digits() {
        assert_eq!([rough_size(190_874_321), rough_size(1_921_650_688)], ["191 MB", "1.9 GB"]);
    }

    #[test]
    fn durations_are_short() {
        assert_eq!([seconds(0.0034), seconds(0.9999), seconds(2.14)], ["3 ms", "1.0 s", "2.1 s"]);
        assert_eq!([duration(4.2), duration(600.0), duration(9000.0)], ["4 s", "10 min", "2.5 h"]);
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(printable("a\x1b[31mb\u{202e}c\nd\u{9b}é"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d\u{fffd}é");
    }

    #[test]
    fn nothing_hides_or_turns_text_around() {
        for c in "\u{200b}\u{200e}\u{200f}\u{202a}\u{202e}\u{2060}\u{2064}\u{2066}\u{2069}\u{feff}\u{61c}\u{ad}\u{85}\u{7f}\u{2028}".chars() {
            assert_eq!(printable(&format!("a{c}b")), "a\u{fffd}b", "{c:?}");
            let json = serde_json::to_string(&format!("a{c}b")).expect("JSON");
            let shown = printable_json(&json);
            assert!(shown.is_ascii(), "{shown}");
            assert_eq!(serde_json::from_str::<String>(&shown).expect("JSON"), format!("a{c}b"));
        }
        assert_eq!(printable_json("\"\u{e0041}é\""), "\"\\udb40\\udc41é\"");
    }

    #[test]
    fn joiners_stay_where_a_script_needs_them() {
        let (family, persian) = ("👩\u{200d}🚀", "می\u{200c}خواهم");
        assert_eq!([printable(family), printable(persian)], [family, persian]);
        assert_eq!(printable("❤\u{fe0f}"), "❤\u{fe0f}");
        assert_eq!(printable("pay\u{200d}pal\u{200c}"), "pay\u{fffd}pal\u{fffd}");
    }

    #[test]
    fn what_a_file_holds_fits_into_an_error() {
        assert_eq!(brief("a\nb"), "a\u{fffd}b");
        assert_eq!(brief("x".repeat(100_000)).chars().count(), 201);
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_an_argument_as_the_path_it_is() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _, process::Command};
        assert_eq!(argument(Path::new("/a/b-1.gguf")), "/a/b-1.gguf");
        let names: [&[u8]; 8] =
            [b"", b"a b", b"it's $HOME `x` \"q\"", b"-n", "é\u{202e}x".as_bytes(), b"\xff\x01'\n", b"a\\b", b"~/*?#!"];
        for name in names {
            let word = argument(Path::new(OsStr::from_bytes(name)));
            let told = Command::new("bash").args(["-c", &format!("printf %s {word}")]).output();
            assert_eq!(told.expect("bash").stdout, name, "{word}");
        }
    }

    #[test]
    fn the_last_word_of_a_list_has_its_conjunction() {
        assert_eq!([listed::<&str>(&[], "or"), listed(&["a"], "or")], ["", "a"]);
        assert_eq!([listed(&["a", "b"], "and"), listed(&["a", "b", "c"], "or")], ["a and b", "a, b or c"]);
    }

    #[test]
    fn long_texts_keep_both_ends() {
        assert_eq!(shortened("snow.png", 32), "snow.png");
        assert_eq!(shortened("abcdefgh", 5), "abc…gh");
        let long = format!("{}.png", "é".repeat(60));
        assert_eq!(shortened(&long, 32), format!("{}…{}.png", "é".repeat(16), "é".repeat(12)));
    }
}
