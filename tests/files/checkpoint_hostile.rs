//! Checkpoints made to do harm, or changing while they are read: a sentence each, no panic, no hang, and nothing in their
//! folders changes. The crafted files are those of generators beside the project; without them those tests are skipped.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that can't set itself up has failed")]

use std::{
    fs::{self, File},
    io::{Seek as _, SeekFrom, Write as _},
    ops::ControlFlow,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use kosmoscope::{
    checkpoint::{Checkpoint, CheckpointError, Source},
    kernels::Precision,
    model::{Config, layout},
};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::files::{
    CHECKPOINT_FILES, WEIGHTS, copy_of_tiny, copy_tiny_to, make_zeros, shared, tiny, write_weights,
};

fn open(folder: &Path) -> Result<Checkpoint, CheckpointError> {
    Checkpoint::open(&Source::Path(folder.to_owned()))
}

/// Why a folder is refused: one line that names a path.
fn refusal(folder: &Path) -> String {
    let message = open(folder).map(|_| ()).unwrap_err().to_string();
    assert!(message.lines().count() == 1 && message.contains(folder.to_str().unwrap()), "{message}");
    assert!(message.len() < 10_000, "{} bytes", message.len());
    message
}

/// Files that a generator beside the project makes.
fn crafted(generator: &str) -> Option<TempDir> {
    let script = shared(&format!("faults/{generator}"))?;
    let folder = TempDir::new().unwrap();
    let made = Command::new("python3").arg(&script).arg(folder.path()).output();
    if made.is_ok_and(|output| output.status.success()) {
        return Some(folder);
    }
    println!("skipped: python3 can't run {}", script.display());
    None
}

/// C1
#[test]
fn crafted_weight_files() {
    let Some(files) = crafted("st.py") else { return };
    let (folder, mut n_files, start) = (copy_of_tiny(), 0, Instant::now());
    for entry in fs::read_dir(files.path()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(WEIGHTS)).unwrap();
        let content = fs::read(&path).unwrap();
        refusal(folder.path());
        assert!(fs::read(folder.path().join(WEIGHTS)).unwrap() == content, "{} was changed", path.display());
        n_files += 1;
    }
    println!("{n_files} files in {:?}", start.elapsed());
    assert!(n_files > 3000);
}

