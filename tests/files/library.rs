//! Checkpoints in the cache of Hugging Face's tools: found, opened in place, never changed.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]
#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use kosmoscope::checkpoint::{Library, LocalCheckpoint, Origin, Source};
use tempfile::TempDir;

use crate::support::{
    files::{CHECKPOINT_FILES, contents, tiny},
    model::engine,
};

const REPO: &str = "microsoft/kosmos-2-patch14-224";

/// A repository as the tools lay it out: contents under their sums, revisions as folders of links.
fn add_repository(cache: &Path, repo: &str, revision: &str) -> PathBuf {
    let repository = cache.join(format!("models--{}", repo.replace('/', "--")));
    let snapshot = repository.join("snapshots").join(revision);
    for folder in [&snapshot, &repository.join("blobs"), &repository.join("refs")] {
        fs::create_dir_all(folder).unwrap();
    }
    for (n, name) in CHECKPOINT_FILES.into_iter().enumerate() {
        let blob = repository.join("blobs").join(format!("{n}").repeat(40));
        fs::copy(tiny().join(name), &blob).unwrap();
        let link = Path::new("../../blobs").join(blob.file_name().unwrap());
        let _ = fs::remove_file(snapshot.join(name));
        symlink(link, snapshot.join(name)).unwrap();
    }
    fs::write(repository.join("refs/main"), revision).unwrap();
    repository
}

#[test]
fn a_repository_in_the_cache_is_used_in_place() {
    let home = TempDir::new().unwrap();
    let repository = add_repository(home.path(), REPO, &"a".repeat(40));
    add_repository(home.path(), REPO, &"b".repeat(40));
    add_repository(home.path(), "someone/llava", &"c".repeat(40));
    let llava = home.path().join("models--someone--llava/blobs").join("0".repeat(40));
    fs::write(llava, r#"{"model_type": "llava"}"#).unwrap();
    fs::create_dir_all(home.path().join("models--someone--broken/snapshots")).unwrap();
    fs::write(home.path().join("version.txt"), "1").unwrap();
    let before = contents(home.path());

    let library = Library { hub_cache: Some(home.path().to_owned()), own: Some(home.path().join("none")) };
    let all = library.list();
    let names: Vec<&str> = all.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names, ["kosmos-2 mini", "kosmos-2-patch14-224"]);
    assert_eq!(all[0].origin, Origin::BuiltIn);
    let found = library.find(REPO).unwrap();
    let summary = found.summary.as_ref().unwrap();
    assert_eq!((summary.n_bytes, summary.stored.as_str()), (741_216, "f32"));
    assert_eq!(found.origin, Origin::HubCache { repo: REPO.to_owned(), revision: "b".repeat(40) }, "the main revision");
    assert!(library.find("someone/broken").is_none());

    // Its snapshot and its own folder open alike, under the name that people know.
    for folder in [found.path.as_ref().unwrap(), &repository] {
        assert_eq!(engine(&Source::Path(folder.clone()), None).info().checkpoint.name, "kosmos-2-patch14-224");
    }
    assert_eq!(contents(home.path()), before);
}

#[test]
fn a_damaged_one_is_listed_with_what_is_wrong() {
    let home = TempDir::new().unwrap();
    let repository = add_repository(home.path(), REPO, &"a".repeat(40));
    let weights = repository.join("blobs").join("2".repeat(40));
    fs::File::options().write(true).open(weights).unwrap().set_len(100_000).unwrap();
    let library = Library { hub_cache: Some(home.path().to_owned()), own: None };
    let LocalCheckpoint { summary, .. } = library.list().pop().unwrap();
    assert!(summary.unwrap_err().contains("cut off"));
    assert!(library.find(REPO).is_none());
}

#[test]
fn nothing_there_is_no_error() {
    let nowhere = Library { hub_cache: Some("/nowhere".into()), own: None };
    assert_eq!(nowhere.list().len(), 1);
    assert!(nowhere.find(REPO).is_none() && nowhere.own_folder(REPO).is_none());
}
