//! `model verify`: sums, tensors and known answers, on weights whose answers the reference implementation gave.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use candle_core::{Device, safetensors};
use kosmoscope::{
    checkpoint::{ListedFile, MANIFEST, Manifest, Source, Sum},
    verify::{self, Against, Check, Expectations, Verdict},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    files::{CHECKPOINT_FILES, copy_of_tiny, data, tiny},
    program::{self, Ended, kosmoscope},
};

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// What the reference answered in a case of `tests/data/golden`, in the form of an expectation.
fn case(n: usize) -> Value {
    let asked = read(&data(&format!("golden/case_{n}.json")));
    let said = read(&data(&format!("golden/case_{n}.safetensors.json")));
    let tensors = safetensors::load(data(&format!("golden/case_{n}.safetensors")), &Device::Cpu).unwrap();
    let n_prompt = tensors["input_ids"].dim(1).unwrap();
    let ids = tensors["output_ids"].to_vec2::<i64>().unwrap().remove(0);
    let logits = tensors["step_logits"].to_vec2::<f32>().unwrap();
    let last = logits.last().unwrap();
    let picture = Path::new(asked["image"].as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
    json!({
        "name": format!("case {n}"), "picture": data("golden").join(picture), "prompt": asked["prompt"],
        "max_new_tokens": asked["max_new_tokens"], "no_repeat_ngram_size": asked["no_repeat_ngram"],
        "new_ids": ids[n_prompt..], "text": said["text"], "entities": said["entities"], "tolerance": 1e-3,
        "logits": [{"step": 0, "first_id": 0, "values": logits[0][..3]},
                   {"step": -1, "first_id": -3, "values": last[last.len() - 3..]}],
    })
}

fn expectations(folder: &Path, cases: &[Value]) -> PathBuf {
    let path = folder.join("expected.json");
    fs::write(&path, json!({"remedy": "get it again", "cases": cases}).to_string()).unwrap();
    path
}

fn run(source: &Source, against: &Against) -> Vec<Check> {
    verify::verify(source, against, &mut |_| ControlFlow::Continue(())).unwrap()
}

/// A copy of the tiny checkpoint with a list as a download leaves it.
fn downloaded() -> TempDir {
    let folder = copy_of_tiny();
    let mut files = Vec::new();
    for name in CHECKPOINT_FILES {
        let content = fs::read(folder.path().join(name)).unwrap();
        let mut summing = Sum::Sha256(String::new()).start(content.len() as u64);
        summing.update(&content);
        let (n_bytes, sum) = (content.len() as u64, Sum::Sha256(summing.finish()));
        files.push(ListedFile { name: name.to_owned(), n_bytes, sum });
    }
    let manifest = Manifest { repo: "a/b".to_owned(), revision: "0".repeat(40), licence: None, files };
    fs::write(folder.path().join(MANIFEST), serde_json::to_vec(&manifest).unwrap()).unwrap();
    folder
}

/// The verdicts that are failures.
fn failures(checks: &[Check]) -> Vec<String> {
    let failure = |check: &Check| match &check.verdict {
        Verdict::Failed(text) => Some(format!("{}: {text}", check.what)),
        _ => None,
    };
    checks.iter().filter_map(failure).collect()
}

#[test]
fn a_good_checkpoint_passes_with_the_reference_s_answers() {
    let folder = downloaded();
    // The other picture is enlarged, which the reference's filter did a level off here and there.
    let path = expectations(folder.path(), &[case(1), case(3), case(4)]);
    let checks = run(&Source::Path(folder.path().to_owned()), &Against::File(Expectations::read(&path).unwrap()));
    assert!(verify::has_passed(&checks), "{checks:?}");
    let passed = checks.iter().filter(|check| matches!(check.verdict, Verdict::Passed(_))).count();
    assert_eq!((checks.len(), passed), (8, 8), "three files, the tensors, the tokenizer, three answers");
}

#[test]
fn the_first_difference_is_told() {
    let folder = TempDir::new().unwrap();
    let check = |spoil: &dyn Fn(&mut Value), expected: &str| {
        let mut spoilt = case(3);
        spoil(&mut spoilt);
        let path = expectations(folder.path(), &[spoilt]);
        let against = Against::File(Expectations::read(&path).unwrap());
        let failures = failures(&run(&Source::Path(tiny()), &against)).join("\n");
        assert!(failures.contains(expected) && failures.ends_with("; get it again"), "{failures}");
    };
    check(&|case| case["logits"][0]["values"][1] = 99.5.into(), "the logit of id 1 in step 0 is");
    check(&|case| case["logits"][1]["step"] = 1000.into(), "in step 1000 is NaN");
    check(&|case| case["new_ids"][2] = 3.into(), "token 2 is id ");
    check(&|case| drop(case["new_ids"].as_array_mut().unwrap().pop()), "instead of the end");
    check(&|case| case["text"] = "something else".into(), "instead of \"something else\"");
    check(
        &|case| case["entities"] = json!([["x", [0, 1], []], ["y", [0, 1], []], ["z", [1, 2], []]]),
        "phrases is 1 instead of 3",
    );
}

#[test]
fn damage_is_found_by_its_sum_and_its_tensors() {
    let folder = downloaded();
    let (config, weights) = (folder.path().join("config.json"), folder.path().join("model.safetensors"));
    let mut bytes = fs::read(&weights).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&weights, bytes).unwrap();
    fs::write(&config, fs::read_to_string(&config).unwrap() + " ").unwrap();
    fs::remove_file(folder.path().join("tokenizer.json")).unwrap();
    let checks = run(&Source::Path(folder.path().to_owned()), &Against::Nothing);
    let failures = failures(&checks);
    for part in [
        "model.safetensors: its checksum is",
        "config.json: it has",
        "tokenizer.json: it is missing",
        "tensors: This folder",
    ] {
        assert!(failures.iter().any(|failure| failure.starts_with(part)), "{part} is not in {failures:?}");
    }
}

