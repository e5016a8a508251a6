//! What lints can't hold: layers, lengths, first lines, links of the README.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

/// Layers from the bottom up; a module imports only from lower ones.
const LAYERS: [&[&str]; 6] = [
    &["geometry", "kernels", "phrases", "disk", "words", "memory", "progress"],
    &["caption", "text", "model"],
    &["checkpoint", "picture", "grounding", "export", "overlay"],
    &["engine", "background"],
    &["worker", "evaluate", "convert", "hub", "verify"],
    &["ui", "cli"],
];

/// The command line opens the window when no subcommand is given.
const EXCEPTIONS: [(&str, &str); 1] = [("cli", "ui")];

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 100;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

/// The module of a file below `src`: its folder, or its own name.
fn module(path: &Path) -> String {
    let relative = path.strip_prefix(root().join("src")).unwrap();
    relative.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// Names that follow `crate::` in a text: `crate::a::b` and the first words in `crate::{a::b, c}`.
fn imports(text: &str) -> Vec<String> {
    let word = |s: &str| s.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = Vec::new();
    for after in text.split("crate::").skip(1) {
        let Some(group) = after.strip_prefix('{') else {
            names.push(word(after));
            continue;
        };
        let (mut depth, mut start) = (0, 0);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                ',' if depth == 0 => {
                    names.push(word(&group[start..at]));
                    start = at + 1;
                }
                '}' if depth == 0 => {
                    names.push(word(&group[start..at]));
                    break;
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn modules_import_only_from_lower_layers() {
    let layer_of: HashMap<&str, usize> =
        LAYERS.iter().enumerate().flat_map(|(layer, names)| names.iter().map(move |name| (*name, layer))).collect();
    let mut n_imports = 0;
    for path in rust_files(&root().join("src")) {
        let module = module(&path);
        if module == "main" || module == "lib" {
            continue;
        }
        let layer = layer_of.get(module.as_str()).unwrap_or_else(|| panic!("{module} is in no layer"));
        let text = fs::read_to_string(&path).unwrap();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for import in imports(&code.join("\n")) {
            if import == module || EXCEPTIONS.contains(&(&module, &import)) {
                continue;
            }
            let imported = layer_of.get(import.as_str());
            assert!(imported.is_some_and(|i| i < layer), "{} imports {import}", path.display());
            n_imports += 1;
        }
    }
    assert!(n_imports > 20, "the imports were not found");
}

#[test]
fn imports_are_found() {
    let text = "use crate::{\n a::{b, c},\n d,\n e::f,\n};\nuse crate::g;\nlet x = crate::h::i();";
    assert_eq!(imports(text), ["a", "d", "e", "g", "h"]);
}

#[test]
fn types_of_the_tensor_and_window_libraries_stay_in_their_modules() {
    for path in rust_files(&root().join("src")) {
        let (module, text) = (module(&path), fs::read_to_string(&path).unwrap());
        let is_allowed = ["picture/preprocess.rs", "checkpoint/format/gguf.rs"].iter().any(|file| path.ends_with(file));
        if !["model", "kernels", "engine"].contains(&module.as_str()) && !is_allowed {
            assert!(!text.contains("candle_"), "{}", path.display());
        }
        if !["ui", "overlay"].contains(&module.as_str()) {
            assert!(!text.contains("egui::") && !text.contains("eframe"), "{}", path.display());
        }
    }
}

#[test]
fn the_network_stays_in_the_hub() {
    for path in rust_files(&root().join("src")) {
        let (module, text) = (module(&path), fs::read_to_string(&path).unwrap());
        assert!(module == "hub" || !text.contains("std::net") && !text.contains("ureq::Agent"), "{}", path.display());
    }
}

/// Everything else is given what it needs, so that a test can give it something else.
#[test]
fn the_environment_is_read_in_one_file() {
    let mut n_reads = 0;
    for path in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        let reads = ["env::var", "env::home_dir", "from_env("].iter().any(|call| text.contains(call));
        assert!(!reads || path.ends_with("cli/environment.rs"), "{} reads the environment", path.display());
        n_reads += usize::from(reads);
    }
    assert_eq!(n_reads, 1, "the file that reads the environment was not found");
}

/// Times are taken from a clock that only goes forward: the date of a computer may be years off, and jumps.
#[test]
fn the_date_decides_nothing() {
    for path in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("SystemTime::now") && !text.contains("UNIX_EPOCH"), "{}", path.display());
    }
}

#[test]
fn files_say_what_they_are_and_are_short() {
    for path in rust_files(&root().join("src")).into_iter().chain(rust_files(&root().join("tests"))) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} does not say what it is", path.display());
        let n_lines = text.lines().count();
        assert!(n_lines <= LONGEST_FILE, "{} has {n_lines} lines", path.display());
    }
}

#[test]
fn functions_are_short() {
    for path in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (start, line) in lines.iter().enumerate() {
            let code = line.trim_start();
            let indent = &line[..line.len() - code.len()];
            let is_function =
                ["fn ", "pub fn ", "pub(super) fn ", "pub(crate) fn "].iter().any(|f| code.starts_with(f));
            if !is_function || code.ends_with('}') {
                continue;
            }
            let end = format!("{indent}}}");
            let n_lines = lines[start..].iter().position(|line| *line == end).unwrap_or(0);
            assert!(n_lines <= LONGEST_FUNCTION, "{}:{} has {n_lines} lines", path.display(), start + 1);
        }
    }
}

#[test]
fn links_and_pictures_of_the_readme_exist() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let targets: Vec<&str> = (readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()))
        .chain(readme.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next()))
        .filter(|target| !target.starts_with("http") && !target.starts_with('#'))
        .collect();
    assert!(
        targets.iter().any(|target| Path::new(target).extension().is_some_and(|e| e == "png")),
        "the README shows no picture"
    );
    for target in targets {
        assert!(root().join(target).exists(), "the README links to {target}, which is not there");
    }
}

#[test]
fn the_top_level_is_as_agreed() {
    const ALLOWED: [&str; 9] =
        ["Cargo.toml", "Cargo.lock", "LICENSE", "CHANGELOG.md", "README.md", "src", "assets", "screenshots", "tests"];
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let is_fine = name.starts_with('.') || name == "target" || ALLOWED.contains(&name.as_str());
        assert!(is_fine, "{name} does not belong at the top level");
    }
}
