//! The paths that Rust code names, in `use` and inline: what a file takes from where.

use crate::source::File;

/// A path, its names in order.
pub(crate) type Path = Vec<String>;

/// Every path of a file.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    /// Those within the crate, from its root on: `crate::`, `super::` and `self::` are resolved.
    pub(crate) inner: Vec<Path>,
    /// The others as they are written: other crates, and what is in scope already.
    pub(crate) outer: Vec<Path>,
}

impl Paths {
    /// Of this code, which is a file's or a part of it.
    pub(crate) fn of(file: &File, code: &str) -> Self {
        let mut reader = Reader {
            tokens: tokens(code),
            at: 0,
            module: module(file),
            depth: 0,
            inline: vec![],
            found: Self::default(),
        };
        reader.read();
        reader.found
    }
}

/// The module that a file of `src` is.
pub(crate) fn module(file: &File) -> Path {
    let names: Vec<String> = file.names().into_iter().skip(1).map(str::to_owned).collect();
    match names.split_last() {
        Some((last, folders)) if ["mod", "lib"].contains(&last.as_str()) => folders.to_vec(),
        _ => names,
    }
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    /// `::`
    Colons,
    Other(char),
}

fn tokens(code: &str) -> Vec<Token> {
    let (mut tokens, mut chars) = (Vec::new(), code.chars().peekable());
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || c == '_' {
            let mut word = String::from(c);
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                word.push(c);
            }
            tokens.push(Token::Word(word));
        } else if c == ':' && chars.next_if_eq(&':').is_some() {
            tokens.push(Token::Colons);
        } else if !c.is_whitespace() {
            tokens.push(Token::Other(c));
        }
    }
    tokens
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    module: Path,
    /// Braces open here.
    depth: usize,
    /// Modules within the file that are open here, with the depth outside of them.
    inline: Vec<(usize, String)>,
    found: Paths,
}

impl Reader {
    fn read(&mut self) {
        while self.at < self.tokens.len() {
            match self.word(0) {
                Some("use") if self.tokens.get(self.at + 1) != Some(&Token::Other('<')) => {
                    self.at += 1;
                    self.use_tree(&[]);
                }
                Some("mod") if self.tokens.get(self.at + 2) == Some(&Token::Other('{')) => {
                    let name = self.word(1).unwrap_or_default().to_owned();
                    self.inline.push((self.depth, name));
                    (self.depth, self.at) = (self.depth + 1, self.at + 3);
                }
                Some(_) => self.inline_path(),
                None => self.other(),
            }
        }
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn other(&mut self) {
        match self.tokens[self.at] {
            Token::Other('{') => self.depth += 1,
            Token::Other('}') => {
                self.depth = self.depth.saturating_sub(1);
                if self.inline.last().is_some_and(|(depth, _)| *depth == self.depth) {
                    self.inline.pop();
                }
            }
            _ => {}
        }
        self.at += 1;
    }

    /// `a::b`, `a::{b, c::d}`, `a::*`, `a as b`; ends after it.
    fn use_tree(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        loop {
            match self.tokens.get(self.at) {
                Some(Token::Word(word)) if word == "as" => self.at += 2,
                Some(Token::Word(word)) => {
                    if word != "self" || path.is_empty() {
                        path.push(word.clone());
                    }
                    self.at += 1;
                }
                Some(Token::Colons) => self.at += 1,
                Some(Token::Other('{')) => {
                    self.at += 1;
                    while !matches!(self.tokens.get(self.at), None | Some(Token::Other('}'))) {
                        self.use_tree(&path);
                        if self.tokens.get(self.at) == Some(&Token::Other(',')) {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                Some(Token::Other('*')) => {
                    path.push("*".to_owned());
                    self.at += 1;
                }
                _ => break,
            }
        }
        self.add(path);
    }

    /// A path in the midst of code, or a word alone.
    fn inline_path(&mut self) {
        let before = self.at.checked_sub(1).map(|at| &self.tokens[at]);
        let is_visibility = before == Some(&Token::Word("in".to_owned()))
            && self.at.checked_sub(2).map(|at| &self.tokens[at]) == Some(&Token::Other('('));
        let is_start = !matches!(before, Some(Token::Colons | Token::Other('.')));
        let mut path = vec![self.word(0).unwrap_or_default().to_owned()];
        self.at += 1;
        while self.tokens.get(self.at) == Some(&Token::Colons) {
            let Some(word) = self.word(1) else { break };
            path.push(word.to_owned());
            self.at += 2;
        }
        if is_start && !is_visibility && path.len() > 1 {
            self.add(path);
        }
    }

    fn add(&mut self, path: Path) {
        if path.is_empty() {
            return;
        }
        let mut module: Path = self.module.clone();
        module.extend(self.inline.iter().map(|(_, name)| name.clone()));
        let n_up = path.iter().take_while(|name| *name == "super").count();
        let names = match path.first().map(String::as_str) {
            Some("crate") => path[1..].to_vec(),
            Some("self") => [&module[..], &path[1..]].concat(),
            Some("super") => [&module[..module.len().saturating_sub(n_up)], &path[n_up..]].concat(),
            _ => return self.found.outer.push(path),
        };
        self.found.inner.push(names);
    }
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let text = "use crate::{\n a::{self, b, c::*},\n d as e,\n};\nuse super::f;\npub(in crate::x) fn g<T>() -> impl Fn() + use<T> {\n \
                let y = crate::h::I::j(); super::k(); self::l::m();\n}\nuse std::{fs, io::Read as _};\n\
                mod tests { use super::n; mod o { use super::super::p; } fn q() { super::r(); } }\nuse super::s;";
    let file = File::example("src/one/two.rs", text);
    let Paths { inner, outer } = Paths::of(&file, &file.code());
    let inner: Vec<String> = inner.iter().map(|path| path.join("::")).collect();
    let expected = "a a::b a::c::* d one::f h::I::j one::k one::two::l::m one::two::n one::two::p one::two::r one::s";
    assert_eq!(inner.join(" "), expected);
    assert_eq!(outer, [["std", "fs"].as_slice(), &["std", "io", "Read"]]);
}

#[test]
fn files_are_modules() {
    let module = |path: &str| module(&File::example(path, "")).join("::");
    assert_eq!(["src/a.rs", "src/a/mod.rs", "src/a/b.rs", "src/lib.rs"].map(module), ["a", "a", "a::b", ""]);
}
