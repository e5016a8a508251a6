//! The commands of the window: whether a person can reach each.

use crate::source::{File, sources};

/// Where buttons are painted.
const VIEWS: [&str; 4] = ["src/ui/screens/", "src/ui/shell/", "src/ui/dialogs/", "src/ui/widgets/"];

/// The names in the table of commands, each with the rest of its row.
fn rows(table: &str) -> Vec<(String, String)> {
    let rows = table.split_once("commands! {").map_or("", |(_, rest)| rest.split("\n}").next().unwrap_or_default());
    let code: Vec<&str> = rows.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
    let row = |row: &str| row.split_once(':').map(|(name, row)| (name.trim().to_owned(), row.to_owned()));
    code.join(" ").split("];").filter_map(row).collect()
}

/// Commands that stand on a button only, and on none.
fn complaints(files: &[File]) -> Vec<String> {
    let table = files.iter().find(|file| file.path == "src/ui/command.rs").map_or("", |file| file.text.as_str());
    let views: Vec<String> =
        files.iter().filter(|file| VIEWS.iter().any(|view| file.path.starts_with(view))).map(File::code).collect();
    let is_painted = |name: &str| {
        let wanted = format!("Command::{name}");
        views.iter().any(|code| {
            code.match_indices(&wanted)
                .any(|(at, _)| !code[at + wanted.len()..].starts_with(|c: char| c.is_alphanumeric()))
        })
    };
    let lost = rows(table).into_iter().filter(|(name, row)| row.contains("Button,") && !is_painted(name));
    lost.map(|(name, _)| format!("nobody can reach the command {name}: it is in no menu and on no button")).collect()
}

#[test]
fn every_command_can_be_reached() {
    let files = sources();
    let table = files.iter().find(|file| file.path == "src/ui/command.rs").unwrap();
    let rows = rows(&table.text);
    assert!(rows.len() > 40, "the table was not found");
    assert!(rows.iter().any(|(name, row)| name == "CopyRaw" && row.contains("Button,")), "{rows:?}");
    let complaints = complaints(&files);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_command_that_nobody_can_reach_is_found() {
    let table = "commands! {\n    Open: \"Open…\", \"Choose\", In(File, 0), Nothing, [];\n    // Beside it.\n    Lost: \"Lost\", \
        \"Gone\", Button, Own, [];\n    Found: \"Found\", \"There\",\n        Button, Nothing, [];\n}\n";
    let files = [
        File::example("src/ui/command.rs", table),
        File::example("src/ui/shell/menu.rs", "fn f() { button(Command::Found); button(Command::Lostness) }"),
        File::example("src/ui/update/commands.rs", "fn f() { Command::Lost => {} }"),
    ];
    assert_eq!(rows(table).iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Open", "Lost", "Found"]);
    assert_eq!(complaints(&files), ["nobody can reach the command Lost: it is in no menu and on no button"]);
}