/// The cache of Hugging Face's tools keeps contents under their sums.
#[cfg(unix)]
#[test]
fn files_in_the_cache_are_summed_too() {
    let cache = TempDir::new().unwrap();
    let repository = cache.path().join("models--a--b");
    let (blobs, snapshot) = (repository.join("blobs"), repository.join("snapshots").join("0".repeat(40)));
    fs::create_dir_all(&blobs).unwrap();
    fs::create_dir_all(&snapshot).unwrap();
    let mut weights = PathBuf::new();
    let kinds = [Sum::GitSha1(String::new()), Sum::GitSha1(String::new()), Sum::Sha256(String::new())];
    for (name, kind) in CHECKPOINT_FILES.into_iter().zip(kinds) {
        let content = fs::read(tiny().join(name)).unwrap();
        let mut summing = kind.start(content.len() as u64);
        summing.update(&content);
        let sum = summing.finish();
        weights = blobs.join(&sum);
        fs::write(&weights, content).unwrap();
        std::os::unix::fs::symlink(Path::new("../../blobs").join(sum), snapshot.join(name)).unwrap();
    }
    let source = Source::Path(repository);
    let checks = run(&source, &Against::Nothing);
    let passed = checks.iter().filter(|check| matches!(check.verdict, Verdict::Passed(_))).count();
    assert_eq!((passed, failures(&checks).len()), (5, 0), "{checks:?}");
    let mut bytes = fs::read(&weights).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&weights, bytes).unwrap();
    assert!(failures(&run(&source, &Against::Nothing))[0].starts_with("model.safetensors: its checksum is"));
}

#[test]
fn the_built_in_one_has_its_tensors_and_nothing_to_sum() {
    let checks = run(&Source::Embedded, &Against::Published);
    assert!(verify::has_passed(&checks));
    let skipped = checks.iter().filter(|check| matches!(check.verdict, Verdict::Skipped(_))).count();
    assert_eq!((checks.len(), skipped), (4, 2));
}

#[test]
fn as_a_command() {
    let folder = downloaded();
    let path = expectations(folder.path(), &[case(2)]);
    let verify = || {
        let mut command = kosmoscope();
        program::run(command.args(["model", "verify", "--checkpoint"]).arg(folder.path()).arg("--expect").arg(&path))
    };
    let Ended { code, stdout, stderr } = verify();
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("passed   case 2: ") && stdout.contains("passed   tensors: "), "{stdout}");
    fs::remove_file(folder.path().join("config.json")).unwrap();
    let Ended { code, stdout, .. } = verify();
    assert_eq!(code, Some(1));
    assert!(stdout.contains("FAILED   config.json: it is missing"), "{stdout}");
}

#[test]
fn expectations_that_can_t_be_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.json");
    let message = |content: &str| {
        fs::write(&path, content).unwrap();
        Expectations::read(&path).map(|_| ()).unwrap_err().to_string()
    };
    assert!(message("no JSON").contains("The expectations can't be read"));
    let mut case = case(1);
    case["picture"] = "nowhere.png".into();
    assert!(message(&json!({"remedy": "", "cases": [case]}).to_string()).contains("nowhere.png"));
}
