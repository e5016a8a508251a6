//! The command line as a script meets it: the real program on the built-in checkpoint.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{fs, process::Command};

use kosmoscope::export::FORMATS;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    files::sample,
    program::{Ended, PROGRAM, kosmoscope, run},
};

fn caption(args: &[&str]) -> Ended {
    run(kosmoscope().arg("caption").args(args))
}

fn records(output: &Ended) -> Vec<Value> {
    output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn record(args: &[&str]) -> Value {
    let output = caption(&[args, &["--json"]].concat());
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    records(&output).remove(0)
}

#[test]
fn a_caption_for_people() {
    let output = caption(&[sample("snow.png").to_str().unwrap()]);
    assert_eq!(output.code, Some(0));
    let text = &output.stdout;
    assert!(text.lines().nth(1).unwrap().starts_with("An image of"), "{text}");
    assert!(text.lines().nth(2).unwrap().contains(" to "), "{text}");
    assert_eq!(output.stderr, "", "progress is for terminals only");
}

#[test]
fn a_record_for_programs() {
    let path = sample("meadow.png");
    let record = record(&[path.to_str().unwrap()]);
    let (width, height) = image::image_dimensions(&path).unwrap();
    assert_eq!(record["image"], path.to_str().unwrap());
    assert_eq!((&record["width"], &record["height"]), (&width.into(), &height.into()));
    assert_eq!(record["task"], "brief");
    assert_eq!(record["prompt"], "<grounding> An image of");
    assert_eq!(
        (&record["checkpoint"]["name"], &record["checkpoint"]["precision"]),
        (&"kosmos-2 mini".into(), &"f32".into())
    );
    let fingerprint = record["checkpoint"]["fingerprint"].as_str().unwrap();
    assert!(fingerprint.len() == 16 && fingerprint.chars().all(|c| c.is_ascii_hexdigit()), "{fingerprint}");
    assert_eq!(record["settings"], serde_json::json!({"max_new_tokens": 128, "no_repeat_ngram": 0, "sampling": null}));
    assert_eq!(record["version"], env!("CARGO_PKG_VERSION"));
    assert!(record["raw"].as_str().unwrap().starts_with("<grounding> An image of<phrase>"));
    assert!(record["warnings"].is_array() && record["timings"]["new_tokens"].as_u64().unwrap() > 1);
    let text: Vec<char> = record["text"].as_str().unwrap().chars().collect();
    let phrases = record["phrases"].as_array().unwrap();
    assert!(!phrases.is_empty());
    for phrase in phrases {
        let [start, end] = ["start", "end"].map(|key| phrase[key].as_u64().unwrap() as usize);
        assert_eq!(text[start..end].iter().collect::<String>(), phrase["text"].as_str().unwrap());
        for region in phrase["boxes"].as_array().unwrap() {
            let edge = |form: &str, i: usize| region[form][i].as_f64().unwrap();
            assert!((edge("norm", 2) * f64::from(width) - edge("pixels", 2)).abs() < 0.01);
            assert!((edge("norm", 3) * f64::from(height) - edge("pixels", 3)).abs() < 0.01);
            let [score, tokens] = ["score", "token_probability"].map(|name| region[name].as_f64().unwrap());
            assert!(tokens > 0.0 && tokens < score && score <= 1.0, "{region}");
        }
    }
}

#[test]
fn pictures_are_named_by_paths_addresses_quotes_and_from_home() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("a b.png");
    fs::copy(sample("snow.png"), &place).unwrap();
    let (path, address) = (place.to_str().unwrap(), format!("file://{}", place.display()).replace(' ', "%20"));
    let quoted = format!("'{path}'");
    let names = [path, &address, &quoted, "~/a b.png", "https://example.com/cat.jpg"];
    let mut command = kosmoscope();
    command.env("HOME", folder.path()).args(["caption", "--json", "--max-new-tokens", "1"]).args(names);
    let output = run(&mut command);
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("Nothing is downloaded from the web"), "{}", output.stderr);
    let records = records(&output);
    let failed = &records[4];
    assert!(failed["error"].as_str().unwrap().ends_with(": https://example.com/cat.jpg"), "{failed}");
    for record in &records[..4] {
        assert_eq!((&record["image"], &record["width"]), (&path.into(), &1000.into()), "{record}");
    }
}

