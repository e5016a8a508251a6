//! The program is killed at moments spread over a whole run: what it left is whole or not there, and what was there before
//! is as it was.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Instant,
};

use tempfile::TempDir;

use super::{finished_files, n_temporary};
use crate::support::{
    files::{copy_tiny_to, sample, tiny},
    program::{kosmoscope, run},
};

const N_KILLS: u32 = 400;

#[test]
#[ignore = "takes minutes"]
fn of_a_batch_with_annotated_pictures() {
    let pictures = ["snow.png", "road.png", "bees.png", "night.png"].map(sample);
    let caption = |out: &Path| {
        let mut command = kosmoscope();
        command.arg("caption").args(&pictures).args(["--max-new-tokens", "4", "--annotated"]).arg(out);
        command
    };
    sweep(&caption);
}

#[test]
#[ignore = "takes minutes"]
fn of_a_conversion() {
    let checkpoint = TempDir::new().unwrap();
    copy_tiny_to(checkpoint.path());
    sweep(&|out: &Path| {
        fs::create_dir_all(out).unwrap();
        let mut command = kosmoscope();
        command.args(["model", "convert", "--checkpoint"]).arg(checkpoint.path());
        command.arg("--to").arg(out.join("tiny.gguf"));
        command
    });
    assert_is_part_of(&finished_files(checkpoint.path()), &finished_files(&tiny()));
}

/// Kills run after run, each in a folder of its own and a little later than the one before, and holds what is left against
/// what a whole run writes. A last run into the same folder then leaves nothing temporary there.
fn sweep(command: &dyn Fn(&Path) -> Command) {
    let folder = TempDir::new().unwrap();
    let start = Instant::now();
    let whole = folder.path().join("whole");
    let ended = run(&mut command(&whole));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let (takes, expected) = (start.elapsed(), finished_files(&whole));
    let (mut n_killed, mut n_left) = (0, 0);
    for i in 0..N_KILLS {
        let out = folder.path().join(i.to_string());
        let mut child = command(&out).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(takes * i / N_KILLS);
        n_killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap_or_default();
        child.wait().unwrap();
        assert_is_part_of(&finished_files(&out), &expected);
        if n_temporary(&out) > 0 {
            n_left += 1;
            assert_eq!(run(&mut command(&out)).code.filter(|code| *code == 101), None);
            assert_eq!(n_temporary(&out), 0, "{} still has temporary files", out.display());
        }
    }
    println!("{n_killed} kills, {n_left} left a temporary file that the next run removed, 0 torn files");
    assert!(n_killed > N_KILLS / 2, "only {n_killed} runs were killed before they ended");
}

fn assert_is_part_of(found: &BTreeMap<String, Vec<u8>>, whole: &BTreeMap<String, Vec<u8>>) {
    for (name, content) in found {
        assert!(whole.get(name) == Some(content), "{name} is not what a whole run writes");
    }
}
