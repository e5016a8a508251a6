//! `kosmoscope model` as a program: killed at any moment, on a full disk, with a secret, and without any network.

#![allow(clippy::print_stdout, reason = "a skipped test says why")]
#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use kosmoscope::checkpoint::{Checkpoint, Source};
use tempfile::TempDir;

use crate::support::{
    files::{WEIGHTS, data, tiny},
    hub::{Fault, Hub, REPO, assert_complete},
    program::{Ended, PROGRAM, kosmoscope_at, run, strace_at, wrapper_at},
};

/// D7
#[test]
fn a_kill_at_any_moment_loses_little_and_leaves_nothing_half() {
    let hub = Hub::new(|request| if request.path.ends_with(WEIGHTS) { Fault::Slow(300_000) } else { Fault::None });
    let (home, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let target = folder.path().join(WEIGHTS);
    let pull = || {
        let mut command = kosmoscope_at(home.path());
        command.args(["model", "pull", REPO, "--to"]).arg(folder.path()).env("HF_ENDPOINT", &hub.address);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let (mut n_kills, start) = (0_u64, Instant::now());
    loop {
        let mut child = pull();
        // Any moment will do, as long as it is another one each time.
        thread::sleep(Duration::from_millis(40 + n_kills * 271 % 400));
        let ended = child.try_wait().unwrap();
        child.kill().unwrap_or_default();
        child.wait().unwrap();
        if target.exists() {
            assert!(fs::read(&target).unwrap() == fs::read(tiny().join(WEIGHTS)).unwrap());
        }
        if let Some(status) = ended {
            assert!(status.success());
            break;
        }
        n_kills += 1;
        assert!(start.elapsed() < Duration::from_mins(2), "it never ends");
    }
    println!("{n_kills} kills");
    assert!(n_kills > 2, "{n_kills}");
    Checkpoint::open(&Source::Path(folder.path().to_owned())).unwrap();
    assert!(!folder.path().join("model.safetensors.part").exists());
}

/// D6
#[test]
fn a_disk_that_fills_up_says_so_and_goes_on_later() {
    let hub = Hub::faultless();
    let (home, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    // A disk of its own, for this one process: 640 kB hold the list and the small files, but not the weights. The check of
    // the room is done before somebody else takes it, so a file is put there meanwhile.
    let script = r#"mount -t tmpfs -o size=1600k tmpfs "$1" || exit 99
        "$2" model pull "$3" --to "$1" & sleep 0.25; head -c 900000 /dev/zero > "$1/other"; wait $!; code=$?
        rm "$1/other"; ls "$1" >&2; "$2" model pull "$3" --to "$1" && exit $code"#;
    let hub_slow = Hub::new(|request| if request.path.ends_with(WEIGHTS) { Fault::Slow(400_000) } else { Fault::None });
    drop(hub);
    let mut command = wrapper_at(home.path(), "unshare");
    command.env("HF_ENDPOINT", &hub_slow.address).args(["-rm", "sh", "-c", script, "sh"]);
    command.arg(folder.path()).arg(PROGRAM).arg(REPO);
    let Ok(output) = command.output() else {
        println!("skipped: there is no unshare");
        return;
    };
    let Ended { code, stdout, stderr } = output.into();
    if code == Some(99) || stderr.contains("unshare") {
        println!("skipped: no disk can be mounted here");
        return;
    }
    assert_eq!(code, Some(2), "{stderr}");
    let parts = ["There is no room left for model.safetensors", "are kept; free ", " more and run it again to go on: "];
    assert!(parts.iter().all(|part| stderr.contains(part)), "{stderr}");
    assert!(stderr.contains("model.safetensors.part"), "{stderr}");
    assert!(stdout.contains("Open it with"), "{stdout}{stderr}");
}

/// D9
#[test]
fn a_token_is_in_nothing_that_is_said_or_written() {
    let hub = Hub::new(|request| match request.n {
        2.. if request.path.ends_with(WEIGHTS) => Fault::Status(403, ""),
        _ => Fault::None,
    });
    let home = TempDir::new().unwrap();
    let mut command = kosmoscope_at(home.path());
    command.args(["model", "pull", REPO, "--verbose"]).env("HF_ENDPOINT", &hub.address).env("HF_TOKEN", "hf_canary");
    let Ended { code, stdout, stderr } = run(&mut command);
    assert_eq!(code, Some(2));
    assert!(hub.requests().iter().any(|request| request.headers["authorization"].contains("canary")));
    assert!(!stdout.contains("canary") && !stderr.contains("canary"), "{stdout}{stderr}");
    assert!(stderr.contains("the token in HF_TOKEN is not accepted here"), "{stderr}");
    let folder = home.path().join("data/kosmoscope/checkpoints/someone--tiny-kosmos");
    let mut n_files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"canary"));
        n_files += 1;
    }
    assert!(n_files > 2);
}

