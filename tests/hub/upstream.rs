//! A repository that changes while a download is interrupted, or after it: what a download brought is replaced, what anyone
//! else put there is not.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{collections::HashSet, fs, ops::ControlFlow, path::Path};

use kosmoscope::hub::{self, HubError};
use tempfile::TempDir;

use crate::support::{
    files::{WEIGHTS, tiny},
    hub::{Fault, Hub, REPO, assert_complete, is_weights, pull},
};

const OLD: &[u8] = b"what this file was before";

/// Downloads until some of the weights are there.
fn interrupt(hub: &Hub, folder: &Path) {
    let stopped = hub::pull(REPO, folder, &hub.settings(), &mut |progress| {
        let has_some = hub::unfinished_bytes(folder).is_some_and(|n_bytes| n_bytes > 0);
        let is_at_weights = progress.file().is_some_and(|name| name.ends_with(".safetensors"));
        if is_at_weights && has_some { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(stopped, Err(HubError::Stopped { .. })), "{stopped:?}");
}

fn slow_hub() -> Hub {
    Hub::new(|request| if request.path.ends_with(".safetensors") { Fault::Slow(2_000_000) } else { Fault::None })
}

fn content(name: &str) -> Vec<u8> {
    fs::read(tiny().join(name)).unwrap()
}

/// A repository with these files instead of what it has in the end; `None` is a file that it has only in the end.
fn goes_on_after(before: &[(&str, Option<&[u8]>)]) {
    let (hub, folder) = (slow_hub(), TempDir::new().unwrap());
    for (name, content) in before {
        hub.change(name, *content);
    }
    interrupt(&hub, folder.path());
    let n_kept = hub::unfinished_bytes(folder.path()).unwrap();
    for (name, _) in before {
        let now = tiny().join(name).exists().then(|| content(name));
        hub.change(name, now.as_deref());
    }
    let has_kept_weights = before.iter().all(|(name, _)| *name != WEIGHTS);
    let n_before = hub.requests().len();
    pull(&hub.settings(), folder.path()).unwrap_or_else(|e| panic!("{before:?}: {e}"));
    assert_complete(folder.path());
    let ranges = hub.requests().into_iter().skip(n_before).filter(is_weights).filter_map(|request| request.range);
    // A connection that stalls asks for its bytes once more, which is no matter here.
    let n_asked = ranges.flat_map(|(first, last)| first..=last).collect::<HashSet<_>>().len();
    if has_kept_weights {
        assert!(n_asked as u64 <= content(WEIGHTS).len() as u64 - n_kept, "{n_asked} bytes are asked for again");
    }
}

#[test]
fn an_interrupted_download_goes_on_after_a_change() {
    goes_on_after(&[("README.md", Some(OLD))]);
    goes_on_after(&[("config.json", Some(OLD))]);
    goes_on_after(&[("generation_config.json", None)]);
    goes_on_after(&[("README.md", Some(OLD)), ("config.json", Some(OLD)), ("tokenizer.json", Some(OLD))]);
    let (mut others, mut longer) = (content(WEIGHTS), content(WEIGHTS));
    others[300_000] ^= 1;
    longer.push(0);
    goes_on_after(&[(WEIGHTS, Some(&others))]);
    goes_on_after(&[(WEIGHTS, Some(&longer)), ("config.json", Some(OLD))]);
    // The weights were in one file of another name.
    goes_on_after(&[
        (WEIGHTS, None),
        ("model.safetensors.index.json", Some(b"{}")),
        ("model-00001-of-00001.safetensors", Some(&others)),
    ]);
}

#[test]
fn what_somebody_changed_stays_in_the_way() {
    let (hub, folder) = (slow_hub(), TempDir::new().unwrap());
    hub.change("README.md", Some(OLD));
    interrupt(&hub, folder.path());
    let mine = folder.path().join("README.md");
    fs::write(&mine, "my notes").unwrap();
    hub.change("README.md", Some(b"new"));
    let message = pull(&hub.settings(), folder.path()).unwrap_err();
    assert!(message.contains("Another file is in the way") && message.ends_with("README.md"), "{message}");
    assert_eq!(fs::read_to_string(&mine).unwrap(), "my notes");
    // Once it is out of the way, all goes on.
    fs::remove_file(&mine).unwrap();
    pull(&hub.settings(), folder.path()).unwrap();
    assert_eq!(fs::read(&mine).unwrap(), b"new");
}

#[test]
fn what_somebody_changes_meanwhile_is_not_replaced_either() {
    let (hub, folder) = (slow_hub(), TempDir::new().unwrap());
    hub.change("README.md", Some(OLD));
    interrupt(&hub, folder.path());
    hub.change("README.md", Some(b"new"));
    let mine = folder.path().join("README.md");
    let pulled = hub::pull(REPO, folder.path(), &hub.settings(), &mut |progress| {
        if progress.file() == Some(WEIGHTS) {
            assert_ne!(fs::read(&mine).unwrap(), b"new", "it stays until all else is there");
            fs::write(&mine, "my notes").unwrap();
        }
        ControlFlow::Continue(())
    });
    assert!(matches!(pulled, Err(HubError::InTheWay(_))), "{pulled:?}");
    assert_eq!(fs::read_to_string(&mine).unwrap(), "my notes");
}

#[test]
fn a_complete_download_is_brought_up_to_date_at_once() {
    let (hub, folder) = (slow_hub(), TempDir::new().unwrap());
    let mut others = content(WEIGHTS);
    others[300_000] ^= 1;
    hub.change("README.md", Some(OLD));
    hub.change("generation_config.json", Some(b"{}"));
    hub.change(WEIGHTS, Some(&others));
    pull(&hub.settings(), folder.path()).unwrap();
    hub.change("README.md", None);
    hub.change("generation_config.json", Some(&content("generation_config.json")));
    hub.change(WEIGHTS, Some(&content(WEIGHTS)));
    interrupt(&hub, folder.path());
    assert!(fs::read(folder.path().join(WEIGHTS)).unwrap() == others, "the old ones are there until the new ones are");
    assert_eq!(fs::read(folder.path().join("generation_config.json")).unwrap(), b"{}");
    pull(&hub.settings(), folder.path()).unwrap();
    assert_complete(folder.path());
}

#[test]
fn another_repository_s_unfinished_download_is_left_alone() {
    let (hub, folder) = (slow_hub(), TempDir::new().unwrap());
    interrupt(&hub, folder.path());
    let lock = folder.path().join("kosmoscope.lock");
    fs::write(&lock, fs::read_to_string(&lock).unwrap().replace(REPO, "someone/else")).unwrap();
    let mut others = content(WEIGHTS);
    others[300_000] ^= 1;
    hub.change(WEIGHTS, Some(&others));
    let n_kept = hub::unfinished_bytes(folder.path());
    let message = pull(&hub.settings(), folder.path()).unwrap_err();
    assert!(message.contains("unfinished download of someone/else") && message.contains("choose another"), "{message}");
    assert_eq!(hub::unfinished_bytes(folder.path()), n_kept);
}
