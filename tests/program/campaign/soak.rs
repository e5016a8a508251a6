//! 10,000 pictures in one run: memory, open files and threads at its end are those of its beginning.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::Stdio,
};

use tempfile::TempDir;

use crate::support::{files::sample, program::kosmoscope};

const N_PICTURES: usize = 10_000;
/// What is told after so many pictures is the beginning.
const N_WARM: usize = 500;

/// What a process holds.
#[derive(Clone, Copy, Debug)]
struct Holdings {
    memory_kb: u64,
    n_files: usize,
    n_threads: usize,
}

#[test]
#[ignore = "takes a quarter of an hour"]
fn of_ten_thousand_pictures() {
    let folder = TempDir::new().unwrap();
    let samples = ["snow.png", "road.png", "bees.png", "night.png", "meadow.png", "table.png"].map(sample);
    let pictures: Vec<PathBuf> = (0..N_PICTURES).map(|i| folder.path().join(format!("{i}.png"))).collect();
    for (i, picture) in pictures.iter().enumerate() {
        fs::copy(&samples[i % samples.len()], picture).unwrap();
    }
    let mut command = kosmoscope();
    command.current_dir(folder.path()).args(["caption", "--json"]);
    command.args(pictures.iter().map(|picture| picture.file_name().unwrap()));
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (mut first, mut last) = (None, None);
    let mut n_answers = 0;
    for line in lines {
        let record: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        assert!(record["text"].as_str().is_some_and(|text| !text.is_empty()), "{record}");
        n_answers += 1;
        if n_answers == N_WARM {
            first = holdings(child.id());
        } else if n_answers % N_WARM == 0 && n_answers < N_PICTURES {
            last = holdings(child.id());
        }
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(n_answers, N_PICTURES);
    let (first, last) = (first.unwrap(), last.unwrap());
    println!("{n_answers} pictures; at the beginning {first:?}, at the end {last:?}");
    assert!(last.memory_kb < first.memory_kb + first.memory_kb / 20, "{first:?} became {last:?}");
    assert_eq!((last.n_files, last.n_threads), (first.n_files, first.n_threads));
}

/// `None` where the system does not say, as when the process has ended.
fn holdings(pid: u32) -> Option<Holdings> {
    let of = |what: &str| format!("/proc/{pid}/{what}");
    let status = fs::read_to_string(of("status")).ok()?;
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let memory_kb = memory.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(Holdings {
        memory_kb,
        n_files: fs::read_dir(of("fd")).ok()?.count(),
        n_threads: fs::read_dir(of("task")).ok()?.count(),
    })
}
