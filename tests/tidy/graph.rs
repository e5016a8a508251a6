//! Which file takes from which, and the circles among them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    paths::{Path, Paths, module},
    source::{File, sources},
};

/// For each name those that it takes from.
pub(crate) type Graph = BTreeMap<String, BTreeSet<String>>;

/// The Rust files, by their paths. A path leads to the file of the innermost module it names: `super::Thing` leads to the
/// parent's own file, also where that only passes on what a sibling defines.
pub(crate) fn of_rust(files: &[File]) -> Graph {
    let by_module: BTreeMap<Path, &str> = files.iter().map(|file| (module(file), file.path.as_str())).collect();
    let innermost = |path: &[String]| (0..=path.len()).rev().find_map(|n| by_module.get(&path[..n]).copied());
    let mut graph = Graph::new();
    for file in files {
        let paths = Paths::of(file, &file.code());
        let own = module(file);
        // A name that is in scope because the module is declared here.
        let children = paths.outer.into_iter().map(|path| [&own[..], &path].concat());
        let children =
            children.filter(|path| path.get(..=own.len()).is_some_and(|module| by_module.contains_key(module)));
        let targets = paths.inner.into_iter().chain(children);
        let targets = targets.filter_map(|path| innermost(&path)).filter(|target| *target != file.path);
        graph.insert(file.path.clone(), targets.map(str::to_owned).collect());
    }
    graph
}

/// The largest sets of names in which each leads to each, in order; names alone are none.
pub(crate) fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let mut search = Search { graph, numbers: BTreeMap::new(), lowest: BTreeMap::new(), path: vec![], found: vec![] };
    for name in graph.keys() {
        if !search.numbers.contains_key(name.as_str()) {
            search.visit(name);
        }
    }
    search.found.sort();
    search.found
}

/// A sentence for each circle: its files, and one way round.
pub(crate) fn complaints(graph: &Graph) -> Vec<String> {
    let sentence = |circle: Vec<String>| {
        let arrows: Vec<String> = circle
            .iter()
            .flat_map(|from| {
                graph[from].iter().filter(|to| circle.contains(to)).map(move |to| format!("{from} -> {to}"))
            })
            .collect();
        format!("{} files import each other: {}", circle.len(), arrows.join(", "))
    };
    circles(graph).into_iter().map(sentence).collect()
}

/// Tarjan's strongly connected components.
struct Search<'a> {
    graph: &'a Graph,
    /// In the order in which names were met.
    numbers: BTreeMap<&'a str, usize>,
    /// The lowest number on the path that is reached from a name.
    lowest: BTreeMap<&'a str, usize>,
    path: Vec<&'a str>,
    found: Vec<Vec<String>>,
}

impl<'a> Search<'a> {
    fn visit(&mut self, name: &'a str) -> usize {
        let number = self.numbers.len();
        self.numbers.insert(name, number);
        self.lowest.insert(name, number);
        self.path.push(name);
        for next in self.graph.get(name).into_iter().flatten() {
            let reached = match self.numbers.get(next.as_str()) {
                None => self.visit(next),
                Some(number) if self.path.contains(&next.as_str()) => *number,
                Some(_) => continue,
            };
            let lowest = self.lowest[name].min(reached);
            self.lowest.insert(name, lowest);
        }
        let lowest = self.lowest[name];
        if lowest == number {
            let start = self.path.iter().position(|other| *other == name).unwrap();
            let mut circle: Vec<String> = self.path.drain(start..).map(str::to_owned).collect();
            if circle.len() > 1 {
                circle.sort();
                self.found.push(circle);
            }
        }
        lowest
    }
}

#[test]
fn no_rust_files_import_each_other() {
    let graph = of_rust(&sources());
    assert!(graph.values().map(BTreeSet::len).sum::<usize>() > 300, "the imports were not found");
    let complaints = complaints(&graph);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn circles_are_found() {
    let graph = |arrows: &[(&str, &str)]| {
        let mut graph = Graph::new();
        for (from, to) in arrows {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            graph.entry((*to).to_owned()).or_default();
        }
        circles(&graph)
    };
    assert_eq!(graph(&[("a", "b"), ("b", "c"), ("a", "c")]), [[""; 0]; 0]);
    assert_eq!(graph(&[("a", "b"), ("b", "a"), ("c", "a")]), [["a", "b"]]);
    let two = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e"), ("e", "f"), ("f", "e"), ("e", "d")];
    assert_eq!(graph(&two), [["a", "b", "c"], ["d", "e", "f"]]);
}

#[test]
fn a_face_counts_with_what_it_defines_and_passes_on() {
    let circles = |face: &str, one: &str, two: &str| {
        let files = [("src/m/mod.rs", face), ("src/m/one.rs", one), ("src/m/two.rs", two)];
        circles(&of_rust(&files.map(|(path, text)| File::example(path, text))))
    };
    let face = "mod one;\nmod two;\npub use one::One;\n";
    assert_eq!(circles(face, "pub struct One;", "use super::one::One;"), [[""; 0]; 0]);
    assert_eq!(circles(face, "use super::two::Two;", "use crate::m::one::One;"), [["src/m/one.rs", "src/m/two.rs"]]);
    assert_eq!(circles(face, "fn f() { super::two::g(); }", "use super::One;").len(), 1, "through the face");
    assert_eq!(
        circles("mod one;\npub struct Two;\nfn f() { one::g(); }", "use super::Two;", ""),
        [["src/m/mod.rs", "src/m/one.rs"]]
    );
    assert_eq!(circles("mod one;\npub struct Two;", "use super::Two;", ""), [[""; 0]; 0], "declared and not used");
    let in_tests = "#[cfg(test)]\nmod tests { use super::*; use super::super::one::One; }";
    assert_eq!(circles(face, "", in_tests), [[""; 0]; 0]);
}
