//! The list of a repository: what files one commit has, their sizes and their sums.

use std::thread;

use serde::Deserialize;

use super::{
    error::{HubError, RequestError},
    http::{Http, repeated},
    settings::Patience,
};
use crate::checkpoint::{ListedFile, Manifest, Sum, is_plain_name};

/// A list is far shorter.
const MOST_LIST_BYTES: u64 = 8 << 20;

/// Nothing has been done yet that would be lost, so it is said soon that the hub can't be reached.
const LIST_TRIES: u32 = 3;

/// What is taken from a repository beside its weights, if it is there.
const SMALL_FILES: [&str; 5] =
    ["config.json", "tokenizer.json", "generation_config.json", "model.safetensors.index.json", "README.md"];

#[derive(Deserialize)]
struct Revision {
    sha: String,
    #[serde(default, rename = "cardData")]
    card: Option<Card>,
}

#[derive(Deserialize)]
struct Card {
    #[serde(default)]
    license: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    oid: String,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    lfs: Option<LargeFile>,
}

#[derive(Deserialize)]
struct LargeFile {
    oid: String,
    size: u64,
}

/// Asks for the main revision of a repository.
pub(super) fn look_up(http: &Http, patience: &Patience, repo: &str) -> Result<Manifest, HubError> {
    if !is_repo(repo) {
        let text = format!(
            "{:?} is not a repository; its name is OWNER/NAME, such as microsoft/kosmos-2-patch14-224",
            repeated(repo)
        );
        return Err(HubError::Setting(text));
    }
    let looked_up = |error| HubError::LookUp { repo: repo.to_owned(), error };
    let revision: Revision = ask(http, patience, &format!("/api/models/{repo}/revision/main")).map_err(looked_up)?;
    if !is_hex(&revision.sha, 40) {
        return Err(looked_up(RequestError::Nonsense("its commit has no valid number".to_owned())));
    }
    let entries: Vec<Entry> =
        ask(http, patience, &format!("/api/models/{repo}/tree/{}", revision.sha)).map_err(looked_up)?;
    let files = wanted(entries).map_err(looked_up)?;
    let has = |name: &str| files.iter().any(|file| file.name == name);
    for file in ["config.json", "tokenizer.json"] {
        if !has(file) {
            return Err(HubError::NoCheckpoint { repo: repo.to_owned(), file });
        }
    }
    if !has("model.safetensors") && !has("model.safetensors.index.json") {
        return Err(HubError::NoCheckpoint { repo: repo.to_owned(), file: "model.safetensors" });
    }
    let licence = revision.card.and_then(|card| card.license).and_then(|text| text.as_str().map(repeated));
    Ok(Manifest { repo: repo.to_owned(), revision: revision.sha, licence, files })
}

/// Asks for a list; an error that may pass is given a moment to do so.
fn ask<T: for<'a> Deserialize<'a>>(http: &Http, patience: &Patience, path: &str) -> Result<T, RequestError> {
    let mut n_failed = 0;
    let bytes = loop {
        match http.get_text(path, MOST_LIST_BYTES) {
            Ok(bytes) => break bytes,
            Err(error) if error.may_pass() && n_failed + 1 < LIST_TRIES.min(patience.n_tries) => {
                n_failed += 1;
                thread::sleep(patience.wait(n_failed, error.retry_after()));
            }
            Err(error) => return Err(error),
        }
    };
    serde_json::from_slice(&bytes).map_err(|e| {
        let is_page = bytes.trim_ascii_start().starts_with(b"<");
        RequestError::Nonsense(if is_page { "it is a web page".to_owned() } else { repeated(&e.to_string()) })
    })
}

