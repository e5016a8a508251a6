//! Files, functions and folders that a person can take in: none too long, and each file says what it is.

use std::collections::BTreeMap;

use crate::source::{File, about, files, sources};

pub(crate) const LONGEST_FILE: usize = 400;
pub(crate) const LONGEST_FUNCTION: usize = 100;
/// Besides its `mod.rs`, which only says what they are.
const MOST_FILES_IN_A_FOLDER: usize = 16;

fn file_complaints(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        if !file.text.starts_with("//! ") {
            complaints.push(format!("{} does not say what it is", file.path));
        }
        let n_lines = file.text.lines().count();
        if n_lines > LONGEST_FILE {
            complaints.push(format!("{} has {n_lines} lines", file.path));
        }
    }
    complaints
}

/// Whatever stands before the `fn`: a function with a body ends with the brace that closes it.
fn function_complaints(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let code = file.code();
        for (at, _) in code.match_indices("fn ") {
            let is_word = code[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_');
            let is_named = code[at + 3..].trim_start().starts_with(|c: char| c.is_alphabetic() || c == '_');
            if !is_word || !is_named {
                continue;
            }
            let line = code[..at].matches('\n').count() + 1;
            match end_of_function(&code[at..]) {
                Some(n_bytes) => {
                    let n_lines = code[at..at + n_bytes].lines().count();
                    if n_lines > LONGEST_FUNCTION {
                        complaints.push(format!("{}:{line} has {n_lines} lines", file.path));
                    }
                }
                None => complaints.push(format!("{}:{line} has no end", file.path)),
            }
        }
    }
    complaints
}

/// Behind the brace that closes its body, or the semicolon of one that has none.
fn end_of_function(code: &str) -> Option<usize> {
    let (mut n_brackets, mut n_braces) = (0_usize, 0_usize);
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' => n_brackets += 1,
            ')' | ']' => n_brackets = n_brackets.checked_sub(1)?,
            '{' => n_braces += 1,
            '}' => {
                n_braces = n_braces.checked_sub(1)?;
                if n_braces == 0 && n_brackets == 0 {
                    return Some(at + 1);
                }
            }
            ';' if n_braces == 0 && n_brackets == 0 => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn folder_complaints(files: &[File]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (folder, name) in files.iter().filter_map(|file| file.path.rsplit_once('/')) {
        *counts.entry(folder).or_default() += usize::from(name != "mod.rs");
    }
    let full = counts.into_iter().filter(|(_, n)| *n > MOST_FILES_IN_A_FOLDER);
    full.map(|(folder, n)| format!("{folder} has {n} files")).collect()
}

#[test]
fn files_say_what_they_are_and_are_short() {
    let complaints = file_complaints(&[sources(), files("tests", "rs")].concat());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn functions_are_short() {
    let complaints = function_complaints(&[sources(), files("tests", "rs")].concat());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn folders_are_not_crowded() {
    let complaints = folder_complaints(&[sources(), files("tests", "rs")].concat());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_long_or_nameless_file_is_found() {
    let check = |text: &str| about(file_complaints, "src/a.rs", text);
    assert_eq!(check(&format!("//! What it is.{}", "\n".repeat(LONGEST_FILE))), "");
    assert_eq!(check(&format!("//! What it is.\n{}", "x\n".repeat(LONGEST_FILE))), "src/a.rs has 401 lines");
    assert_eq!(check("use x;"), "src/a.rs does not say what it is");
}

#[test]
fn a_long_function_is_found_whatever_stands_before_it() {
    let check = |text: &str| about(function_complaints, "src/a.rs", text);
    let body = |n_lines: usize| format!("fn f<T>(x: [u8; 3])\nwhere T: Fn() {{{}}}", "\n".repeat(n_lines - 2));
    for before in ["", "pub ", "pub(super) unsafe ", "const ", "async ", "unsafe extern \"C\" ", "impl A { default "] {
        let after = if before.starts_with("impl") { "\n}" } else { "" };
        assert_eq!(check(&format!("//! A.\n{before}{}{after}", body(LONGEST_FUNCTION))), "", "{before}");
        let long = format!("//! A.\n{before}{}{after}", body(LONGEST_FUNCTION + 1));
        assert_eq!(check(&long), "src/a.rs:2 has 101 lines", "{before}");
    }
    assert_eq!(check("fn f() {\n if x {\n}\n"), "src/a.rs:1 has no end");
    assert_eq!(check("fn f() { \"}\"; '}'; // }\n"), "src/a.rs:1 has no end");
    assert_eq!(check("trait A {\n fn f();\n fn g() -> [u8; 2];\n}\ntype B = fn(u8) -> u8;\n// fn f() {\n"), "");
}

#[test]
fn a_crowded_folder_is_found() {
    let folder = |n| {
        let names = (0..n).map(|n| n.to_string()).chain(["mod".to_owned()]);
        names.map(|name| File::example(&format!("src/a/{name}.rs"), "")).collect::<Vec<_>>()
    };
    assert_eq!(folder_complaints(&folder(MOST_FILES_IN_A_FOLDER)), [""; 0]);
    assert_eq!(folder_complaints(&folder(MOST_FILES_IN_A_FOLDER + 1)), ["src/a has 17 files"]);
}
