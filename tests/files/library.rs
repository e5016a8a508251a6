//! Checkpoints in the cache of Hugging Face's tools: found, opened in place, never changed.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]
#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use kosmoscope::checkpoint::{Checkpoint, Library, LocalCheckpoint, Origin, Source, places};
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

/// The parts of a revision that an interrupted or partial download leaves.
fn partial_revision(repository: &Path, revision: &str, names: &[&str]) -> PathBuf {
    let folder = repository.join("snapshots").join(revision);
    fs::create_dir_all(&folder).unwrap();
    for name in names {
        let n = CHECKPOINT_FILES.iter().position(|file| file == name).unwrap();
        symlink(Path::new("../../blobs").join(format!("{n}").repeat(40)), folder.join(name)).unwrap();
    }
    fs::write(repository.join("refs/main"), format!("{revision}\n")).unwrap();
    folder
}

#[test]
fn a_complete_revision_goes_before_an_incomplete_main_one() {
    let open = |repository: &Path| Checkpoint::open(&Source::Path(repository.to_owned())).map(|_| ());
    for names in [&[][..], &["config.json"], &["config.json", "tokenizer.json"], &["config.json", "model.safetensors"]]
    {
        let home = TempDir::new().unwrap();
        let repository = add_repository(home.path(), REPO, &"a".repeat(40));
        let incomplete = partial_revision(&repository, &"b".repeat(40), names);
        let library = Library { hub_cache: Some(home.path().to_owned()), own: None };
        let found = library.find(REPO).unwrap();
        assert_eq!(found.origin, Origin::HubCache { repo: REPO.to_owned(), revision: "a".repeat(40) }, "{names:?}");
        assert_eq!((library.list().len(), open(&repository).is_ok()), (2, true));
        // Without the complete one, what is missing of the main one is named, with what to do.
        fs::remove_dir_all(repository.join("snapshots").join("a".repeat(40))).unwrap();
        let missing = CHECKPOINT_FILES.iter().find(|name| !names.contains(name)).unwrap();
        let message = open(&repository).unwrap_err().to_string();
        let expected = format!("{missing} is missing; get that file too");
        assert!(message.contains(&expected) && message.contains(incomplete.to_str().unwrap()), "{message}");
        fs::write(repository.join("blobs/dead.incomplete"), "half").unwrap();
        let message = open(&repository).unwrap_err().to_string();
        assert!(message.contains(&format!("{missing} is still arriving")), "{message}");
    }
}

/// Whatever `refs/main` is: the complete revision is found.
#[test]
fn odd_references_and_dangling_links_are_no_obstacle() {
    let spoils: [fn(&Path); 6] = [
        |repository| fs::remove_dir_all(repository.join("refs")).unwrap(),
        |repository| fs::write(repository.join("refs/main"), "").unwrap(),
        |repository| fs::write(repository.join("refs/main"), "c".repeat(40)).unwrap(),
        |repository| fs::write(repository.join("refs/main"), "../../../x").unwrap(),
        |repository| fs::write(repository.join("refs/main"), vec![0xFF; 1 << 20]).unwrap(),
        |repository| {
            fs::remove_file(repository.join("refs/main")).unwrap();
            fs::create_dir(repository.join("refs/main")).unwrap();
        },
    ];
    for (n, spoil) in spoils.iter().enumerate() {
        let home = TempDir::new().unwrap();
        let repository = add_repository(home.path(), REPO, &"a".repeat(40));
        let dangling = partial_revision(&repository, &"b".repeat(40), &CHECKPOINT_FILES);
        fs::remove_file(dangling.join("model.safetensors")).unwrap();
        symlink("../../blobs/gone", dangling.join("model.safetensors")).unwrap();
        spoil(&repository);
        let found = LocalCheckpoint::at(&repository);
        assert!(found.summary.is_ok() && found.path.unwrap().ends_with("a".repeat(40)), "{n}");
    }
}

