//! Folders that are no checkpoint, or a damaged one: one sentence each, and nothing in them changes.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{collections::HashMap, fs, num::NonZero, ops::ControlFlow, path::Path};

use candle_core::{DType, Device, Tensor, safetensors};
use kosmoscope::{
    checkpoint::{Checkpoint, Source},
    convert::{self, Format},
    engine::{Engine, EngineError, GenerateOptions, Outcome, Request, Sampling},
    model::Config,
    picture::{self, PictureSource},
    text::Task,
    verify::{self, Against},
};

use crate::support::{
    files::{self, contents, copy_of_tiny, tiny},
    model,
};

fn load(folder: &Path) -> Result<Engine, String> {
    let source = Source::Path(folder.to_owned());
    Engine::load(&source, &mut |_| ControlFlow::Continue(())).map_err(|e| e.to_string())
}

/// Spoils a copy, loads it, and looks for `expected` in a message of one line that names the place.
fn check(spoil: impl FnOnce(&Path), expected: &[&str]) {
    let folder = copy_of_tiny();
    spoil(folder.path());
    let before = contents(folder.path());
    let message = load(folder.path()).map(|_| ()).unwrap_err();
    for part in expected {
        assert!(message.contains(part), "\"{part}\" is not in: {message}");
    }
    assert!(message.lines().count() == 1 && message.contains(folder.path().to_str().unwrap()), "{message}");
    assert_eq!(contents(folder.path()), before);
}

fn edit_tensors(folder: &Path, edit: impl FnOnce(&mut HashMap<String, Tensor>)) {
    let path = folder.join("model.safetensors");
    let mut tensors = safetensors::load(&path, &Device::Cpu).unwrap();
    edit(&mut tensors);
    safetensors::save(&tensors, path).unwrap();
}

fn edit_config(folder: &Path, from: &str, to: &str) {
    let path = folder.join("config.json");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn what_is_no_checkpoint() {
    check(|folder| fs::remove_dir_all(folder).unwrap_or_default(), &["There is no such folder"]);
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        check(|folder| fs::remove_file(folder.join(name)).unwrap(), &["not a checkpoint", name, "is missing"]);
    }
    check(
        |folder| fs::rename(folder.join("model.safetensors"), folder.join("pytorch_model.bin")).unwrap(),
        &["only as pytorch_model.bin", "never opened", "get model.safetensors"],
    );
    check(
        |folder| fs::rename(folder.join("tokenizer.json"), folder.join("sentencepiece.bpe.model")).unwrap(),
        &["tokenizer only as sentencepiece.bpe.model", "get the tokenizer.json"],
    );
}

#[test]
fn what_stands_in_a_file_s_place() {
    const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 6658000000\n";
    for name in ["model.safetensors", "tokenizer.json", "config.json"] {
        check(|folder| fs::write(folder.join(name), POINTER).unwrap(), &["Git LFS pointer", "git lfs pull", name]);
        check(|folder| fs::write(folder.join(name), "<!DOCTYPE html><html>").unwrap(), &["web page", name]);
    }
    check(|folder| fs::write(folder.join("model.safetensors"), "").unwrap(), &["damaged, or not what"]);
    check(|folder| fs::write(folder.join("model.safetensors"), [0x80; 999]).unwrap(), &["damaged, or not what"]);
    check(
        |folder| {
            fs::remove_file(folder.join("model.safetensors")).unwrap();
            fs::create_dir(folder.join("model.safetensors")).unwrap();
        },
        &["not a file"],
    );
    let message = load(&tiny().join("model.safetensors")).map(|_| ()).unwrap_err();
    assert!(message.contains("not a checkpoint") && message.contains("choose a folder"), "{message}");
}

