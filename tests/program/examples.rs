//! `kosmoscope caption --example`: pictures with what is said of them before what is asked, through the command line; what is
//! written is what `tests/examples.py` has of the reference.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{fs, path::PathBuf};

use kosmoscope::checkpoint::{Checkpoint, Source};
use serde_json::Value;

use crate::support::{
    files::{data, sample, tiny},
    program::{Ended, kosmoscope, run},
};

fn golden(name: &Value) -> PathBuf {
    data("golden").join(name.as_str().unwrap())
}

fn ids(value: &Value) -> Vec<u32> {
    serde_json::from_value(value.clone()).unwrap()
}

#[test]
fn what_is_written_behind_examples_is_the_references() {
    let cases: Vec<Value> = serde_json::from_slice(&fs::read(data("examples.json")).unwrap()).unwrap();
    let tokenizer = Checkpoint::open(&Source::Path(tiny())).unwrap().tokenizer().unwrap();
    for case in cases {
        let asked = |with_examples: bool| {
            let mut command = kosmoscope();
            command.args(["caption", "--json", "--task", "raw", "--prompt", case["prompt"].as_str().unwrap()]);
            command.arg("--max-new-tokens").arg(case["max_new_tokens"].to_string());
            command.arg("--no-repeat-ngram").arg(case["no_repeat_ngram"].to_string());
            command.arg("--checkpoint").arg(tiny());
            for example in case["examples"].as_array().unwrap().iter().filter(|_| with_examples) {
                command.arg("--example").arg(golden(&example["image"])).arg(example["text"].as_str().unwrap());
            }
            let ended = run(command.arg(golden(&case["image"])));
            let record: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|e| panic!("{e}: {ended:?}"));
            record["raw"].as_str().unwrap().to_owned()
        };
        let (behind, alone) = (asked(true), asked(false));
        let told = tokenizer.decode(&ids(&case["new_ids"]));
        assert!(behind.starts_with(case["prompt"].as_str().unwrap()), "{behind}");
        assert!(behind.ends_with(&told) && !told.is_empty(), "{behind:?} should end in {told:?}");
        assert_ne!(behind, alone, "what was shown changed nothing");
    }
}

#[test]
fn examples_that_can_t_be_shown_get_one_sentence() {
    let refuse = |example: [&str; 2], expected: &str| {
        let mut command = kosmoscope();
        command.args(["caption", "--example"]).args(example).arg(sample("snow.png"));
        let Ended { code, stdout, stderr } = run(&mut command);
        assert!(code == Some(2) && stdout.is_empty(), "{code:?} {stdout}");
        assert!(stderr.contains(expected) && stderr.lines().count() == 1, "{stderr}");
    };
    let snow = sample("snow.png");
    refuse(["nowhere.png", "A field."], "nowhere.png");
    refuse([snow.to_str().unwrap(), "<image>"], "<image>");
    let alone = run(kosmoscope().args(["caption", "--example"]).arg(&snow));
    assert_eq!(alone.code, Some(2), "an example is a picture and a text: {}", alone.stderr);
}
