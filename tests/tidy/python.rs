//! The scripts beside the program: short files and functions, short lines, and no circle among those of a folder.

use std::collections::BTreeSet;

use crate::{
    graph::{self, Graph},
    lengths::{LONGEST_FILE, LONGEST_FUNCTION},
    source::{File, about, files},
};

const LONGEST_LINE: usize = 140;

fn scripts() -> Vec<File> {
    [files("assets", "py"), files("tests", "py")].concat()
}

fn length_complaints(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let lines: Vec<&str> = file.text.lines().collect();
        if lines.len() > LONGEST_FILE {
            complaints.push(format!("{} has {} lines", file.path, lines.len()));
        }
        for (at, line) in lines.iter().enumerate() {
            let place = format!("{}:{}", file.path, at + 1);
            if line.chars().count() > LONGEST_LINE {
                complaints.push(format!("{place} has {} characters", line.chars().count()));
            }
            let n_lines = n_lines_of_function(&lines[at..]);
            if n_lines > LONGEST_FUNCTION {
                complaints.push(format!("{place} has {n_lines} lines"));
            }
        }
    }
    complaints
}

/// How long the function is that begins here, up to its last line with anything in it; 0 when none does.
fn n_lines_of_function(lines: &[&str]) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let code = lines[0].trim_start();
    if !code.starts_with("def ") && !code.starts_with("async def ") {
        return 0;
    }
    // A signature of several lines ends with a parenthesis that is no deeper than the function itself.
    let is_inside = |line: &&str| indent(line) > indent(lines[0]) || line.trim_start().starts_with(')');
    let body = lines[1..].iter().take_while(|line| line.trim().is_empty() || is_inside(line));
    let body: Vec<&&str> = body.collect();
    1 + body.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1)
}

/// Which script imports which of its own folder, at its top or inside a function.
fn imports(files: &[File]) -> Graph {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let mut graph = Graph::new();
    for file in files {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let names = file.text.lines().map(str::trim).flat_map(|line| {
            let line = line.split('#').next().unwrap_or_default();
            let from = line.strip_prefix("from ").and_then(|rest| rest.split_once(" import ")).map(|(from, _)| from);
            let all = line.strip_prefix("import ").unwrap_or_default().split(',');
            from.into_iter().chain(all).filter_map(|name| name.split_whitespace().next()).collect::<Vec<_>>()
        });
        let targets = names.map(|name| format!("{folder}/{}.py", name.replace('.', "/")));
        let targets = targets.filter(|target| paths.contains(target.as_str()) && *target != file.path);
        graph.insert(file.path.clone(), targets.collect());
    }
    graph
}

#[test]
fn scripts_and_their_functions_are_short() {
    let complaints = length_complaints(&scripts());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn scripts_say_what_they_are() {
    for file in scripts() {
        assert!(file.text.starts_with("\"\"\""), "{} does not say what it is", file.path);
    }
}

#[test]
fn no_scripts_import_each_other() {
    let imports = imports(&scripts());
    assert!(imports.values().map(BTreeSet::len).sum::<usize>() > 10, "the imports were not found");
    let complaints = graph::complaints(&imports);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn long_scripts_functions_and_lines_are_found() {
    let check = |text: &str| about(length_complaints, "a.py", text);
    let function = |n: usize| format!("def f(\n    x,\n):\n{}\n\nx = f(3)\n", vec!["    pass"; n - 3].join("\n"));
    assert_eq!(check(&function(LONGEST_FUNCTION)), "");
    assert_eq!(check(&function(LONGEST_FUNCTION + 1)), "a.py:1 has 101 lines");
    assert_eq!(check(&"x = 1\n".repeat(LONGEST_FILE + 1)), "a.py has 401 lines");
    assert_eq!(check(&format!("x = 1\n# {}", "é".repeat(LONGEST_LINE))), "a.py:2 has 142 characters");
}

#[test]
fn scripts_that_import_each_other_are_found() {
    let circles = |one: &str, two: &str| {
        graph::circles(&imports(&[File::example("a/one.py", one), File::example("a/two.py", two)]))
    };
    assert_eq!(circles("import sys, two as t", "import json"), [[""; 0]; 0]);
    assert_eq!(circles("import sys, two as t", "def f():\n    from one import g"), [["a/one.py", "a/two.py"]]);
    assert_eq!(circles("from two import f", "# import one"), [[""; 0]; 0]);
}