/// C1
#[test]
fn huge_headers_and_many_tensors() {
    let folder = copy_of_tiny();
    let tensors: Vec<String> = (0..100_000)
        .map(|n| format!(r#""t{n}":{{"dtype":"F16","shape":[1],"data_offsets":[{},{}]}}"#, 2 * n, 2 * n + 2))
        .collect();
    write_weights(folder.path(), &format!("{{{}}}", tensors.join(",")), 200_000);
    let message = refusal(folder.path());
    assert!(message.contains("100000 left over") && message.contains("and 99995 more"), "{message}");
    File::create(folder.path().join(WEIGHTS)).unwrap().write_all(&99_999_999_u64.to_le_bytes()).unwrap();
    assert!(refusal(folder.path()).contains("cut off"));
}

/// C2, C3
#[test]
fn what_stands_in_for_weights() {
    let folder = copy_of_tiny();
    let path = folder.path().join(WEIGHTS);
    for (content, part) in [
        (&b"\x80\x02}q\x00X\x05\x00\x00\x00model"[..], "can run code, and is never opened"),
        (b"\x80\x04\x95\x00\x00\x00\x00", "can run code, and is never opened"),
        (b"PK\x03\x04archive/data.pkl", "can run code, and is never opened"),
        (b"\n <html><body>Sign in</body></html>", "web page"),
        (b"GGUF\x03\0\0\0", "it is a GGUF file"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 6658000000\n",
            "Git LFS pointer of 73 bytes",
        ),
    ] {
        fs::write(&path, content).unwrap();
        assert!(refusal(folder.path()).contains(part));
    }
    for ending in [".part", ".incomplete"] {
        let folder = copy_of_tiny();
        fs::rename(folder.path().join(WEIGHTS), folder.path().join(format!("{WEIGHTS}{ending}"))).unwrap();
        assert!(refusal(folder.path()).contains("is still arriving; go on with \"kosmoscope model pull\""));
    }
}

/// C4
#[test]
fn tensors_twice_or_with_odd_names() {
    let folder = copy_of_tiny();
    let one = |name: &str| format!(r#""{name}":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#);
    write_weights(folder.path(), &format!("{{{},{}}}", one("a"), one("a")), 4);
    assert!(refusal(folder.path()).contains("the tensor a is in it twice"));
    for name in [r"\u001b[2J\u001b]0;x\u0007", r"a\nb", r"a\u0000b", &"x".repeat(2000)] {
        write_weights(folder.path(), &format!("{{{}}}", one(name)), 4);
        let message = refusal(folder.path());
        assert!(message.contains("impossible name") && !message.contains('\u{1b}'), "{message}");
    }
    for dtype in ["F64", "F8_E4M3", "BOOL", "I8", "F4"] {
        let header = one("a").replace("F32", dtype);
        write_weights(folder.path(), &format!("{{{header}}}"), 4);
        refusal(folder.path());
    }
}

/// C5
#[test]
fn shards_lead_nowhere_else() {
    let folder = copy_of_tiny();
    fs::rename(folder.path().join(WEIGHTS), folder.path().join("model-1.safetensors")).unwrap();
    let outside = TempDir::new().unwrap();
    fs::copy(tiny().join(WEIGHTS), outside.path().join("x.safetensors")).unwrap();
    let outside_file = outside.path().join("x.safetensors").display().to_string();
    let index = |name: &str| {
        let map = serde_json::json!({"weight_map": {"a": name}});
        fs::write(folder.path().join("model.safetensors.index.json"), map.to_string()).unwrap();
    };
    index("model-1.safetensors");
    open(folder.path()).unwrap();
    for name in [
        "../x.safetensors",
        "..",
        ".",
        "",
        "/etc/passwd",
        "a/../model-1.safetensors",
        "./model-1.safetensors",
        "a/b",
        "a\\b",
        "C:\\x",
        "C:x",
        "\\\\host\\share\\x",
        "model-1.safetensors\0",
        "a\nb",
        "~/x/y",
        "file:///etc/passwd",
        &outside_file,
        &"x".repeat(300),
    ] {
        index(name);
        let message = refusal(folder.path());
        assert!(message.contains("outside its folder"), "{name}: {message}");
    }
    for name in ["model-2.safetensors", "…"] {
        index(name);
        assert!(refusal(folder.path()).contains("is missing"), "{name}");
    }
    for json in ["", "[]", "{}", r#"{"weight_map": 3}"#, r#"{"weight_map": {"a": null}}"#, &"[".repeat(100_000)] {
        fs::write(folder.path().join("model.safetensors.index.json"), json).unwrap();
        assert!(refusal(folder.path()).contains("damaged"), "{}", &json[..json.len().min(30)]);
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&outside_file, folder.path().join("model-3.safetensors")).unwrap();
        index("model-3.safetensors");
        assert!(refusal(folder.path()).contains("outside its folder"));
        std::os::unix::fs::symlink("model-1.safetensors", folder.path().join("model-4.safetensors")).unwrap();
        index("model-4.safetensors");
        open(folder.path()).unwrap();
    }
}

/// C6
#[test]
fn crafted_tokenizers() {
    let Some(files) = crafted("tok.py") else { return };
    let (folder, mut n_files, mut n_opened, mut longest) = (copy_of_tiny(), 0, 0, Duration::ZERO);
    let name = folder.path().join("tokenizer.json");
    for entry in fs::read_dir(files.path()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, &name).unwrap();
        let start = Instant::now();
        match open(folder.path()).and_then(|checkpoint| checkpoint.tokenizer()) {
            // They have few tokens: that of another size is the best of them.
            Ok(_) | Err(CheckpointError::Vocabulary { .. }) => n_opened += 1,
            Err(e) => {
                let message = e.to_string();
                let is_named = message.contains(name.to_str().unwrap()) && message.lines().count() == 1;
                assert!(is_named && message.len() < 1000, "{}: {message}", path.display());
            }
        }
        longest = longest.max(start.elapsed());
        n_files += 1;
    }
    println!("{n_files} files, {n_opened} opened, the slowest in {longest:?}");
    assert!(n_files > 3000 && longest < Duration::from_secs(5), "{n_files} {longest:?}");
}

proptest! {
    /// C7
    #[test]
    fn any_number_in_a_configuration(
        place in 0..40_usize,
        value in prop_oneof![
            Just("0".to_owned()), Just("-1".to_owned()), Just("1e308".to_owned()), Just("null".to_owned()),
            Just("\"7\"".to_owned()), Just("1.5".to_owned()), Just("[]".to_owned()), Just("{}".to_owned()),
            any::<u64>().prop_map(|n| n.to_string()), any::<f64>().prop_filter_map("finite", |n| n.is_finite().then(|| format!("{n:e}"))),
        ],
    ) {
        let text = fs::read_to_string(tiny().join("config.json")).unwrap();
        let numbers: Vec<_> = text.match_indices(": ").filter(|(at, _)| text[at + 2..].starts_with(|c: char| c.is_ascii_digit())).collect();
        let (at, _) = numbers[place % numbers.len()];
        let end = at + 2 + text[at + 2..].find([',', '\n', '}']).unwrap();
        let spoilt = format!("{}{value}{}", &text[..at + 2], &text[end..]);
        if let Ok(config) = Config::from_json(spoilt.as_bytes()) {
            // What passes is small enough to be listed.
            prop_assert!(layout::expected(&config).len() < 20_000);
        }
    }

    /// C7
    #[test]
    fn any_bytes_for_a_configuration(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Config::from_json(&bytes).is_err());
    }
}