/// What is taken, small files first so that what is wrong shows soon.
fn wanted(entries: Vec<Entry>) -> Result<Vec<ListedFile>, RequestError> {
    let has_single = entries.iter().any(|entry| entry.path == "model.safetensors");
    let is_wanted = |name: &str| match name {
        "model.safetensors" => true,
        "model.safetensors.index.json" => !has_single,
        _ if name.starts_with("model-") && name.ends_with(".safetensors") => !has_single,
        _ => SMALL_FILES.contains(&name),
    };
    let mut files = Vec::new();
    for entry in entries {
        // Files in subfolders are for other programs, and a name that leads out of the folder is never used.
        if entry.kind != "file" || !is_plain_name(&entry.path) || !is_wanted(&entry.path) {
            continue;
        }
        let (sum, n_digits, n_bytes) = match entry.lfs {
            Some(large) => (Sum::Sha256(large.oid), 64, large.size),
            None => (Sum::GitSha1(entry.oid), 40, entry.size),
        };
        if !is_hex(sum.digits(), n_digits) || files.iter().any(|file: &ListedFile| file.name == entry.path) {
            return Err(RequestError::Nonsense(format!(
                "{} is listed without a valid checksum, or twice",
                repeated(&entry.path)
            )));
        }
        files.push(ListedFile { name: entry.path, n_bytes, sum });
    }
    files.sort_by_key(|file| file.n_bytes);
    Ok(files)
}

fn is_hex(text: &str, n_digits: usize) -> bool {
    text.len() == n_digits && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

/// `OWNER/NAME`, of the characters that the hub allows.
fn is_repo(repo: &str) -> bool {
    let is_part = |part: &str| {
        let is_fine = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c);
        (1..=96).contains(&part.len()) && part.chars().all(is_fine) && !part.starts_with('.') && !part.contains("..")
    };
    repo.split_once('/').is_some_and(|(owner, name)| is_part(owner) && is_part(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(json: &serde_json::Value) -> Result<Vec<String>, String> {
        let entries = serde_json::from_value(json.clone()).unwrap();
        wanted(entries).map(|files| files.into_iter().map(|f| f.name).collect()).map_err(|e| e.to_string())
    }

    #[test]
    fn only_known_files_with_proper_sums_are_taken() {
        let sha1 = "a".repeat(40);
        let file = |path: &str| serde_json::json!({"type": "file", "path": path, "oid": sha1, "size": 9});
        let hostile = [
            "../config.json",
            "/config.json",
            "a/model.safetensors",
            "model-..\\x.safetensors",
            "model-\0.safetensors",
        ];
        let others = ["pytorch_model.bin", "kosmos-2.pt", ".gitattributes"];
        let all: Vec<_> =
            ["config.json", "tokenizer.json"].iter().chain(&hostile).chain(&others).map(|p| file(p)).collect();
        assert_eq!(list(&all.into()).unwrap(), ["config.json", "tokenizer.json"]);
        let long = "a".repeat(10_000);
        for oid in ["", "../../x", "a/b", "\r\n", &"g".repeat(40), &"a".repeat(39), &long, "W/\"x\""] {
            let listed = serde_json::json!([{"type": "file", "path": "config.json", "oid": oid, "size": 9}]);
            assert!(list(&listed).unwrap_err().contains("valid checksum"), "{oid}");
        }
        let twice = serde_json::json!([file("config.json"), file("config.json")]);
        assert!(list(&twice).is_err());
    }

    #[test]
    fn shards_are_taken_if_there_is_no_whole() {
        let sha1 = "a".repeat(40);
        let file = |path: &str, size: u64| serde_json::json!({"type": "file", "path": path, "oid": sha1, "size": size});
        let shards = [file("model-00001-of-00002.safetensors", 9), file("model.safetensors.index.json", 2)];
        assert_eq!(
            list(&shards.to_vec().into()).unwrap(),
            ["model.safetensors.index.json", "model-00001-of-00002.safetensors"]
        );
        let both = [&shards[..], &[file("model.safetensors", 20)]].concat();
        assert_eq!(list(&both.into()).unwrap(), ["model.safetensors"]);
    }

    #[test]
    fn names_of_repositories() {
        assert!(is_repo("microsoft/kosmos-2-patch14-224"));
        for name in ["", "kosmos", "a/b/c", "../x", "a/..", "a/.b", "a b/c", "a/b?c", "a/b#", "é/a"] {
            assert!(!is_repo(name), "{name}");
        }
    }
}