#[test]
fn cut_off_weights_say_how_much_there_is() {
    let n_bytes = tiny().join("model.safetensors").metadata().unwrap().len();
    for (keep, needs) in [(n_bytes - 1, "753.94 kB"), (n_bytes / 2, "753.94 kB"), (9_000, "12.73 kB")] {
        let cut = |folder: &Path| {
            let file = fs::File::options().write(true).open(folder.join("model.safetensors")).unwrap();
            file.set_len(keep).unwrap();
        };
        check(cut, &["cut off", "of at least", needs, "download it again"]);
    }
}

#[test]
fn every_wrong_tensor_is_named_in_one_error() {
    let spoil = |folder: &Path| {
        edit_tensors(folder, |tensors| {
            tensors.remove("image_to_text_projection.latent_query").unwrap();
            let zeros = |n: usize| Tensor::zeros(n, DType::F32, &Device::Cpu).unwrap();
            tensors.insert("text_model.model.layer_norm.bias".to_owned(), zeros(7));
            tensors.insert("adapter.scale".to_owned(), zeros(1));
        });
    };
    check(spoil, &["latent_query", "layer_norm.bias (is [7], should be [48])", "left over: adapter.scale"]);
    let integers = |folder: &Path| {
        edit_tensors(folder, |tensors| {
            let name = "text_model.model.layer_norm.bias";
            tensors.insert(name.to_owned(), Tensor::zeros(48, DType::I64, &Device::Cpu).unwrap());
        });
    };
    check(integers, &["text_model.model.layer_norm.bias is stored as I64"]);
}

/// What tiny says about a sample, and by which checkpoint it was said.
fn words(folder: &Path) -> (String, String) {
    let mut engine = load(folder).unwrap();
    let options = GenerateOptions { max_new_tokens: 8, ..GenerateOptions::original() };
    let picture = model::open(&files::sample("snow.png"));
    let answer = model::answer(&mut engine, &picture, Task::Brief { grounded: true }, options);
    (answer.raw, engine.info().fingerprint.clone())
}

/// As transformers 4.46 to 4.49 write it: of the two inner configurations only what differs from the published values.
#[test]
fn a_configuration_may_leave_out_what_is_as_published() {
    let folder = copy_of_tiny();
    let path = folder.path().join("config.json");
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let published = serde_json::to_value(Config::default()).unwrap();
    for part in ["text_config", "vision_config"] {
        let keys = json[part].as_object_mut().unwrap();
        let n_keys = keys.len();
        keys.retain(|key, value| published[part].get(key) != Some(value));
        assert!(n_keys - keys.len() >= 3, "{part} has fewer keys than before");
    }
    fs::write(&path, json.to_string()).unwrap();
    assert_eq!(words(folder.path()), words(&tiny()));
    // If the values that are left out are not those of the weights, the shapes show it.
    json["text_config"] = serde_json::json!({"model_type": "kosmos_2_text_model"});
    fs::write(&path, json.to_string()).unwrap();
    let message = load(folder.path()).map(|_| ()).unwrap_err();
    assert!(message.contains("dense.bias (is [48], should be [2048])"), "{message}");
}

