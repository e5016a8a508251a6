//! Weights in fewer bits: how far answers move, that they are consistent, and what the program says of them.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::ops::ControlFlow;

use candle_core::{Device, Tensor};
use kosmoscope::{
    checkpoint::{Checkpoint, Source},
    convert::{self, Format},
    engine::{Engine, GenerateOptions, Sampling, Trace},
    kernels::Precision,
    model::{Config, Store, layout},
};

use crate::support::{
    files::{project, sample, tiny},
    model::{engine, open},
    program::{kosmoscope, run},
};

fn trace(engine: &Engine) -> Trace {
    let values: Vec<f32> = (0..3 * 70 * 70).map(|i| (i as f32 * 0.013).sin()).collect();
    let pixel_values = Tensor::from_vec(values, (1, 3, 70, 70), &Device::Cpu).unwrap();
    let options = GenerateOptions { max_new_tokens: 6, no_repeat_ngram: Some(0).into(), sampling: Sampling::Greedy };
    engine.trace(&pixel_values, "<grounding>An image of", &options).unwrap()
}

/// Root mean square of the difference, over that of the exact values.
fn error(ours: &Tensor, exact: &Tensor) -> f32 {
    let size = |t: &Tensor| t.sqr().unwrap().mean_all().unwrap().to_scalar::<f32>().unwrap().sqrt();
    size(&(ours - exact).unwrap()) / size(exact)
}

#[test]
fn fewer_bits_move_logits_by_little() {
    let source = Source::Path(tiny());
    let exact = trace(&engine(&source, Some(Precision::F32)));
    // Both are weights of a size that nobody uses, at random: the published size is far steadier.
    for (precision, most) in [(Precision::Q8, 0.06), (Precision::Q4, 0.35)] {
        let quantized = trace(&engine(&source, Some(precision)));
        for name in ["vision", "image_embeds", "prompt_logits"] {
            let error = error(&quantized.tensors[name], &exact.tensors[name]);
            println!("{precision:?}, {name}: {error:.4}");
            assert!(error > 0.0 && error < most, "{precision:?}, {name}: {error}");
        }
    }
}

/// Of a picture that is not among those that it was calibrated on: the halves of a sample, side by side the other way round.
#[test]
fn calibration_brings_four_bits_closer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mini.gguf");
    let mini = Checkpoint::open(&Source::Embedded).unwrap();
    convert::convert(&mini, "mini", Format::Q4, &path, &mut |_| ControlFlow::Continue(())).unwrap();
    let options = GenerateOptions { max_new_tokens: 1, no_repeat_ngram: Some(0).into(), sampling: Sampling::Greedy };
    let logits = |source: &Source, precision| {
        let engine = engine(source, Some(precision));
        let pixels = engine.pixel_values(&open(&sample("snow.png"))).unwrap();
        let (half, all) = (pixels.dim(3).unwrap() / 2, pixels.dim(3).unwrap());
        let parts = [pixels.narrow(3, half, all - half).unwrap(), pixels.narrow(3, 0, half).unwrap()];
        let pixels = Tensor::cat(&parts, 3).unwrap().contiguous().unwrap();
        engine.trace(&pixels, "<grounding>An image of", &options).unwrap().tensors["prompt_logits"].clone()
    };
    let exact = logits(&Source::Embedded, Precision::F32);
    let nearest = error(&logits(&Source::Embedded, Precision::Q4), &exact);
    let calibrated = error(&logits(&Source::Path(path), Precision::Q4), &exact);
    assert!(calibrated < 0.7 * nearest, "{nearest} became {calibrated}");
}

#[test]
fn small_checkpoints_stay_exact_and_say_so() {
    assert_eq!(engine(&Source::Embedded, None).info().precision, Precision::F32);
    assert_eq!(engine(&Source::Embedded, Some(Precision::Q8)).info().precision, Precision::Q8);
    assert_eq!(engine(&Source::Path(tiny()), Some(Precision::Q4)).info().precision, Precision::Q4);
}