/// Added to a variance of 0 in single precision, it must not vanish.
#[test]
fn a_configuration_says_what_layer_norms_may_add() {
    for (part, eps, is_taken) in [
        ("text_config", 1e-5, true),
        ("vision_config", 1e-12, true),
        ("text_config", 0.1, true),
        ("text_config", 1e-13, false),
        ("vision_config", 0.0, false),
        ("vision_config", -1e-5, false),
        ("text_config", 1.0, false),
    ] {
        let mut json: serde_json::Value =
            serde_json::from_slice(&fs::read(tiny().join("config.json")).unwrap()).unwrap();
        json[part]["layer_norm_eps"] = eps.into();
        match Config::from_json(json.to_string().as_bytes()) {
            Ok(_) => assert!(is_taken, "{eps}"),
            Err(error) => {
                let expected = format!("its config.json says layer_norm_eps = {eps}, which must be from 1e-12 to 0.1");
                assert_eq!((error.to_string(), is_taken), (expected, false));
            }
        }
    }
}

/// C8
#[test]
fn a_file_that_changes_while_it_is_read() {
    type Change = fn(&Path);
    let changes: [Change; 4] = [
        |path| File::options().write(true).open(path).unwrap().set_len(100_000).unwrap(),
        |path| File::options().write(true).open(path).unwrap().set_len(0).unwrap(),
        |path| {
            let mut file = File::options().write(true).open(path).unwrap();
            file.seek(SeekFrom::Start(700_000)).unwrap();
            file.write_all(&vec![9; 50_000]).unwrap();
        },
        // Whatever takes the name of the file that was opened is not read.
        |path| {
            fs::remove_file(path).unwrap();
            fs::write(path, "another file").unwrap();
        },
    ];
    for (n, change) in changes.iter().enumerate() {
        for at in [1, 2, 10, 50, 100] {
            let folder = copy_of_tiny();
            let checkpoint = open(folder.path()).unwrap();
            // So that the time of the change is another one, on every file system.
            std::thread::sleep(Duration::from_millis(20));
            let mut n_read = 0;
            let result = checkpoint.read_weights(&mut |_| {
                n_read += 1;
                if n_read == at {
                    change(&folder.path().join(WEIGHTS));
                }
                ControlFlow::Continue(())
            });
            match result.map_err(|e| e.to_string()) {
                Ok(()) => assert_eq!(n, 3, "change {n} at tensor {at}"),
                Err(message) => assert!(n < 3 && message.contains("changed while it was being read"), "{message}"),
            }
        }
    }
}

