//! Weights in fewer bits: how far answers move, that they are consistent, and what the program says of them.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use candle_core::{Device, Tensor};
use kosmoscope::{
    checkpoint::Source,
    engine::{Engine, GenerateOptions, Sampling, Trace},
    kernels::Precision,
};

use crate::support::{
    files::{sample, tiny},
    model::engine,
    program::{kosmoscope, run},
};

fn trace(engine: &Engine) -> Trace {
    let values: Vec<f32> = (0..3 * 70 * 70).map(|i| (i as f32 * 0.013).sin()).collect();
    let pixel_values = Tensor::from_vec(values, (1, 3, 70, 70), &Device::Cpu).unwrap();
    let options = GenerateOptions { max_new_tokens: 6, no_repeat_ngram_size: Some(0), sampling: Sampling::Greedy };
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
        let shrunk = trace(&engine(&source, Some(precision)));
        for name in ["vision", "image_embeds", "prompt_logits"] {
            let error = error(&shrunk.tensors[name], &exact.tensors[name]);
            println!("{precision:?}, {name}: {error:.4}");
            assert!(error > 0.0 && error < most, "{precision:?}, {name}: {error}");
        }
    }
}

#[test]
fn decoding_step_by_step_equals_one_pass() {
    for precision in Precision::ALL {
        let engine = engine(&Source::Path(tiny()), Some(precision));
        let trace = trace(&engine);
        let step_logits = &trace.tensors["step_logits"]; // [steps, vocab]
        let n_prompt = trace.tensors["input_ids"].dim(1).unwrap();
        let ids: Vec<i64> = trace.tensors["output_ids"].squeeze(0).unwrap().to_vec1().unwrap();
        let ids: Vec<u32> = ids.into_iter().map(|id| id as u32).collect();
        let full = engine.full_forward(&ids[..ids.len() - 1], &trace.tensors["image_embeds"]).unwrap(); // [seq, vocab]
        let written = full.narrow(0, n_prompt - 1, step_logits.dim(0).unwrap()).unwrap();
        let error = error(&written, step_logits);
        // A value between two integers may go either way, when a sum differs in its last bit.
        let most = if precision == Precision::F32 { 1e-5 } else { 0.02 };
        assert!(error < most, "{precision:?}: {error:.1e}");
    }
}

#[test]
fn small_checkpoints_stay_exact_and_say_so() {
    assert_eq!(engine(&Source::Embedded, None).info().precision, "f32");
    assert_eq!(engine(&Source::Embedded, Some(Precision::Q8)).info().precision, "q8");
    assert_eq!(engine(&Source::Path(tiny()), Some(Precision::Q4)).info().precision, "q4");
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
    assert!(refused.stderr.contains("it is auto, f32, q8 or q4"), "{}", refused.stderr);
}

#[test]
fn the_bench_reports_every_stage() {
    let ended = run(kosmoscope().args(["bench", "--json", "--rounds", "2", "--tokens", "4"]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let secs = |value: &serde_json::Value| value.as_f64().unwrap();
    let stages =
        secs(&report["vision"]["secs"]) + secs(&report["prefill"]["secs"]) + 3.0 * secs(&report["token"]["secs"]);
    let total = secs(&report["total_secs"]);
    assert!(stages > 0.3 * total && stages < 3.0 * total, "{report}");
    assert!(secs(&report["second_question_secs"]) < total, "{report}");
    assert!(report["token_bytes"].as_u64().unwrap() > 1_000_000, "{report}");
    let ended = run(kosmoscope().args(["bench", "--rounds", "1", "--tokens", "2"]));
    assert_eq!(ended.code, Some(0));
    assert!(ended.stdout.contains("each token") && ended.stdout.contains("second question"), "{}", ended.stdout);
}