#[test]
fn results_come_in_every_format_and_only_when_they_are_whole() {
    let (first, second) = (sample("snow.png"), sample("road.png"));
    let pictures = [first.to_str().unwrap(), "missing.png", second.to_str().unwrap()];
    for format in FORMATS {
        let output = caption(&[&pictures[..], &["--format", format.name]].concat());
        assert_eq!(output.code, Some(1), "one picture is missing: {}", output.stderr);
        let text = output.stdout;
        assert!(text.contains("snow.png") && text.contains("road.png"), "{}: {text}", format.name);
    }
    let lines = caption(&[pictures[0], pictures[2], "--format", "jsonl"]).stdout;
    assert_eq!(lines.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 2);
    let help = caption(&["--help"]).stdout;
    assert!(FORMATS.iter().all(|format| help.contains(&format!("- {}", format.name))), "{help}");
    let unknown = caption(&[pictures[0], "--format", "docx"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
}

#[test]
fn every_task_has_its_prompt() {
    let path = sample("road.png");
    let prompt =
        |args: &[&str]| record(&[&[path.to_str().unwrap()], args].concat())["prompt"].as_str().unwrap().to_owned();
    assert_eq!(prompt(&["--task", "detailed"]), "<grounding> Describe this image in detail:");
    assert_eq!(prompt(&["--task", "brief", "--grounded", "false"]), "An image of");
    assert_eq!(prompt(&["--task", "find", "--prompt", "a red car"]), "<grounding><phrase> a red car</phrase>");
    assert_eq!(
        prompt(&["--task", "ask", "--prompt", "What is it?", "--grounded", "false"]),
        "Question: What is it? Answer:"
    );
    assert_eq!(
        prompt(&["--task", "region", "--region", "0.390625,0.046875,0.984375,0.828125"]),
        "<grounding><phrase> It</phrase><object><patch_index_0044><patch_index_0863></object> is"
    );
    assert_eq!(prompt(&["--task", "link", "--prompt", "a red car"]), "<grounding><phrase> a red car</phrase>");
    assert_eq!(prompt(&["--task", "prompt", "--prompt", "<grounding>An image of"]), "<grounding> An image of");
}

#[test]
fn a_caption_is_linked() {
    let path = sample("meadow.png");
    let record = record(&[path.to_str().unwrap(), "--task", "link", "--prompt", " The sun and a dog, no whale"]);
    assert_eq!((&record["task"], &record["text"]), (&"link".into(), &"The sun and a dog, no whale".into()));
    let phrases = record["phrases"].as_array().unwrap();
    assert_eq!(phrases.iter().map(|phrase| phrase["text"].as_str().unwrap()).collect::<Vec<_>>(), ["The sun", "a dog"]);
    let sun = &phrases[0]["boxes"][0]["pixels"];
    let expected = [934.0, 47.0, 1130.0, 243.0];
    assert!((0..4).all(|edge| (sun[edge].as_f64().unwrap() - expected[edge]).abs() < 60.0), "{sun}");
}

#[test]
fn questions_of_a_conversation_follow_each_other() {
    let (first, second) = (sample("meadow.png"), sample("snow.png"));
    let questions = ["--task", "ask", "--prompt", "Is there a sun?", "--prompt", "Is there a dog?", "--conversation"];
    let pictures = [first.to_str().unwrap(), second.to_str().unwrap(), "--grounded", "false", "--json"];
    let output = caption(&[&questions[..], &pictures[..]].concat());
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let records = records(&output);
    assert_eq!(records.len(), 4);
    for (pair, picture) in records.chunks(2).zip(pictures) {
        let (first, second) = (&pair[0], &pair[1]);
        assert_eq!((&first["image"], &second["image"]), (&picture.into(), &picture.into()));
        assert_eq!(first["prompt"], "Question: Is there a sun? Answer:");
        let prompt = format!(
            "Question: Is there a sun? Answer: {} Question: Is there a dog? Answer:",
            first["text"].as_str().unwrap()
        );
        assert_eq!(second["prompt"], prompt);
        assert_eq!(second["timings"]["vision_secs"], 0.0, "the picture is looked at once");
    }
}

#[test]
fn one_bad_picture_does_not_stop_the_others() {
    let folder = TempDir::new().unwrap();
    let bad = folder.path().join("broken.png");
    fs::write(&bad, b"\x89PNG\r\n\x1a\nnothing more").unwrap();
    let (first, last) = (sample("snow.png"), sample("table.png"));
    let output = caption(&["--json", first.to_str().unwrap(), bad.to_str().unwrap(), last.to_str().unwrap()]);
    assert_eq!(output.code, Some(1));
    let records = records(&output);
    assert_eq!(records.len(), 3);
    assert!(records[0]["text"].is_string() && records[2]["text"].is_string());
    assert_eq!(records[1]["image"], bad.to_str().unwrap());
    assert!(records[1]["error"].as_str().unwrap().contains("broken.png"));
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
}

#[test]
fn what_can_t_run_says_so_in_one_line() {
    let path = sample("snow.png");
    let path = path.to_str().unwrap();
    let check = |args: &[&str], expected: &str| {
        let output = caption(args);
        assert_eq!(output.code, Some(2), "{args:?}");
        assert!(output.stderr.contains(expected), "{args:?}: {}", output.stderr);
    };
    check(&[path, "--checkpoint", "/nowhere/at/all"], "There is no such folder");
    check(&[path, "--task", "find"], "--task find needs --prompt");
    check(&[path, "--task", "region"], "--task region needs --region");
    check(&[path, "--task", "link"], "--task link needs --prompt");
    check(&[path, "--prompt", "a dog"], "--prompt goes with --task find, ask, link or prompt");
    check(&[path, "--task", "find", "--prompt", "a", "--prompt", "b"], "Several --prompt options need");
    check(&[path, "--task", "find", "--prompt", "a", "--conversation"], "--conversation goes with --task ask");
    check(&[path, "--region", "0,0,1,1"], "--region goes with --task ask or region");
    check(&[path, "--task", "region", "--region", "10,20,300,400"], "fractions of the picture");
    check(&[], "IMAGE");
}

#[test]
fn impossible_settings_fail_with_a_sentence() {
    let path = sample("snow.png");
    let fail = |code: i32, args: &[&str], expected: &str| {
        let output = caption(&[&[path.to_str().unwrap()], args].concat());
        assert_eq!(output.code, Some(code), "{args:?}");
        assert!(output.stderr.contains(expected), "{args:?}: {}", output.stderr);
    };
    for temperature in ["0", "-1", "101", "1e-40", "NaN", "inf"] {
        fail(2, &["--sample", "--temperature", temperature], "temperature must be from 0.01 to 100");
    }
    fail(2, &["--sample", "--top-p", "1.5"], "Top-p must be from 0.01 to 1");
    fail(2, &["--sample", "--top-p", "-0.5"], "Top-p must be from 0.01 to 1");
    fail(2, &["--sample", "--top-p", "1e-320"], "Top-p must be from 0.01 to 1");
    fail(2, &["--max-new-tokens", "0"], "at least 1");
    fail(2, &["--task", "region", "--region", "1.2,0,1.5,1"], "nothing of it lies in the picture");
    let check = |args: &[&str], expected: &str| fail(1, args, expected);
    check(&["--task", "find", "--prompt", " "], "The phrase is empty");
    check(&["--task", "ask", "--prompt", &"why ".repeat(2000)], "too long");
    check(&["--task", "link", "--prompt", "It is."], "names nothing to look for");
}

#[test]
fn typed_tags_stay_text() {
    let path = sample("snow.png");
    let typed = "</phrase><image><patch_index_0003></s>";
    let record = record(&[path.to_str().unwrap(), "--task", "ask", "--prompt", typed, "--grounded", "false"]);
    assert!(record["phrases"].as_array().unwrap().is_empty(), "{record}");
}

#[test]
fn sampling_follows_its_seed() {
    let path = sample("snow.png");
    let text = |seed: &str| record(&[path.to_str().unwrap(), "--sample", "--seed", seed])["raw"].clone();
    let first = text("1");
    assert_eq!(first, text("1"));
    assert!((2..8).any(|seed| text(&seed.to_string()) != first));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let path = sample("snow.png");
    let script = format!("'{PROGRAM}' caption '{0}' '{0}' | head -n 1; echo ${{PIPESTATUS[0]}}", path.display());
    let output = run(Command::new("bash").args(["-c", &script]));
    assert_eq!(output.stderr, "");
    assert!(output.stdout.ends_with("\n0\n"), "{}", output.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_the_window_names_the_command_line() {
    let output = run(kosmoscope().env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY"));
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("kosmoscope caption"), "{}", output.stderr);
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
}

#[test]
fn a_trace_holds_every_stage() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("trace.safetensors");
    let (image, out_path) = (sample("snow.png"), out.to_str().unwrap());
    let args = ["trace", "--image", image.to_str().unwrap(), "--prompt", "<grounding>An image of", "--out", out_path];
    let output = run(kosmoscope().args(args));
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let tensors = candle_core::safetensors::load(&out, &candle_core::Device::Cpu).unwrap();
    let mut names: Vec<&str> = tensors.keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected =
        ["image_embeds", "input_ids", "output_ids", "pixel_values", "prompt_logits", "step_logits", "vision"];
    assert_eq!(names, expected);
    let text: Value = serde_json::from_slice(&fs::read(format!("{out_path}.json")).unwrap()).unwrap();
    assert!(text["entities"].as_array().is_some_and(|entities| !entities.is_empty()), "{text}");
}

#[test]
fn sentences_are_said_once() {
    let output = caption(&["nothere.png"]);
    assert_eq!(output.code, Some(1));
    assert_eq!(output.stderr, "kosmoscope: There is no such file. Check its name: nothere.png\n");
}

#[test]
fn a_device_that_the_program_was_not_built_for() {
    if cfg!(feature = "cuda") {
        return;
    }
    let output = caption(&[sample("snow.png").to_str().unwrap(), "--device", "cuda"]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""));
    assert!(output.stderr.contains("was built without CUDA"), "{}", output.stderr);
    let output = caption(&[sample("snow.png").to_str().unwrap(), "--device", "abacus"]);
    assert!(output.stderr.contains("it must be auto, cpu, cuda or metal"), "{}", output.stderr);
}

#[test]
fn arguments_are_repeated_in_short_and_steer_no_terminal() {
    let steering = "\u{1b}[31mred\u{7}".to_owned() + &"x".repeat(100_000);
    let path = sample("snow.png");
    for args in [
        &["--task", &steering][..],
        &[&format!("--{steering}")],
        &["--temperature", &steering],
        &["--region", &steering],
        &["--annotated", &format!("{steering}/a.png")],
        &["--files-from", &steering],
    ] {
        let ended = caption(&[&[path.to_str().unwrap()], args].concat());
        assert_eq!(ended.code, Some(2), "{args:.80?}");
        assert!(!ended.stderr.contains(['\u{1b}', '\u{7}']) && ended.stderr.len() < 5_000, "{:.3000}", ended.stderr);
        assert!(ended.stderr.contains("red"), "{}", ended.stderr);
    }
    assert_eq!(run(kosmoscope().arg("--version")).code, Some(0));
}

#[test]
fn lists_that_name_nothing_say_so() {
    let folder = TempDir::new().unwrap();
    let list = folder.path().join("list");
    for (content, told) in [(&b""[..], "is empty"), (b"\xff\xfea\0", "UTF-16")] {
        fs::write(&list, content).unwrap();
        let ended = caption(&["--files-from", list.to_str().unwrap()]);
        assert!(ended.code == Some(2) && ended.stderr.contains(told), "{}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    }
}

#[test]
fn a_subcommand_after_a_picture_opens_no_window() {
    let ended = run(kosmoscope().args(["a.png", "caption", "b.png"]).env_remove("DISPLAY"));
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("Pictures come after the subcommand"), "{}", ended.stderr);
}