/// Older exports hold the numbers of the positions, of whatever type.
#[test]
fn tables_that_nothing_is_computed_from_may_be_of_any_type() {
    for dtype in [DType::I64, DType::U32, DType::U8, DType::F64] {
        let folder = copy_of_tiny();
        edit_tensors(folder.path(), |tensors| {
            for name in ["vision_model.model.embeddings.position_ids", "text_model.model.embed_positions.weights"] {
                tensors.insert(name.to_owned(), Tensor::zeros((1, 26), dtype, &Device::Cpu).unwrap());
            }
        });
        let source = Source::Path(folder.path().to_owned());
        assert_eq!(words(folder.path()), words(&tiny()), "{dtype:?}");
        let checks = verify::verify(&source, &Against::Nothing, &mut |_| ControlFlow::Continue(())).unwrap();
        assert!(verify::has_passed(&checks), "{checks:?}");
        let to = folder.path().join("small.gguf");
        let checkpoint = Checkpoint::open(&source).unwrap();
        convert::convert(&checkpoint, "it", Format::F16, &to, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(
            Checkpoint::open(&Source::Path(to)).unwrap().shapes(),
            Checkpoint::open(&Source::Path(tiny())).unwrap().shapes()
        );
    }
}

#[test]
fn sizes_of_another_model_are_refused() {
    check(|folder| edit_config(folder, "kosmos-2\"", "llava\""), &["it holds the model \"llava\", not kosmos-2"]);
    check(|folder| edit_config(folder, "\"layers\": 3", "\"layers\": 1000000000"), &["layers = 1000000000"]);
    check(|folder| edit_config(folder, "\"layers\": 3", "\"layers\": 4"), &["text_model.model.layers.3.ffn.fc1.bias"]);
    check(|folder| fs::write(folder.join("config.json"), "[".repeat(100_000)).unwrap(), &["can't be read"]);
}

#[test]
fn what_is_wrong_with_a_tokenizer_is_told_with_its_file_and_field() {
    let spoil = |edit: fn(String) -> String, expected: &[&str]| {
        let edit = |folder: &Path| {
            let path = folder.join("tokenizer.json");
            fs::write(&path, edit(fs::read_to_string(&path).unwrap())).unwrap();
        };
        check(edit, &[expected, &["tokenizer.json"]].concat());
        let folder = copy_of_tiny();
        edit(folder.path());
        let source = Source::Path(folder.path().to_owned());
        let checks = verify::verify(&source, &Against::Published, &mut |_| ControlFlow::Continue(())).unwrap();
        assert!(!verify::has_passed(&checks), "{checks:?}");
        let to = folder.path().join("small.gguf");
        let checkpoint = Checkpoint::open(&source).unwrap();
        let converted = convert::convert(&checkpoint, "it", Format::F16, &to, &mut |_| ControlFlow::Continue(()));
        assert!(converted.is_err() && !to.exists());
    };
    spoil(|text| text[..text.len() / 2].to_owned(), &["EOF while parsing"]);
    spoil(|text| text.replacen("\"id\": 2,", "\"id\": -2,", 1), &["added_tokens[2].id: invalid value"]);
    spoil(|text| text.replacen("\"unk_id\": 3", "\"unk_id\": []", 1), &["model.unk_id: invalid type"]);
    spoil(|text| text.replacen("\"id\": 2,", &format!("\"id\": \"{}\",", "x".repeat(100_000)), 1), &["xxx…xxx"]);
    spoil(|text| text + "{}", &["trailing characters"]);
}

#[test]
fn no_error_repeats_what_is_long() {
    let long = "x".repeat(100_000);
    let short = |spoil: &dyn Fn(&Path)| {
        let folder = copy_of_tiny();
        spoil(folder.path());
        let message = load(folder.path()).map(|_| ()).unwrap_err();
        assert!(message.len() < 1000 && message.contains(folder.path().to_str().unwrap()), "{message}");
    };
    short(&|folder| edit_config(folder, "\"gelu\"", &format!("\"{long}\"")));
    short(&|folder| edit_config(folder, "\"layers\": 3", &format!("\"layers\": \"{long}\"")));
    short(&|folder| edit_config(folder, "kosmos-2\"", &format!("{long}\"")));
    short(&|folder| {
        fs::rename(folder.join("model.safetensors"), folder.join("x.safetensors")).unwrap();
        let index = serde_json::json!({"weight_map": {"a": long}});
        fs::write(folder.join("model.safetensors.index.json"), index.to_string()).unwrap();
    });
    short(&|folder| {
        edit_tensors(folder, |tensors| {
            tensors.insert("y".repeat(1000), Tensor::zeros(1, DType::F32, &Device::Cpu).unwrap());
        });
    });
}

#[test]
fn shards_load_and_stay_in_their_folder() {
    let folder = copy_of_tiny();
    let tensors = safetensors::load(folder.path().join("model.safetensors"), &Device::Cpu).unwrap();
    fs::remove_file(folder.path().join("model.safetensors")).unwrap();
    let (mut halves, mut weight_map) = ([HashMap::new(), HashMap::new()], serde_json::Map::new());
    for (n, (name, tensor)) in tensors.into_iter().enumerate() {
        weight_map.insert(name.clone(), format!("model-{}.safetensors", n % 2).into());
        halves[n % 2].insert(name, tensor);
    }
    for (n, half) in halves.iter().enumerate() {
        safetensors::save(half, folder.path().join(format!("model-{n}.safetensors"))).unwrap();
    }
    let index = folder.path().join("model.safetensors.index.json");
    let write_index = |map: &serde_json::Map<String, serde_json::Value>| {
        fs::write(&index, serde_json::json!({"metadata": {}, "weight_map": map}).to_string()).unwrap();
    };
    write_index(&weight_map);
    assert!(load(folder.path()).is_ok());
    weight_map.insert("stray".to_owned(), "../model-0.safetensors".into());
    write_index(&weight_map);
    assert!(load(folder.path()).map(|_| ()).unwrap_err().contains("outside its folder"));
    weight_map.insert("stray".to_owned(), "model-7.safetensors".into());
    write_index(&weight_map);
    assert!(load(folder.path()).map(|_| ()).unwrap_err().contains("model-7.safetensors"));
}

#[test]
fn half_precision_weights_load() {
    for dtype in [DType::F16, DType::BF16] {
        let folder = copy_of_tiny();
        edit_tensors(folder.path(), |tensors| {
            for tensor in tensors.values_mut() {
                *tensor = tensor.to_dtype(dtype).unwrap();
            }
        });
        assert!(load(folder.path()).is_ok(), "{dtype:?}");
    }
}

#[test]
fn weights_that_are_no_numbers_are_told_about() {
    let folder = copy_of_tiny();
    edit_tensors(folder.path(), |tensors| {
        let nan = Tensor::full(f32::NAN, 48, &Device::Cpu).unwrap();
        tensors.insert("text_model.model.layer_norm.bias".to_owned(), nan);
    });
    let pixels = image::RgbImage::new(8, 8);
    let request = Request {
        picture: picture::open(PictureSource::Pixels { name: "black".to_owned(), pixels: pixels.into() }).unwrap(),
        task: Task::Brief { grounded: true },
        options: GenerateOptions { max_new_tokens: 2, no_repeat_ngram: None.into(), sampling: Sampling::Greedy },
    };
    let mut engine = load(folder.path()).unwrap();
    let name = engine.info().checkpoint.name.clone();
    let outcome = engine.answer(&request, &mut |_| ControlFlow::Continue(()));
    let message = outcome.map(|outcome| matches!(outcome, Outcome::Finished(_))).unwrap_err().to_string();
    assert!(message.contains("invalid numbers") && message.ends_with(&name), "{message}");
}

#[test]
fn loading_can_be_stopped() {
    let source = Source::Path(tiny());
    let mut n_reports = 0;
    let loaded = Engine::load(&source, &mut |progress| {
        n_reports += 1;
        if progress.n_done > progress.n_total / 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(loaded, Err(EngineError::Stopped)), "{loaded:?}");
    assert!(n_reports > 1);
}

#[test]
fn a_checkpoint_has_its_own_rule_against_repetition() {
    let folder = copy_of_tiny();
    let rule = || load(folder.path()).unwrap().info().checkpoint.no_repeat_ngram.map(NonZero::get);
    assert_eq!(rule(), Some(3), "as the original");
    fs::write(folder.path().join("generation_config.json"), r#"{"no_repeat_ngram_size": 0}"#).unwrap();
    assert_eq!(rule(), None);
    fs::write(folder.path().join("generation_config.json"), "not JSON").unwrap();
    assert_eq!(rule(), Some(3));
}
