//! The layers of modules, and the libraries that stay in some of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    EXCEPTIONS, LAYERS,
    paths::Paths,
    source::{File, about, has_word, sources},
};

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&module))
}

fn layer_complaints(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !["src/lib.rs", "src/main.rs"].contains(&file.path.as_str())) {
        let own = file.names()[1];
        let Some(own_layer) = layer(own) else {
            complaints.push(format!("{own} is in no layer"));
            continue;
        };
        let imported: BTreeSet<String> =
            Paths::of(file, &file.code()).inner.into_iter().filter_map(|path| path.into_iter().next()).collect();
        for other in imported.iter().map(String::as_str).filter(|other| *other != own) {
            let is_lower = layer(other).is_some_and(|layer| layer < own_layer);
            if !is_lower && !EXCEPTIONS.contains(&(own, other)) {
                complaints.push(format!("{} imports from {other}", file.path));
            }
        }
    }
    complaints
}

/// The tensor library, the window library, the network and the environment stay where they are needed.
fn library_complaints(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let (module, code) = (file.names()[1], file.code());
        let is_gguf = module == "checkpoint" && file.path.ends_with("/gguf.rs");
        let has_tensors = is_gguf || file.path == "src/picture/preprocess.rs";
        if !["model", "kernels", "engine"].contains(&module) && !has_tensors && code.contains("candle_") {
            complaints.push(format!("{} names the tensor library", file.path));
        }
        let has_window = ["egui", "eframe"].iter().any(|name| has_word(&code, name));
        if !["ui", "overlay"].contains(&module) && has_window {
            complaints.push(format!("{} names the window library", file.path));
        }
        let is_network = |path: &Vec<String>| {
            path.len() > 1 && [["std", "net"], ["ureq", "Agent"]].iter().any(|library| path[..2] == *library)
        };
        if module != "hub" && Paths::of(file, &code).outer.iter().any(is_network) {
            complaints.push(format!("{} uses the network", file.path));
        }
        // Everything else is given what it needs, so that a test can give it something else.
        let reads_environment = ["env::var", "env::home_dir", "from_env("].iter().any(|call| code.contains(call));
        if file.path != "src/cli/environment.rs" && reads_environment {
            complaints.push(format!("{} reads the environment", file.path));
        }
        // A path from outside may steer a terminal and be of any length; these put it where it must be exact.
        let exact = ["src/cli/model/convert.rs", "src/cli/model/pull.rs", "src/ui/update/dialogs.rs"];
        if file.code_without_tests().contains(".display()") && !exact.contains(&file.path.as_str()) {
            complaints.push(format!("{} shows a path as it is, without words::place", file.path));
        }
        // Times are taken from a clock that only goes forward: the date of a computer may be years off, and jumps.
        if code.contains("SystemTime::now") || code.contains("UNIX_EPOCH") {
            complaints.push(format!("{} goes by the date", file.path));
        }
    }
    complaints
}

/// The modules of each layer as the table at the head of `src/lib.rs` has them.
fn told_layers(lib: &File) -> BTreeMap<usize, BTreeSet<String>> {
    let row = |line: &str| {
        let (layer, modules) = line.strip_prefix("//! | ")?.split_once(" | ")?;
        let names = modules.split("[`").skip(1).filter_map(|rest| rest.split('`').next());
        Some((layer.parse().ok()?, names.map(str::to_owned).collect()))
    };
    lib.text.lines().filter_map(row).collect()
}

#[test]
fn modules_import_only_from_lower_layers() {
    let files = sources();
    let complaints = layer_complaints(&files);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn the_table_for_people_has_the_same_layers() {
    let lib = sources().into_iter().find(|file| file.path == "src/lib.rs").unwrap();
    let held: BTreeMap<usize, BTreeSet<String>> =
        LAYERS.iter().map(|names| names.iter().map(|name| (*name).to_owned()).collect()).enumerate().collect();
    assert_eq!(told_layers(&lib), held);
}

#[test]
fn what_only_some_need_stays_with_them() {
    let complaints = library_complaints(&sources());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn an_import_from_a_higher_layer_is_found() {
    let check = |path, text| about(layer_complaints, path, text);
    assert_eq!(check("src/model/a.rs", "use crate::kernels::x;\n// crate::ui::App\n"), "");
    assert_eq!(check("src/model/a.rs", "use crate::{kernels::x, engine::y};"), "src/model/a.rs imports from engine");
    assert_eq!(check("src/model/a.rs", "fn f() { crate::text::g() }"), "src/model/a.rs imports from text");
    assert_eq!(check("src/cellar.rs", ""), "cellar is in no layer");
    assert_eq!(check("src/cli/mod.rs", "use crate::ui::App;"), "");
    let lib = File::example("src/lib.rs", "//! | layer | modules |\n//! | 1 | [`b`] (x), [`c`] |\n//! | 0 | [`a`] |");
    let told: Vec<Vec<String>> = told_layers(&lib).into_values().map(|names| names.into_iter().collect()).collect();
    assert_eq!(told, [vec!["a"], vec!["b", "c"]]);
}

#[test]
fn what_stands_in_the_wrong_module_is_found() {
    let check = |path, text| about(library_complaints, path, text);
    assert!(check("src/text/a.rs", "use candle_core::Tensor;").contains("tensor library"));
    assert!(check("src/export/a.rs", "fn f(c: egui::Color32) {}").contains("window library"));
    for text in ["use std::{fs, net::TcpStream};", "fn f(agent: &ureq::Agent) {}"] {
        assert!(check("src/verify/a.rs", text).contains("network"), "{text}");
    }
    for text in ["std::env::var_os(\"HOME\")", "Proxy::try_from_env()"] {
        assert!(check("src/hub/a.rs", text).contains("reads the environment"), "{text}");
        assert_eq!(check("src/cli/environment.rs", text), "");
    }
    let shown = "fn f(path: &Path) -> String { path.display().to_string() }";
    assert!(check("src/hub/a.rs", shown).contains("words::place"));
    let in_tests = format!("#[cfg(test)]\nmod tests {{ {shown} }}");
    assert_eq!(check("src/hub/a.rs", &in_tests), "");
    assert!(check("src/hub/a.rs", "let now = SystemTime::now();").contains("date"));
    assert_eq!(check("src/hub/a.rs", "use std::net::TcpStream; // UNIX_EPOCH\n"), "");
}
