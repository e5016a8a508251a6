//! Downloads from a hub that cuts, lies, stalls and changes its mind: what arrives is right, or one sentence says why not.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    collections::BTreeSet,
    fs,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use kosmoscope::{
    checkpoint::{LocalCheckpoint, Origin},
    hub::{self, Progress, Settings},
};
use tempfile::TempDir;

use crate::support::{
    files::{WEIGHTS, tiny},
    hub::{Fault, Hub, REPO, Request, always, assert_complete, at_first, is_weights, pull},
};

/// Downloads from a hub with this fault, which must be got over.
fn survives(faults: impl Fn(&Request) -> Fault + Send + Sync + 'static) -> Hub {
    let (hub, folder) = (Hub::new(faults), TempDir::new().unwrap());
    pull(&hub.settings(), folder.path()).unwrap();
    assert_complete(folder.path());
    hub
}

/// Downloads from a hub with this fault, which must end in a sentence with these parts, and without the weights.
fn fails(faults: impl Fn(&Request) -> Fault + Send + Sync + 'static, parts: &[&str]) -> TempDir {
    let (hub, folder) = (Hub::new(faults), TempDir::new().unwrap());
    let message = pull(&hub.settings(), folder.path()).unwrap_err();
    for part in parts {
        assert!(message.contains(part), "\"{part}\" is not in: {message}");
    }
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(!folder.path().join(WEIGHTS).exists());
    folder
}

#[test]
fn a_checkpoint_arrives_with_its_list() {
    let (hub, folder) = (Hub::faultless(), TempDir::new().unwrap());
    let (mut steps, mut most) = (BTreeSet::new(), 0);
    let manifest = hub::pull(REPO, folder.path(), &hub.settings(), &mut |progress: Progress| {
        assert!(progress.share().is_none_or(|share| share.n_done <= share.n_total));
        most = most.max(progress.n_done());
        steps.insert(format!("{progress:?}").split([' ', '(']).next().unwrap().to_owned());
        ControlFlow::Continue(())
    });
    let manifest = manifest.unwrap();
    assert_complete(folder.path());
    assert_eq!((manifest.repo.as_str(), manifest.licence.as_deref(), most), (REPO, Some("mit"), manifest.n_bytes()));
    assert!(steps.contains("LookingUp") && steps.contains("Checking"), "{steps:?}");
    assert_eq!(hub.n_requests("pytorch_model.bin"), 0);
    assert!(hub.n_requests(WEIGHTS) > 3, "several connections share a large file");
    let found = LocalCheckpoint::at(folder.path());
    assert_eq!(found.origin, Origin::Downloaded { repo: REPO.to_owned(), revision: manifest.revision });
    // Again: everything is summed, nothing is asked for.
    let n_before = hub.n_requests(WEIGHTS);
    pull(&hub.settings(), folder.path()).unwrap();
    assert_eq!(hub.n_requests(WEIGHTS), n_before);
}

/// D1
#[test]
fn a_thousand_cuts() {
    let n_cuts = Arc::new(AtomicUsize::new(0));
    let mut n_pulls = 0;
    while n_cuts.load(Ordering::SeqCst) < 1000 {
        let (n_cuts, seed) = (Arc::clone(&n_cuts), n_pulls);
        survives(move |request| {
            // Any number will do, as long as it is another one each time.
            let chance = (request.n + 977 * seed).wrapping_mul(2_654_435_761) % 90_000;
            n_cuts.fetch_add(usize::from(is_weights(request)), Ordering::SeqCst);
            if is_weights(request) { Fault::Cut(1 + chance / 3) } else { Fault::None }
        });
        n_pulls += 1;
    }
}

/// D1
#[test]
fn stalls_are_given_up_and_tried_again() {
    survives(at_first(2, Fault::Hang(100)));
    survives(at_first(1, Fault::Hang(0)));
    survives(at_first(1, Fault::Drip));
    let start = Instant::now();
    fails(
        always(Fault::Hang(0)),
        &[WEIGHTS, "nothing arrived for", "224.89 kB of 978.84 kB are kept", "go on from there"],
    );
    assert!(start.elapsed() < Duration::from_secs(10));
}

/// D1
#[test]
fn lengths_are_not_believed() {
    survives(always(Fault::NoLength));
    survives(always(Fault::Longer(100)));
    fails(always(Fault::Cut(0)), &["the connection was cut", "run it again"]);
    fails(always(Fault::Headers("Content-Encoding: gzip\r\n")), &["it is compressed"]);
}