#[test]
fn what_is_downloaded_is_listed_and_opens_by_its_name() {
    let (hub, home) = (Hub::faultless(), TempDir::new().unwrap());
    let pull = || {
        let mut command = kosmoscope_at(home.path());
        let ended = run(command.args(["model", "pull", REPO]).env("HF_ENDPOINT", &hub.address));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.stdout
    };
    let said = pull();
    assert!(said.contains("someone/tiny-kosmos, 978.84 kB, licence mit"), "{said}");
    assert!(said.contains("kosmoscope --checkpoint someone/tiny-kosmos"), "{said}");
    let n_before = hub.requests().len();
    let said = pull();
    assert!(said.contains("Nothing to download"), "{said}");
    assert_eq!(hub.requests().len(), n_before);
    let list = run(kosmoscope_at(home.path()).args(["model", "list"])).stdout;
    assert!(list.contains("kosmos-2 mini") && list.contains("built in"), "{list}");
    assert!(list.contains("tiny-kosmos  741.22 kB  f32  downloaded from someone/tiny-kosmos"), "{list}");
    let picture = data("golden/pattern_90x100.png");
    let mut caption = kosmoscope_at(home.path());
    caption.arg("caption").arg(picture).args(["--checkpoint", REPO, "--max-new-tokens", "2", "--json"]);
    let Ended { stdout, stderr, .. } = run(&mut caption);
    assert!(stdout.contains("\"name\":\"tiny-kosmos\""), "{stdout}{stderr}");
}

/// A download into this folder while some calls to the system fail; `None`, said, where that can't be had.
fn pull_under(inject: &str, home: &Path, hub: &Hub, folder: &Path) -> Option<Ended> {
    let mut command = strace_at(home, &["-o", "/dev/null", "-e", inject])?;
    command.env("HF_ENDPOINT", &hub.address).args(["model", "pull", REPO, "--to"]).arg(folder);
    Some(run(&mut command))
}

/// D6: each of the calls that bring bytes to disk fails once, at its first, second… time.
#[test]
fn a_disk_that_fails_at_any_call_leaves_nothing_half() {
    let (hub, home) = (Hub::faultless(), TempDir::new().unwrap());
    let (mut n_runs, mut n_failed) = (0, 0);
    for call in ["fsync", "fdatasync", "rename", "ftruncate", "write"] {
        for n in 1..=8 {
            let folder = TempDir::new().unwrap();
            let inject = format!("inject={call}:error=ENOSPC:when={n}");
            let Some(Ended { code, stderr, .. }) = pull_under(&inject, home.path(), &hub, folder.path()) else {
                return;
            };
            assert!(matches!(code, Some(0 | 2)), "{call} {n}: {code:?} {stderr}");
            let target = folder.path().join(WEIGHTS);
            if target.exists() {
                assert!(fs::read(&target).unwrap() == fs::read(tiny().join(WEIGHTS)).unwrap(), "{call} {n}");
            }
            (n_runs, n_failed) = (n_runs + 1, n_failed + usize::from(code == Some(2)));
            // With a disk that works it goes on.
            let mut settings = hub.settings();
            settings.patience.stall = Duration::from_secs(10);
            kosmoscope::hub::pull(REPO, folder.path(), &settings, &mut |_| std::ops::ControlFlow::Continue(()))
                .unwrap_or_else(|e| panic!("{call} {n}: {e}"));
            assert_complete(folder.path());
        }
    }
    println!("{n_failed} of {n_runs} runs failed in a sentence");
    assert!(n_failed > 10, "{n_failed}");
}

