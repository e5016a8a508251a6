//! Files of the project as text, and Rust code without what is said in it: comments, strings and tests.

use std::{fs, path::Path};

/// A file by its path from the project's own folder, with `/` between names.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// A file that only an example has.
    pub(crate) fn example(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The code: comments and the insides of strings are blank, and everything stays in its line.
    pub(crate) fn code(&self) -> String {
        blank(&self.text)
    }

    /// The code without its unit tests.
    pub(crate) fn code_without_tests(&self) -> String {
        let code = self.code();
        match code.find("#[cfg(test)]\nmod ") {
            Some(at) => code[..at].to_owned(),
            None => code,
        }
    }

    /// The names of the folders that lead to it, and its own without the ending.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.path.trim_end_matches(".rs").split('/').collect()
    }
}

/// All files of this kind below a folder of the project, in order.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == ending) {
                let names: Vec<_> =
                    path.strip_prefix(root).unwrap().iter().map(|name| name.to_string_lossy()).collect();
                found.push(File { path: names.join("/"), text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "there is no {ending} file in {folder}");
    found
}

pub(crate) fn sources() -> Vec<File> {
    files("src", "rs")
}

/// What a check says of one file.
pub(crate) fn about(check: fn(&[File]) -> Vec<String>, path: &str, text: &str) -> String {
    check(&[File::example(path, text)]).join("\n")
}

pub(crate) fn has_word(code: &str, word: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|other| other == word)
}

/// The text with blanks for comments and the insides of strings and character literals, line by line as before.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => end_of_line(&chars, at),
            '/' if chars.get(at + 1) == Some(&'*') => end_of_block_comment(&chars, at),
            '"' => end_of_string(&chars, at),
            'r' if !is_in_word(&chars, at) => end_of_raw_string(&chars, at),
            '\'' => end_of_character(&chars, at),
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Whether the character here goes on a word, the `b` of a byte string apart.
fn is_in_word(chars: &[char], at: usize) -> bool {
    let is_word = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_');
    match at {
        0 => false,
        1 => is_word(0) && chars[0] != 'b',
        _ => is_word(at - 1) && (chars[at - 1] != 'b' || is_word(at - 2)),
    }
}

fn end_of_line(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |n| at + n)
}

fn end_of_block_comment(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_string(chars: &[char], at: usize) -> usize {
    let mut end = at + 1;
    while end < chars.len() && chars[end] != '"' {
        end += if chars[end] == '\\' { 2 } else { 1 };
    }
    (end + 1).min(chars.len())
}

/// The same place when no raw string begins here.
fn end_of_raw_string(chars: &[char], at: usize) -> usize {
    let n_hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + 1 + n_hashes) != Some(&'"') {
        return at;
    }
    let mut end = at + 2 + n_hashes;
    while end < chars.len() {
        let is_end = chars[end] == '"' && chars[end + 1..].iter().take_while(|c| **c == '#').count() >= n_hashes;
        end += 1;
        if is_end {
            return end + n_hashes;
        }
    }
    end
}

/// The same place for a lifetime, which begins alike.
fn end_of_character(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => chars[at + 3..].iter().position(|c| *c == '\'').map_or(chars.len(), |n| at + 4 + n),
        (Some(_), Some('\'')) => at + 3,
        _ => at,
    }
}

#[test]
fn comments_and_strings_are_no_code() {
    let text = "a // egui\nb /* x /* y */ z */ c \"fn \\\" f\" d r#\"q\"q\"# e b\"f\" '\"' '\\'' g<'a> 'h'\n";
    let words: Vec<String> = blank(text).split_whitespace().map(str::to_owned).collect();
    assert_eq!(words, ["a", "b", "c", "d", "e", "b", "g<'a>"]);
    assert_eq!(blank("\"one\ntwo\" // three\nfour").lines().count(), 3, "lines stay");
}

#[test]
fn unit_tests_are_left_out() {
    let file = File::example("src/a.rs", "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n");
    assert!(file.code().contains("std::fs") && !file.code_without_tests().contains("std::fs"));
}