/// D2
#[test]
fn ranges_are_not_believed() {
    let hub = survives(always(Fault::NoRanges));
    assert!(hub.n_requests(WEIGHTS) < 8);
    survives(always(Fault::OtherRange));
    survives(at_first(1, Fault::Status(416, "")));
    survives(|request| {
        let has_range = is_weights(request) && request.range.is_some();
        if has_range { Fault::Status(416, "") } else { Fault::None }
    });
    survives(at_first(1, Fault::LyingRange));
}

/// D2
#[test]
fn a_file_that_changes_is_begun_anew_once() {
    survives(at_first(1, Fault::Headers("ETag: \"two\"\r\n")));
    let changing = |request: &Request| match request.n % 2 {
        0 if is_weights(request) => Fault::Headers("ETag: \"two\"\r\n"),
        _ => Fault::None,
    };
    fails(changing, &["the file changed while it was downloaded", "run it again"]);
    fails(always(Fault::Body(vec![1; 999])), &["it has another size"]);
}

/// D2
#[test]
fn a_complete_part_is_checked_and_not_asked_for() {
    let (hub, folder) = (Hub::faultless(), TempDir::new().unwrap());
    let result = hub::pull(REPO, folder.path(), &hub.settings(), &mut |progress| {
        let is_there =
            matches!(progress, Progress::Checking { file, share } if file == WEIGHTS && share.n_done == share.n_total);
        if is_there { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(result.unwrap_err().to_string().starts_with("Paused"));
    assert!(folder.path().join("model.safetensors.part").exists());
    let n_before = hub.n_requests(WEIGHTS);
    pull(&hub.settings(), folder.path()).unwrap();
    assert_complete(folder.path());
    assert_eq!(hub.n_requests(WEIGHTS), n_before);
}

/// D3
#[test]
fn a_flipped_bit_is_found() {
    let flipped = |request: &Request| {
        // In the first go only.
        if is_weights(request) && request.n < 12 { Fault::Flip(300_000) } else { Fault::None }
    };
    survives(flipped);
    let folder = fails(always(Fault::Flip(300_000)), &["damaged twice", "set aside", "the hub lists", ".damaged"]);
    assert!(folder.path().join("model.safetensors.damaged").exists());
    assert!(!folder.path().join("model.safetensors.part.journal").exists());
    assert!(folder.path().join("tokenizer.json").exists());
    let hub = Hub::faultless();
    pull(&hub.settings(), folder.path()).unwrap();
    assert!(fs::read(folder.path().join(WEIGHTS)).unwrap() == fs::read(tiny().join(WEIGHTS)).unwrap());
}

/// D4
#[test]
fn small_files_are_checked_too() {
    let flipped = |request: &Request| if request.path.ends_with("config.json") { Fault::Flip(9) } else { Fault::None };
    fails(flipped, &["config.json", "damaged twice"]);
}

/// D5
#[test]
fn names_from_the_server_name_no_file() {
    let long: &str = Box::leak(format!("ETag: {}\r\n", "x".repeat(10_000)).into_boxed_str());
    for tag in ["ETag: ../../x\r\n", "ETag: \"/etc/passwd\"\r\n", "ETag: a/b\r\n", "ETag:\r\n", long] {
        survives(always(Fault::Headers(tag)));
    }
}

/// D6
#[test]
fn room_is_made_sure_of_first() {
    let list = |request: &Request| {
        let sum = "ab".repeat(32);
        let lfs = serde_json::json!({"oid": sum, "size": 1_u64 << 60});
        let file = |name: &str| serde_json::json!({"type": "file", "path": name, "oid": "", "size": 9, "lfs": lfs});
        let list = serde_json::json!([file("config.json"), file("tokenizer.json"), file(WEIGHTS)]);
        if request.path.contains("/tree/") { Fault::Body(list.to_string().into_bytes()) } else { Fault::None }
    };
    let folder = fails(list, &["not enough room", "GB more is needed", "is free", "Nothing was downloaded"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the lock alone");
}

/// D6
#[test]
fn a_folder_that_can_t_be_written_is_told_about() {
    let (hub, folder) = (Hub::faultless(), TempDir::new().unwrap());
    let file = folder.path().join("a-file");
    fs::write(&file, "").unwrap();
    let message = pull(&hub.settings(), &file.join("below")).unwrap_err();
    assert!(message.contains("can't be used for downloads"), "{message}");
    let other = folder.path().join("tokenizer.json");
    fs::write(&other, "mine").unwrap();
    let message = pull(&hub.settings(), folder.path()).unwrap_err();
    assert!(message.contains("Another file is in the way") && message.contains("tokenizer.json"), "{message}");
    assert_eq!(fs::read_to_string(other).unwrap(), "mine");
    assert_eq!(hub.n_requests(WEIGHTS), 0);
}

/// D8
#[test]
fn a_second_program_waits_for_the_first() {
    let hub = Hub::new(always(Fault::Slow(400_000)));
    let folder = TempDir::new().unwrap();
    let (settings, mut n_waits) = (hub.settings(), 0);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| pull(&settings, folder.path()));
        while !folder.path().join("model.safetensors.part").exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let second = hub::pull(REPO, folder.path(), &settings, &mut |progress| {
            n_waits += usize::from(matches!(progress, Progress::Waiting(share) if share.n_done > 0));
            ControlFlow::Continue(())
        });
        assert!(first.join().unwrap().is_ok() && second.is_ok());
    });
    assert!(n_waits > 0);
    assert_complete(folder.path());
    let n_bytes: usize = hub.requests().iter().filter_map(|r| r.range.map(|(first, last)| last + 1 - first)).sum();
    assert!(n_bytes < 1_100_000, "{n_bytes} bytes were asked for of 978,836");
}

/// D9
#[test]
fn a_token_goes_to_one_host_only() {
    let elsewhere = Hub::faultless();
    let hub = Hub::leading_to(&elsewhere);
    let mut settings = Settings::new(Some(hub.address.clone()), Some("hf_canary".to_owned()));
    settings.patience = hub.settings().patience;
    let folder = TempDir::new().unwrap();
    pull(&settings, folder.path()).unwrap();
    assert_complete(folder.path());
    assert!(hub.requests().iter().all(|request| request.headers["authorization"] == "Bearer hf_canary"));
    assert!(!elsewhere.requests().is_empty());
    for request in elsewhere.requests() {
        assert!(!format!("{request:?}").contains("canary") && !request.headers.contains_key("authorization"));
    }
}

/// D9
#[test]
fn refusals_say_what_to_do() {
    let all = |status: u16| move |_: &Request| Fault::Status(status, "");
    fails(all(401), &["access was refused", "set HF_TOKEN", REPO]);
    fails(all(403), &["access was refused"]);
    fails(all(404), &["it is not there", "OWNER/NAME"]);
    fails(|request| if is_weights(request) { Fault::Status(403, "") } else { Fault::None }, &["are kept", "HF_TOKEN"]);
    let hub = Hub::new(all(403));
    let mut settings = hub.settings();
    settings.token = Settings::new(None, Some("hf_canary".to_owned())).token;
    let message = pull(&settings, TempDir::new().unwrap().path()).unwrap_err();
    assert!(message.contains("the token in HF_TOKEN is not accepted here") && !message.contains("canary"), "{message}");
}

#[test]
fn a_busy_server_is_left_alone_for_a_while() {
    survives(at_first(2, Fault::Status(429, "Retry-After: 1\r\n")));
    survives(at_first(2, Fault::Status(503, "")));
    survives(|request| if request.n < 2 { Fault::Status(503, "") } else { Fault::None });
    survives(|request| if request.n == 1 { Fault::Hang(10) } else { Fault::None });
    fails(always(Fault::Status(503, "")), &["status 503", "run it again to go on"]);
    fails(always(Fault::Status(451, "")), &["status 451"]);
}

/// D10
#[test]
fn a_page_in_the_way_is_recognised() {
    let page = |_: &Request| Fault::Body(b"<html>Please sign in to the hotel's network</html>".to_vec());
    fails(page, &["it is a web page", "sign-in page", "Nothing was changed"]);
    fails(|_| Fault::Body(b"{}".to_vec()), &["makes no sense"]);
    let plain = Hub::faultless();
    let mut settings = plain.settings();
    settings.endpoint = plain.address.replace("http://", "https://");
    assert!(pull(&settings, TempDir::new().unwrap().path()).is_err());
    fails(|_| Fault::Redirect("/round/and/round".to_owned()), &["redirects without end"]);
}

#[test]
fn nobody_there() {
    let mut settings = Hub::faultless().settings();
    settings.endpoint = "http://127.0.0.1:1".to_owned();
    let message = pull(&settings, TempDir::new().unwrap().path()).unwrap_err();
    assert!(message.contains("127.0.0.1 can't be reached") && message.contains("Nothing was changed"), "{message}");
}