/// C9
#[test]
fn odd_places() {
    let parent = TempDir::new().unwrap();
    let long = parent.path().join("x".repeat(200)).join("y".repeat(200)).join("z".repeat(200));
    for folder in [parent.path().join("with spaces  and ünïcode 'quotes\""), long] {
        fs::create_dir_all(&folder).unwrap();
        copy_tiny_to(&folder);
        open(&folder).unwrap();
        let read_only = |is: bool| {
            let mut permissions = fs::metadata(&folder).unwrap().permissions();
            permissions.set_readonly(is);
            #[cfg(unix)]
            std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, if is { 0o555 } else { 0o755 });
            fs::set_permissions(&folder, permissions).unwrap();
        };
        read_only(true);
        open(&folder).unwrap();
        read_only(false);
    }
}

/// C9
#[cfg(unix)]
#[test]
fn odd_files() {
    use std::os::unix::{ffi::OsStrExt as _, fs::symlink};
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join(std::ffi::OsStr::from_bytes(b"not-utf8-\xff"));
    fs::create_dir(&folder).unwrap();
    for name in CHECKPOINT_FILES {
        symlink(tiny().join(name), folder.join(name)).unwrap();
    }
    open(&folder).unwrap();
    // A pipe would wait for ever, a device never ends, a loop leads nowhere.
    let folder = copy_of_tiny();
    let path = folder.path().join(WEIGHTS);
    fs::remove_file(&path).unwrap();
    if Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()) {
        assert!(refusal(folder.path()).contains("not a file"));
        fs::remove_file(&path).unwrap();
    }
    symlink("/dev/zero", &path).unwrap();
    assert!(refusal(folder.path()).contains("not a file"));
    fs::remove_file(&path).unwrap();
    symlink(WEIGHTS, &path).unwrap();
    refusal(folder.path());
}

/// A checkpoint larger than any memory: all zeros, of which the disk holds none.
#[test]
fn what_can_t_fit_is_refused_with_numbers_before_it_is_read() {
    let folder = copy_of_tiny();
    let offset = make_zeros(folder.path(), |text| {
        (text["embed_dim"], text["ffn_dim"], text["layers"]) = (16_384.into(), 65_536.into(), 256.into());
        text["attention_heads"] = 16.into();
    });
    let checkpoint = open(folder.path()).unwrap();
    assert!(checkpoint.memory_needed(Precision::F32) > offset);
    let message = checkpoint.check_memory(Precision::F32, 4_200_000_000).unwrap_err().to_string();
    assert!(message.starts_with("There is not enough memory: 3313.49 GB is needed for weights in f32"), "{message}");
    assert!(message.contains("4.20 GB is free; close other programs"), "{message}");
    let ratio = checkpoint.memory_needed(Precision::Q4) as f64 / offset as f64;
    assert!((0.14..0.16).contains(&ratio), "four bits and a half of 32: {ratio}");
    if cfg!(target_os = "linux") {
        let source = Source::Path(folder.path().to_owned());
        let loaded = kosmoscope::engine::Engine::load(&source, &mut |_| panic!("it was read"));
        assert!(loaded.map(|_| ()).unwrap_err().to_string().contains("not enough memory"));
    }
    assert!(Checkpoint::open(&Source::Embedded).unwrap().memory_needed(Precision::F32) < 300 << 20);
}
