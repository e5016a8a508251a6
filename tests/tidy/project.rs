//! What the README shows and the top level of the project.

use std::{fs, path::Path};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What the text links to or shows within the project.
fn targets(text: &str) -> Vec<&str> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let pictures = text.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let is_inside = |target: &&str| !target.starts_with("http") && !target.starts_with('#');
    links.chain(pictures).filter(is_inside).collect()
}

/// The targets of a text in this folder of the project that are not there.
fn lost_targets<'a>(text: &'a str, folder: &str) -> Vec<&'a str> {
    let path = |target: &str| root().join(folder).join(target.split('#').next().unwrap_or(target));
    targets(text).into_iter().filter(|target| !path(target).exists()).collect()
}

/// Whether something may lie at the top level.
fn belongs_there(name: &str) -> bool {
    const ALLOWED: [&str; 9] =
        ["Cargo.toml", "Cargo.lock", "LICENSE", "CHANGELOG.md", "README.md", "src", "assets", "screenshots", "tests"];
    name.starts_with('.') || name == "target" || ALLOWED.contains(&name)
}

#[test]
fn links_and_pictures_of_the_readme_exist() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let is_picture = |target: &&str| Path::new(target).extension().is_some_and(|e| e == "png");
    assert!(targets(&readme).iter().any(is_picture), "the README shows no picture");
    assert_eq!(lost_targets(&readme, ""), [""; 0]);
}

#[test]
fn links_of_the_guide_for_contributors_exist() {
    let guide = fs::read_to_string(root().join(".github/CONTRIBUTING.md")).unwrap();
    assert_eq!(lost_targets(&guide, ".github"), [""; 0]);
}

#[test]
fn the_top_level_is_as_agreed() {
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(belongs_there(&name), "{name} does not belong at the top level");
    }
}

#[test]
fn what_is_lost_or_does_not_belong_is_found() {
    let text = "[a](src/lib.rs#L3) [b](https://x.y/z) [c](#here) [d](src/cellar.rs) <img src=\"screenshots/none.png\">";
    assert_eq!(lost_targets(text, ""), ["src/cellar.rs", "screenshots/none.png"]);
    assert!(!belongs_there("notes.txt") && belongs_there(".ci"));
}