#[test]
fn the_program_takes_a_precision() {
    let caption =
        |precision| run(kosmoscope().arg("caption").arg(sample("snow.png")).args(["--precision", precision, "--json"]));
    for precision in ["f32", "q8", "q4"] {
        let ended = caption(precision);
        assert_eq!(ended.code, Some(0));
        let record: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(record["checkpoint"]["precision"], precision);
        assert!(record["text"].as_str().unwrap().starts_with("An image of"), "{record}");
    }
    let refused = caption("q3");
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("it must be auto, f32, q8 or q4"), "{}", refused.stderr);
}

#[test]
fn the_bench_reports_every_stage() {
    let arguments = ["bench", "--json", "--precision", "f32", "--rounds", "1", "--tokens", "4"];
    let ended = run(kosmoscope().args(arguments).args(["--prompt-tokens", "50", "--prompt-tokens", "400"]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let secs = |value: &serde_json::Value| value.as_f64().unwrap();
    let first = secs(&report["vision"]["secs"]) + secs(&report["prefill"]["secs"]);
    let (token, total) = (secs(&report["token"]["secs"]), secs(&report["total_secs"]));
    let [short, long] = [&report["lengths"][0], &report["lengths"][1]];
    assert_eq!((&short["prompt_tokens"], &long["prompt_tokens"]), (&50.into(), &400.into()));
    let times = secs(&long["prefill_work"]) / secs(&short["prefill_work"]);
    assert!((8.0..40.0).contains(&times) && secs(&long["token_work"]) > 1.0, "{report}");
    // Of a single round, the stages are all of the time, and the second question is spared the first of them.
    assert!((first + 3.0 * token - total).abs() < 1e-6 * total, "{report}");
    let ratio = secs(&report["second_question_secs"]) / first;
    assert!(ratio < 1.0 && (ratio - secs(&report["second_question_ratio"])).abs() < 1e-9, "{report}");
    // For each token all weights of the decoder are read, rows filled up to whole groups.
    let config = Config::from_json(&std::fs::read(project("assets/mini/config.json")).unwrap()).unwrap();
    let weights = layout::expected(&config).into_iter().filter(|(name, _)| name.starts_with("text_model."));
    let n_bytes: u64 = weights.map(|(name, shape)| Store::bytes_of(&name, &shape, Precision::F32)).sum();
    let token_bytes = report["token_bytes"].as_u64().unwrap();
    assert!((n_bytes..n_bytes + n_bytes / 100).contains(&token_bytes), "{n_bytes}, {report}");
    let curves = ["--new-tokens", "4", "--new-tokens", "900", "--images", "1", "--images", "3"];
    let ended = run(kosmoscope().args(["bench", "--json", "--rounds", "1", "--tokens", "2"]).args(curves));
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let [short, long] = [&report["answers"][0], &report["answers"][1]];
    assert_eq!(short["new_tokens"], 4, "{report}");
    let n_new = long["new_tokens"].as_u64().unwrap();
    assert!(n_new > 200 && secs(&long["token_work"]) > 1.0 && secs(&long["token_secs"]) > 0.0, "{report}");
    let [one, three] = [&report["images"][0], &report["images"][1]];
    assert_eq!((&one["images"], &three["images"]), (&1.into(), &3.into()));
    assert!((secs(&three["vision_work"]) - 3.0).abs() < 1e-9 && secs(&three["vision_secs"]) > 0.0, "{report}");
    assert!(secs(&three["prompt_tokens"]) > 2.5 * secs(&one["prompt_tokens"]), "{report}");
    let ended = run(kosmoscope().args(["bench", "--rounds", "2", "--tokens", "2"]).args(curves));
    assert!(ended.stdout.contains("Each token of an answer of 4 takes"), "{}", ended.stdout);
    assert!(ended.stdout.contains("Pictures, 3:"), "{}", ended.stdout);
    assert_eq!(ended.code, Some(0));
    assert!(ended.stdout.contains("each token") && ended.stdout.contains("second question"), "{}", ended.stdout);
}
