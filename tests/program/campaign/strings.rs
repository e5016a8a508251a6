//! Strings that break programs, as prompts and as names of files, through every export: two readers read the same, and it is
//! what was typed.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use kosmoscope::export::FORMATS;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    files::sample,
    program::{Ended, kosmoscope, run},
};

/// Of each kind a few: quotes, escapes, tags, markup, formulas, paths, numbers, control and format characters, both
/// directions of writing, marks that pile up, characters of four bytes, text in other encodings read as UTF-8.
const STRINGS: [&str; 64] = [
    "'",
    "\"",
    "'\"'",
    "\\",
    "\\\\",
    "\\u0000",
    "\\n",
    "\n",
    "\r\n",
    "\t",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{7}",
    "\u{7f}",
    "\u{85}",
    "\u{9b}31m",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{fffd}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}txet",
    "\u{2066}a\u{2069}",
    "\u{61c}",
    "<",
    ">",
    "<3",
    "a rabbit <3",
    "the <OK> button",
    "a < b > c",
    "<b>",
    "<script>alert(1)</script>",
    "</script>",
    "<!--",
    "]]>",
    "&amp;",
    "&lt;",
    "<phrase>",
    "</phrase>",
    "<object>",
    "<patch_index_0044><patch_index_0863>",
    "<phrase> a dog</phrase><object><patch_index_0044><patch_index_0863></object>",
    "<grounding>",
    "<image>",
    "</image>",
    "<s>",
    "</s>",
    "<pad>",
    "<unk>",
    "=1+1",
    "@SUM(A1)",
    "{}",
    "[[]]",
    "%s%n",
    "../../etc/passwd",
    "NaN",
    "1e400",
    "社會科學院",
    "Ṱ̺̺̕o͞ ̷i̲̬n̝̗v̟o̖̬k̜̟e̬",
    "🐕🏽‍🦺",
    "ﷺ",
    "Â£ Ã©",
];

#[test]
#[ignore = "takes minutes"]
fn of_everything_typed() {
    let picture = sample("snow.png");
    let (mut n_exports, mut n_refused) = (0, 0);
    for (typed, task) in STRINGS.iter().flat_map(|typed| ["ask", "find", "link"].map(|task| (*typed, task))) {
        for format in FORMATS {
            let mut command = kosmoscope();
            command.arg("caption").arg(&picture).args([
                "--task",
                task,
                "--max-new-tokens",
                "4",
                "--format",
                format.name,
            ]);
            let Ended { code, stdout, stderr } = run(command.args(["--prompt", typed]));
            assert!(matches!(code, Some(0..=2)) && !stderr.contains("panicked"), "{typed:?}: {stderr}");
            if code != Some(0) {
                assert!(!stderr.trim().is_empty(), "{typed:?} is refused without a word");
                n_refused += 1;
                continue;
            }
            n_exports += 1;
            assert_read_alike(&stdout);
        }
    }
    println!("{n_exports} exports read alike by two readers, {n_refused} prompts refused with a sentence");
}

#[test]
#[ignore = "takes a minute"]
fn of_every_name_of_a_file() {
    let folder = TempDir::new().unwrap();
    let is_name = |name: &&str| !name.contains('/') && !name.is_empty();
    let names: Vec<String> = STRINGS.iter().copied().filter(is_name).map(|name| format!("{name}.png")).collect();
    for name in &names {
        fs::copy(sample("snow.png"), folder.path().join(name)).unwrap();
    }
    let paths = names.iter().map(|name| folder.path().join(name));
    let mut command = kosmoscope();
    command.arg("caption").args(paths).args(["--json", "--max-new-tokens", "2", "--annotated"]);
    let Ended { code, stdout, stderr } = run(command.arg(folder.path().join("out/")));
    assert_eq!(code, Some(0), "{stderr}");
    let records: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), names.len());
    for (record, name) in records.iter().zip(&names) {
        assert_eq!(record["image"], folder.path().join(name).to_str().unwrap());
    }
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), names.len());
    assert_read_alike(&stdout);
    println!("{} names", names.len());
}

/// Python's reader, which is not ours, gives the same value for each document.
fn assert_read_alike(text: &str) {
    let documents: Vec<&str> = text.split_terminator('\n').collect();
    let script = "import json, sys\nfor n in json.loads(sys.stdin.readline()): print(json.dumps(json.loads(n)))";
    let Ok(mut python) =
        Command::new("python3").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
    else {
        println!("skipped: python3 is not installed");
        return;
    };
    writeln!(python.stdin.take().unwrap(), "{}", serde_json::to_string(&documents).unwrap()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "Python can't read {text}");
    let read: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let own: Vec<Value> = documents.iter().map(|document| serde_json::from_str(document).unwrap()).collect();
    assert_eq!(read, own);
}