#[test]
fn a_revision_with_a_missing_shard_is_incomplete() {
    let home = TempDir::new().unwrap();
    let repository = add_repository(home.path(), REPO, &"a".repeat(40));
    let sharded = partial_revision(&repository, &"b".repeat(40), &["config.json", "tokenizer.json"]);
    let index = r#"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#;
    fs::write(sharded.join("model.safetensors.index.json"), index).unwrap();
    symlink(Path::new("../../blobs").join("2".repeat(40)), sharded.join("model-1.safetensors")).unwrap();
    assert!(LocalCheckpoint::at(&repository).path.unwrap().ends_with("a".repeat(40)));
    fs::remove_dir_all(repository.join("snapshots").join("a".repeat(40))).unwrap();
    let message = LocalCheckpoint::at(&repository).summary.unwrap_err();
    assert!(message.contains("model-2.safetensors is missing"), "{message}");
}

/// The files of a revision that are there and can't be used.
#[test]
fn a_usable_revision_goes_before_a_damaged_main_one() {
    let spoils: [(&str, &[u8], &str); 6] = [
        ("model.safetensors", b"", "model.safetensors"),
        ("model.safetensors", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        ("config.json", b"", "config.json can't be read"),
        ("config.json", br#"{"model_type": "llava"}"#, "it holds the model \"llava\""),
        ("tokenizer.json", b"", "tokenizer.json"),
        ("tokenizer.json", b"{}", "tokenizer.json"),
    ];
    for (name, content, reason) in spoils {
        let home = TempDir::new().unwrap();
        let repository = add_repository(home.path(), REPO, &"a".repeat(40));
        let damaged = partial_revision(&repository, &"b".repeat(40), &CHECKPOINT_FILES);
        fs::remove_file(damaged.join(name)).unwrap();
        fs::write(damaged.join(name), content).unwrap();
        let library = Library { hub_cache: Some(home.path().to_owned()), own: None };
        assert!(library.find(REPO).unwrap().path.unwrap().ends_with("a".repeat(40)), "{reason}");
        // Without the usable one, the reason is told.
        fs::remove_dir_all(repository.join("snapshots").join("a".repeat(40))).unwrap();
        assert!(library.find(REPO).is_none());
        let told = library.find_any(REPO).unwrap().summary.unwrap_err();
        assert!(told.contains(reason) && told.contains(damaged.to_str().unwrap()), "{told}");
        let is_listed = library.list().iter().any(|found| found.summary.as_ref().is_err_and(|listed| *listed == told));
        assert_eq!(is_listed, !reason.contains("llava"), "{told}");
    }
}

/// Files that are tried out and removed change the time of a folder, and not which revision is taken.
#[test]
fn trying_a_folder_out_changes_no_choice() {
    let home = TempDir::new().unwrap();
    let repository = add_repository(home.path(), REPO, &"a".repeat(40));
    add_repository(home.path(), REPO, &"b".repeat(40));
    fs::remove_dir_all(repository.join("refs")).unwrap();
    let chosen = || LocalCheckpoint::at(&repository).path.unwrap();
    let before = chosen();
    for revision in ["a", "b", "a"] {
        let probe = repository.join("snapshots").join(revision.repeat(40)).join("probe");
        fs::write(&probe, "").and_then(|()| fs::remove_file(&probe)).unwrap();
        assert_eq!(chosen(), before);
    }
    // All of them are kept from being written over.
    let places = places(&before);
    for name in ["a", "b"] {
        assert!(places.iter().any(|place| place.ends_with(name.repeat(40))), "{places:?}");
    }
    assert!(places.iter().any(|place| place.ends_with("blobs")), "{places:?}");
}

#[test]
fn nothing_there_is_no_error() {
    let nowhere = Library { hub_cache: Some("/nowhere".into()), own: None };
    assert_eq!(nowhere.list().len(), 1);
    assert!(nowhere.find(REPO).is_none() && nowhere.own_folder(REPO).is_none());
}
