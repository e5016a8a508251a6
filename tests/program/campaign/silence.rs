//! No command but a download that was asked for opens a connection, listens or asks for a name.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::support::{
    files::{sample, tiny},
    program::{run, strace_at},
};

#[test]
#[ignore = "takes a minute"]
fn of_every_command_but_a_download() {
    let home = TempDir::new().unwrap();
    let (picture, tiny) = (sample("snow.png"), tiny());
    let [picture, tiny] = [&picture, &tiny].map(|path| path.to_str().unwrap());
    let at = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let commands: [&[&str]; 7] = [
        &["caption", picture, "--json"],
        &["caption", picture, "--task", "link", "--prompt", "a rabbit <3 https://example.com"],
        &["model", "list"],
        &["model", "verify", "--checkpoint", tiny, "--no-answers"],
        &["model", "convert", "--checkpoint", tiny, "--to", &at("tiny.gguf")],
        &["trace", "--checkpoint", tiny, "--image", picture, "--prompt", "An image of", "--out", &at("t.safetensors")],
        &["bench", "--rounds", "1", "--tokens", "2"],
    ];
    for command in commands {
        let Some(calls) = network_calls(home.path(), command) else { return };
        assert_eq!(calls, [""; 0], "{command:?}");
    }
    println!("{} commands, 0 calls to a network", commands.len());
}

/// The calls to a network of a run that must do its work; `None`, said, where they can't be watched.
fn network_calls(home: &Path, arguments: &[&str]) -> Option<Vec<String>> {
    let log = home.join("calls");
    let mut command = strace_at(home, &["-e", "trace=network", "-o", log.to_str().unwrap()])?;
    let ended = run(command.args(arguments));
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
    let calls = fs::read_to_string(log).unwrap();
    let is_of_network = |line: &&str| ["AF_INET", "AF_NETLINK", "listen("].iter().any(|call| line.contains(call));
    Some(calls.lines().filter(is_of_network).map(str::to_owned).collect())
}