/// D8
#[test]
fn a_disk_without_locks_is_downloaded_to_with_a_note() {
    let (hub, home) = (Hub::faultless(), TempDir::new().unwrap());
    for error in ["ENOLCK", "EOPNOTSUPP", "ENOSYS", "EINVAL"] {
        let (folder, inject) = (TempDir::new().unwrap(), format!("inject=flock:error={error}"));
        let Some(Ended { code, stderr, .. }) = pull_under(&inject, home.path(), &hub, folder.path()) else { return };
        assert_eq!(code, Some(0), "{error}: {stderr}");
        assert!(stderr.contains("This disk has no locks") && stderr.lines().count() == 1, "{error}: {stderr}");
        assert_complete(folder.path());
    }
}

/// The network calls of the program with these arguments; `None`, said, where they can't be watched.
fn network_calls(home: &Path, args: &[&str], endpoint: &str, offline: &str) -> Option<String> {
    let log = home.join("calls");
    let mut command = strace_at(home, &["-e", "trace=network", "-o", log.to_str().unwrap()])?;
    command.env("HF_ENDPOINT", endpoint).env("HF_HUB_OFFLINE", offline);
    let Ended { code, stderr, .. } = run(command.args(args));
    let expected = if offline == "1" { 2 } else { 0 };
    assert_eq!(code, Some(expected), "{args:?}: {stderr}");
    Some(fs::read_to_string(log).unwrap())
}

/// D11
#[test]
fn no_command_but_the_download_uses_a_network() {
    let (hub, home) = (Hub::faultless(), TempDir::new().unwrap());
    let picture = data("golden/pattern_90x100.png");
    let caption = ["caption", picture.to_str().unwrap(), "--max-new-tokens", "2", "--json"];
    let commands: [&[&str]; 5] =
        [&["--help"], &["model", "list"], &["model", "verify"], &caption, &["bench", "--help"]];
    for args in commands {
        let Some(calls) = network_calls(home.path(), args, &hub.address, "0") else { return };
        assert!(!calls.contains("AF_INET"), "{args:?}: {calls}");
    }
    assert!(hub.requests().is_empty());
    // The same eyes see a download.
    let pull = ["model", "pull", REPO];
    let calls = network_calls(home.path(), &pull, &hub.address, "0").unwrap();
    assert!(calls.contains("AF_INET"), "{calls}");
    assert!(!calls.contains("listen("), "{calls}");
    // Where the environment says that there is no network, no host is even looked up.
    let other = TempDir::new().unwrap();
    let calls = network_calls(other.path(), &pull, "https://huggingface.co", "1").unwrap();
    assert!(!calls.contains("AF_INET") && !calls.contains("connect("), "{calls}");
}

/// D10: no time is taken from the date, so one that is ten years off changes nothing.
#[test]
fn a_computer_with_a_wrong_date_downloads_as_ever() {
    for off_by in ["-10y", "+10y"] {
        let hub = Hub::new(|request| match request.n {
            0 | 4 => Fault::Status(429, "Retry-After: Fri, 31 Dec 2038 23:59:59 GMT\r\n"),
            _ => Fault::None,
        });
        let (home, start) = (TempDir::new().unwrap(), Instant::now());
        let mut command = wrapper_at(home.path(), "faketime");
        command.env("HF_ENDPOINT", &hub.address).env("FAKETIME_DONT_FAKE_MONOTONIC", "1").args(["-f", off_by]);
        let Ok(output) = command.arg(PROGRAM).args(["model", "pull", REPO]).output() else {
            println!("skipped: there is no faketime");
            return;
        };
        let Ended { code, stderr, .. } = output.into();
        assert_eq!(code, Some(0), "{off_by}: {stderr}");
        // Two waits of a second each, as without the date.
        let took = start.elapsed();
        assert!((Duration::from_secs(2)..Duration::from_secs(20)).contains(&took), "{off_by}: {took:?}");
        assert_complete(&home.path().join("data/kosmoscope/checkpoints/someone--tiny-kosmos"));
    }
}
