//! A real window on a real (virtual) display: files are dragged in, asked about, a phrase is clicked, a PNG exported, the
//! picture zoomed, a region drawn, words copied; then the process is killed, and all is there again.
//!
//! Needs Linux with Xvfb, openbox, xdotool, xclip, `import` of `ImageMagick`, zenity and GTK for Python; without them it
//! says so and passes, since `cargo test` must work on any machine. CI installs them.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "a skipped test says why")]
#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use image::{Rgb, RgbImage};
use tempfile::TempDir;

use crate::support::{
    files::{project, sample},
    program::PROGRAM,
};

const PATIENCE: Duration = Duration::from_mins(1);

/// Of the tree in the meadow sample, which is nowhere in the window's own colours.
const LEAVES: Rgb<u8> = Rgb([139, 192, 43]);

/// A virtual display with a window manager; everything on it ends with this value.
struct Desktop {
    display: String,
    children: Vec<Child>,
    folder: TempDir,
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn is_installed(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output();
    found.is_ok_and(|output| output.status.success())
}

fn has_gtk() -> bool {
    let import = "import gi; gi.require_version('Gtk', '3.0'); from gi.repository import Gtk";
    Command::new("/usr/bin/python3").args(["-c", import]).output().is_ok_and(|output| output.status.success())
}

impl Desktop {
    fn start() -> Option<Self> {
        let missing = ["Xvfb", "openbox", "xdotool", "xclip", "import", "zenity"]
            .into_iter()
            .find(|program| !is_installed(program));
        if let Some(what) = missing.or_else(|| (!has_gtk()).then_some("GTK for /usr/bin/python3")) {
            println!("skipped: {what} is not installed");
            return None;
        }
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let display = format!(":{}", number.trim());
        let mut desktop = Self { display, children: vec![server], folder: TempDir::new().unwrap() };
        desktop.spawn("openbox", &[]);
        sleep(Duration::from_secs(1));
        Some(desktop)
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY");
        // The session of whoever runs this test is not touched.
        command.env("XDG_DATA_HOME", self.folder.path().join("data"));
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn spawn(&mut self, program: &str, args: &[&str]) {
        let child = self.command(program, args).stdout(Stdio::null()).spawn().unwrap();
        self.children.push(child);
    }

    fn xdotool(&self, args: &str) -> String {
        let output = self.command("xdotool", &args.split(' ').collect::<Vec<_>>()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// What is on the screen now.
    fn screen(&self) -> RgbImage {
        let path = self.folder.path().join("screen.png");
        let status = self.command("import", &["-window", "root", path.to_str().unwrap()]).status().unwrap();
        assert!(status.success());
        image::open(path).unwrap().into_rgb8()
    }

    fn wait_for_window(&self, name: &str) {
        let found = wait_until(|| !self.xdotool(&format!("search --name {name}")).is_empty());
        assert!(found, "no window \"{name}\" appeared");
        sleep(Duration::from_millis(500));
    }

    fn drag(&self, (from_x, from_y): (i32, i32), (to_x, to_y): (i32, i32)) {
        self.xdotool(&format!("mousemove {from_x} {from_y} mousedown 1"));
        for step in 1..=25 {
            let at = |from: i32, to: i32| from + (to - from) * step / 25;
            self.xdotool(&format!("mousemove {} {}", at(from_x, to_x), at(from_y, to_y)));
            sleep(Duration::from_millis(20));
        }
        sleep(Duration::from_millis(300));
        self.xdotool("mouseup 1");
    }

    /// At a person's pace: all within one frame would not be a click on anything.
    fn click(&self, (x, y): (u32, u32)) {
        for step in [&format!("mousemove {x} {y}"), "mousedown 1", "mouseup 1"] {
            self.xdotool(step);
            sleep(Duration::from_millis(150));
        }
    }

    /// Starts the application and waits for its window.
    fn start_kosmoscope(&mut self) {
        self.spawn(PROGRAM, &[]);
        self.wait_for_window("Kosmoscope");
    }

    /// Ends the program started last, as the system does when it runs out of memory.
    fn kill_last(&mut self) {
        let mut child = self.children.pop().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Ends the program started last by a signal, and waits for it.
    fn signal_last(&mut self, signal: &str) {
        let mut child = self.children.pop().unwrap();
        Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        assert!(wait_until(|| child.try_wait().unwrap().is_some()), "it does not end by {signal}");
    }

    /// What the window keeps for the next time.
    fn session(&self) -> serde_json::Value {
        let path = self.folder.path().join("data/kosmoscope/session.json");
        fs::read(path).ok().and_then(|content| serde_json::from_slice(&content).ok()).unwrap_or_default()
    }

    fn clipboard(&self) -> String {
        let output = self.command("xclip", &["-o", "-selection", "clipboard"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Exports through the system's dialog and reads the file.
    fn export(&self, name: &str) -> RgbImage {
        let path = self.folder.path().join(name);
        self.xdotool("key ctrl+e");
        self.wait_for_window("zenity"); // no desktop portal runs here, so this shows the dialog
        self.xdotool("key ctrl+a");
        self.xdotool(&format!("type --delay 60 {}", path.display()));
        self.xdotool("key Return");
        assert!(wait_until(|| path.exists()), "nothing was exported to {}", path.display());
        image::open(path).unwrap().into_rgb8()
    }
}

fn wait_until(mut holds: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if holds() {
            return true;
        }
        sleep(Duration::from_millis(200));
    }
    false
}

fn count(picture: &RgbImage, colour: Rgb<u8>) -> usize {
    picture.pixels().filter(|pixel| **pixel == colour).count()
}

/// The first phrase's underline in the caption panel, which is the right quarter of the window.
fn first_phrase(screen: &RgbImage, [r, g, b]: [u8; 3]) -> Option<(u32, u32)> {
    let (width, height) = screen.dimensions();
    let is_underline = |x: u32, y: u32| (0..8).all(|i| *screen.get_pixel(x + i, y) == Rgb([r, g, b]));
    let places = (0..height).flat_map(|y| (width * 2 / 3..width - 8).map(move |x| (x, y)));
    places.into_iter().find(|&(x, y)| is_underline(x, y))
}

fn dropped_picture(folder: &Path) -> PathBuf {
    let path = folder.join("Wiese mit Bäumen ü.png");
    fs::copy(sample("meadow.png"), &path).unwrap();
    path
}

/// In the sky of the meadow, where nothing is found.
const ON_PICTURE: (i32, i32) = (560, 270);

#[test]
fn a_dropped_picture_is_described_clicked_exported_and_survives_a_kill() {
    let Some(mut desktop) = Desktop::start() else { return };
    let path = dropped_picture(desktop.folder.path());
    let original = image::open(&path).unwrap().into_rgb8();
    let source = project("tests/program/drag_source.py");
    let second = desktop.folder.path().join("road.png");
    fs::copy(sample("road.png"), &second).unwrap();
    let args = [source.to_str().unwrap(), path.to_str().unwrap(), second.to_str().unwrap()];
    desktop.spawn("/usr/bin/python3", &args);
    desktop.wait_for_window("drag-source");
    desktop.start_kosmoscope();
    desktop.xdotool("search --name drag-source windowraise");

    desktop.drag((60, 45), (500, 500));
    // A box that the pointer rests on is tinted.
    desktop.xdotool("mousemove 700 130");
    assert!(wait_until(|| count(&desktop.screen(), LEAVES) > 5_000), "the dropped picture is not shown");

    let colour = kosmoscope::overlay::palette::phrase_colour(0);
    let colour = [colour.r(), colour.g(), colour.b()];
    desktop.xdotool("search --name Kosmoscope windowactivate --sync");
    desktop.xdotool("mousemove 700 130 key ctrl+Return");
    assert!(wait_until(|| first_phrase(&desktop.screen(), colour).is_some()), "no phrase is linked");
    sleep(Duration::from_secs(1));

    let all = desktop.export("all.png");
    assert_eq!(all.dimensions(), original.dimensions());
    assert!(all.pixels().zip(original.pixels()).any(|(a, b)| a != b), "no box is painted");

    let (x, y) = first_phrase(&desktop.screen(), colour).unwrap();
    desktop.click((x + 6, y - 6));
    desktop.xdotool("mousemove 700 130");
    let one = desktop.export("one.png");
    assert!(one.pixels().zip(all.pixels()).any(|(a, b)| a != b), "the click on a phrase highlights nothing");

    desktop.xdotool("key ctrl+shift+c");
    let results = |session: &serde_json::Value| session["pictures"][0]["results"].as_array().map_or(0, Vec::len);
    assert!(wait_until(|| results(&desktop.session()) >= 1), "the result is not kept");
    let text = desktop.session()["pictures"][0]["results"][0]["caption"]["text"].as_str().unwrap().to_owned();
    assert!(!text.is_empty());
    assert!(wait_until(|| desktop.clipboard() == text), "the clipboard has {:?}, not {text:?}", desktop.clipboard());

    let (x, y) = ON_PICTURE;
    desktop.xdotool(&format!("mousemove {x} {y}"));
    desktop.xdotool("key Escape");
    sleep(Duration::from_millis(500));
    let before = count(&desktop.screen(), LEAVES);
    desktop.xdotool(&format!("mousemove {x} {y} click --repeat 4 --delay 120 5"));
    assert!(wait_until(|| count(&desktop.screen(), LEAVES) < before * 3 / 4), "the wheel does not zoom");
    desktop.xdotool("key ctrl+9");
    assert!(wait_until(|| count(&desktop.screen(), LEAVES) > before * 9 / 10), "the picture does not fit again");

    desktop.xdotool("keydown shift");
    desktop.drag((x - 60, y - 40), (x + 60, y + 40));
    desktop.xdotool("keyup shift");
    let region = |session: &serde_json::Value| session["form"]["region"].clone();
    assert!(wait_until(|| region(&desktop.session()).is_object()), "no region is drawn");
    assert_eq!(desktop.session()["form"]["kind"], "Region");

    desktop.kill_last();
    let kept = desktop.session();
    desktop.start_kosmoscope();
    assert!(wait_until(|| count(&desktop.screen(), LEAVES) > before * 9 / 10), "the picture is not shown again");
    assert!(wait_until(|| first_phrase(&desktop.screen(), colour).is_some()), "the answer is not shown again");
    assert_eq!(region(&desktop.session()), region(&kept));

    desktop.xdotool(&format!("mousemove {x} {y}"));
    desktop.xdotool("key Page_Down");
    let only_as_thumbnail = || (1..2_000).contains(&count(&desktop.screen(), LEAVES));
    assert!(wait_until(only_as_thumbnail), "the second of the two dropped pictures is not shown");
}

/// The names of the pictures in the session.
fn kept_names(desktop: &Desktop) -> Vec<String> {
    let session = desktop.session();
    let name =
        |picture: &serde_json::Value| Some(Path::new(picture["source"]["File"].as_str()?).file_name()?.to_owned());
    let names = session["pictures"].as_array().into_iter().flatten().filter_map(name);
    names.map(|name| name.to_string_lossy().into_owned()).collect()
}

#[test]
fn what_other_programs_copy_is_pasted_and_one_that_hangs_holds_nothing_up() {
    let Some(mut desktop) = Desktop::start() else { return };
    let path = dropped_picture(desktop.folder.path());
    desktop.start_kosmoscope();
    let (x, y) = ON_PICTURE;
    desktop.xdotool(&format!("mousemove {x} {y}"));
    let list = desktop.folder.path().join("list");
    let address = path.display().to_string().replace(' ', "%20").replace('ä', "%C3%A4");
    fs::write(&list, format!("copy\nfile://{address}")).unwrap();
    let copy = ["-i", "-selection", "clipboard", "-t", "x-special/gnome-copied-files", list.to_str().unwrap()];
    desktop.spawn("xclip", &copy);
    sleep(Duration::from_secs(1));
    desktop.xdotool("key ctrl+v");
    assert!(wait_until(|| kept_names(&desktop) == ["Wiese mit Bäumen ü.png"]), "{:?}", kept_names(&desktop));

    // A program that was stopped still owns what was copied from it.
    desktop.spawn("xclip", &["-i", "-quiet", "-selection", "clipboard", list.to_str().unwrap()]);
    sleep(Duration::from_secs(1));
    let hung = desktop.children.last().unwrap().id().to_string();
    Command::new("kill").args(["-STOP", &hung]).status().unwrap();
    desktop.xdotool("key ctrl+v");
    let start = Instant::now();
    desktop.xdotool("key r");
    assert!(wait_until(|| desktop.session()["form"]["region"].is_object()), "no key is taken any more");
    assert!(start.elapsed() < Duration::from_secs(5), "a key took {:?}", start.elapsed());
}

#[test]
fn one_bad_address_does_not_lose_the_others_that_are_dropped() {
    let Some(mut desktop) = Desktop::start() else { return };
    let path = dropped_picture(desktop.folder.path());
    let source = project("tests/program/drag_source.py");
    let args =
        [source.to_str().unwrap(), "https://example.com/cat.jpg", path.to_str().unwrap(), "file:///nowhere/b.png"];
    desktop.spawn("/usr/bin/python3", &args);
    desktop.wait_for_window("drag-source");
    desktop.start_kosmoscope();
    desktop.xdotool("search --name drag-source windowraise");
    desktop.drag((60, 45), (500, 500));
    assert!(wait_until(|| kept_names(&desktop) == ["Wiese mit Bäumen ü.png"]), "{:?}", kept_names(&desktop));
}

#[test]
fn a_window_that_is_told_to_end_saves_first_and_comes_back_where_it_was() {
    let Some(mut desktop) = Desktop::start() else { return };
    let samples = ["meadow.png", "road.png"].map(|name| sample(name).to_str().unwrap().to_owned());
    desktop.spawn(PROGRAM, &[&samples[0], &samples[1]]);
    desktop.wait_for_window("Kosmoscope");
    assert!(wait_until(|| desktop.session()["pictures"].as_array().map_or(0, Vec::len) == 2), "nothing is kept");
    desktop.xdotool("search --onlyvisible --name Kosmoscope windowsize --sync 900 640");
    for (key, signal, place) in [("Page_Down", "TERM", 1), ("Page_Up", "INT", 0), ("Page_Down", "HUP", 1)] {
        desktop.xdotool("search --onlyvisible --name Kosmoscope windowactivate --sync");
        desktop.xdotool(&format!("key {key}"));
        // Sooner than it would be saved anyway.
        sleep(Duration::from_millis(300));
        desktop.signal_last(signal);
        assert_eq!(desktop.session()["current"], place, "{signal}");
        desktop.start_kosmoscope();
        let geometry = desktop.xdotool("search --onlyvisible --name Kosmoscope getwindowgeometry");
        assert!(geometry.contains("900x640"), "{geometry}");
    }
}

#[test]
fn a_run_over_all_ends_at_once_and_keeps_every_answer_that_was_there() {
    let Some(mut desktop) = Desktop::start() else { return };
    let pictures = TempDir::new().unwrap();
    assert!((0..60).all(|n| fs::copy(sample("meadow.png"), pictures.path().join(format!("{n}.png"))).is_ok()));
    desktop.spawn(PROGRAM, &[pictures.path().to_str().unwrap()]);
    desktop.wait_for_window("Kosmoscope");
    assert!(wait_until(|| !desktop.session()["pictures"][59].is_null()), "nothing is kept");
    desktop.xdotool("search --onlyvisible --name Kosmoscope windowactivate --sync key ctrl+shift+Return");
    let n_answers = |desktop: &Desktop| desktop.session().to_string().matches("\"caption\"").count();
    assert!(wait_until(|| n_answers(&desktop) > 3), "nothing is answered");
    let before = n_answers(&desktop);
    desktop.signal_last("TERM");
    assert!(n_answers(&desktop) >= before);
}

/// D11
#[test]
fn the_window_uses_no_network() {
    let Some(mut desktop) = Desktop::start() else { return };
    if !is_installed("strace") {
        println!("skipped: strace is not installed");
        return;
    }
    let (path, log) = (dropped_picture(desktop.folder.path()), desktop.folder.path().join("calls"));
    let args = ["-f", "-qq", "-e", "trace=network", "-o", log.to_str().unwrap()];
    desktop.spawn("strace", &[&args[..], &[PROGRAM, path.to_str().unwrap()]].concat());
    desktop.wait_for_window("Kosmoscope");
    let has_result = || !desktop.session()["pictures"][0]["results"][0]["caption"]["text"].is_null();
    if !wait_until(has_result) {
        // It may have been opened before the model was ready.
        desktop.xdotool("search --name Kosmoscope windowactivate --sync");
        desktop.xdotool("mousemove 700 130 key ctrl+Return");
        assert!(wait_until(has_result), "nothing is answered");
    }
    desktop.xdotool("search --name Kosmoscope windowactivate --sync");
    desktop.xdotool("mousemove 700 130 key ctrl+q");
    let mut traced = desktop.children.pop().unwrap();
    assert!(wait_until(|| traced.try_wait().unwrap().is_some()), "it does not quit");
    let calls = fs::read_to_string(log).unwrap();
    assert!(calls.contains("AF_UNIX"), "the display itself was not seen: {calls}");
    let others: Vec<&str> = calls.lines().filter(|line| line.contains("AF_INET") || line.contains("listen(")).collect();
    assert!(others.is_empty(), "{others:?}");
}
