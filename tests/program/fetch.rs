//! `kosmoscope data fetch`: pictures by their addresses, from a server of this computer, with all that goes wrong there.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{
    files::sample,
    hub::{Fault, Hub},
    program::{Ended, kosmoscope},
};

/// A file of records for these addresses, and a hub that has a picture for each name that is no fault.
fn records(folder: &Path, addresses: &[String]) -> std::path::PathBuf {
    let path = folder.join("grit.jsonl");
    let record =
        |url: &String| json!({"url": url, "caption": "a dog", "ref_exps": [[0, 5, 0, 0, 0.5, 0.5, 0.9]], "key": "1"});
    let lines: Vec<String> = addresses.iter().map(|url| record(url).to_string()).collect();
    fs::write(&path, lines.join("\n")).unwrap();
    path
}

fn fetch(records: &Path, out: &Path, more: &[&str]) -> Command {
    let mut command = kosmoscope();
    command.args(["data", "fetch"]).args([records, out]).args(["--tries", "1", "--timeout", "3"]).args(more);
    command.env_remove("HTTP_PROXY").env_remove("http_proxy");
    command
}

fn ended(mut command: Command) -> Ended {
    command.output().unwrap().into()
}

fn lines(out: &Path) -> Vec<Value> {
    let text = fs::read_to_string(out.join("part-00000-of-00001.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn hub(faults: impl Fn(&str) -> Fault + Send + Sync + 'static) -> Hub {
    let hub = Hub::new(move |request| faults(&request.path));
    let small = image::open(sample("snow.png")).unwrap().thumbnail(64, 64);
    let mut png = std::io::Cursor::new(Vec::new());
    small.write_to(&mut png, image::ImageFormat::Png).unwrap();
    for n in 0..40 {
        hub.change(&format!("{n}.jpg"), Some(png.get_ref()));
    }
    hub
}

#[test]
fn pictures_come_and_what_fails_is_told_by_kind() {
    let hub = hub(|path| match path {
        path if path.ends_with("/1.jpg") => Fault::Status(503, ""),
        path if path.ends_with("/2.jpg") => Fault::Body(b"<html>sign in</html>".to_vec()),
        path if path.ends_with("/3.jpg") => Fault::Body(vec![0; 2_000_000]),
        path if path.ends_with("/4.jpg") => Fault::Cut(20),
        path if path.ends_with("/5.jpg") => Fault::Drip,
        path if path.ends_with("/6.jpg") => Fault::Redirect("/pictures/7.jpg".to_owned()),
        _ => Fault::None,
    });
    let folder = tempfile::tempdir().unwrap();
    let mut addresses: Vec<String> = (0..8).map(|n| format!("{}/pictures/{n}.jpg", hub.address)).collect();
    addresses.extend([format!("{}/pictures/none.jpg", hub.address), "ftp://x/1.jpg".to_owned(), String::new()]);
    let path = records(folder.path(), &addresses);
    let out = folder.path().join("out");
    let done = ended(fetch(&path, &out, &["--allow-private", "--most-megabytes", "1"]));
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.stdout.starts_with("3 pictures, 8 failed"), "{} {}", done.stdout, done.stderr);
    for kind in ["refused by the server", "no picture", "too large", "too slow", "not there any more", "no address"] {
        assert!(done.stdout.contains(&format!("1  {kind}")), "{kind}: {}", done.stdout);
    }
    let all = lines(&out);
    let had: Vec<_> = all.iter().filter(|line| line["error"].is_null()).collect();
    assert_eq!(had.len(), 3);
    for line in had {
        let picture = out.join(line["image"].as_str().unwrap());
        assert_eq!(image::image_dimensions(picture).unwrap().0, line["width"].as_u64().unwrap() as u32);
        assert_eq!(line["phrases"][0]["text"], "a dog");
        assert_eq!(line["key"], "1");
    }
    let mut shown = kosmoscope();
    shown.args(["data", "stats", "--json"]).arg(&out);
    let stats: Value = serde_json::from_str(&ended(shown).stdout).unwrap();
    assert_eq!(stats["images"], 3, "the folder is a dataset");
}

#[test]
fn no_address_leads_into_a_private_network() {
    let inside = hub(|_| Fault::None);
    let port = inside.address.rsplit(':').next().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let hosts = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0.0.0.0"];
    let addresses: Vec<String> = hosts.iter().map(|host| format!("http://{host}:{port}/pictures/0.jpg")).collect();
    let path = records(folder.path(), &addresses);
    let done = ended(fetch(&path, &folder.path().join("out"), &[]));
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.stdout.contains("0 pictures, 5 failed"), "{}", done.stdout);
    assert!(done.stdout.contains("within a private network"), "{}", done.stdout);
    assert_eq!(inside.requests().len(), 0, "nobody was even asked");
}

#[test]
fn stopped_and_run_again_it_asks_for_what_is_missing_only() {
    let hub = hub(|path| if path.ends_with("/0.jpg") { Fault::Status(404, "") } else { Fault::Slow(60_000) });
    let folder = tempfile::tempdir().unwrap();
    let addresses: Vec<String> = (0..40).map(|n| format!("{}/pictures/{n}.jpg", hub.address)).collect();
    let path = records(folder.path(), &addresses);
    let out = folder.path().join("out");
    let options = ["--allow-private", "--parallel", "4"];
    let mut child = fetch(&path, &out, &options).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(Duration::from_millis(700));
    let _ = child.kill();
    child.wait().unwrap();
    let n_first = lines(&out).len();
    let last = ended(fetch(&path, &out, &options));
    assert!(last.stdout.starts_with("39 pictures, 1 failed"), "{} {}", last.stdout, last.stderr);
    assert!(hub.requests().len() <= 40 + 4 + 1, "{} requests, {n_first} lines at first", hub.requests().len());
    let n_before = hub.requests().len();
    assert!(ended(fetch(&path, &out, &options)).stdout.starts_with("39 pictures, 1 failed"));
    assert_eq!(hub.requests().len(), n_before, "a failure is not tried again unasked");
    ended(fetch(&path, &out, &[&options[..], &["--retry-failed"]].concat()));
    assert_eq!(hub.requests().len(), n_before + 1);
    let other = records(&folder.path().join("out"), &addresses);
    let refused = ended(fetch(&other, &out, &options));
    assert!(refused.stderr.contains("another file of records"), "{}", refused.stderr);
}
