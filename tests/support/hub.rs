//! A hub on this computer that serves a checkpoint, and does wrong what it is told to.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use kosmoscope::{
    checkpoint::{Checkpoint, MANIFEST, Source, Sum},
    hub::{self, Patience, Settings},
};

use super::files::{WEIGHTS, tiny};

pub(crate) const REPO: &str = "someone/tiny-kosmos";
const REVISION: &str = "0123456789abcdef0123456789abcdef01234567";
/// A connection that hangs is let go after so long, so that no test does.
const LONGEST_HANG: Duration = Duration::from_secs(5);

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    /// First and last byte.
    pub(crate) range: Option<(usize, usize)>,
    /// How many requests there were before.
    pub(crate) n: usize,
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Ends after this many bytes of the body.
    Cut(usize),
    /// Sends this many bytes of the body, then nothing, and stays.
    Hang(usize),
    /// Sends a byte now and then.
    Drip,
    /// Sends at this many bytes a second.
    Slow(usize),
    /// Sends the whole file, whatever was asked for.
    NoRanges,
    /// Sends another range, and says so.
    OtherRange,
    /// Says the range that was asked for, and sends another one.
    LyingRange,
    /// Turns a bit over at this place of the file.
    Flip(usize),
    /// Sends other headers too, or instead.
    Headers(&'static str),
    /// Sends the body without its length.
    NoLength,
    /// Sends this many bytes more than it should.
    Longer(usize),
    /// A status with more header lines and no body.
    Status(u16, &'static str),
    /// This instead of the body.
    Body(Vec<u8>),
    /// Leads somewhere else.
    Redirect(String),
}

type Faults = dyn Fn(&Request) -> Fault + Send + Sync;

/// The server; it ends when dropped.
pub(crate) struct Hub {
    pub(crate) address: String,
    shared: Arc<Shared>,
}

struct Shared {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    faults: Box<Faults>,
    requests: Mutex<Vec<Request>>,
    is_over: AtomicBool,
}

impl Hub {
    /// Serves the tiny checkpoint.
    pub(crate) fn new(faults: impl Fn(&Request) -> Fault + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let read = |name: &str| (name.to_owned(), fs::read(tiny().join(name)).unwrap());
        let names = ["config.json", "generation_config.json", "tokenizer.json", "model.safetensors"];
        let mut files: BTreeMap<_, _> = names.into_iter().map(read).collect();
        files.insert("pytorch_model.bin".to_owned(), b"never asked for".to_vec());
        let (requests, is_over) = (Mutex::default(), AtomicBool::new(false));
        let files = Mutex::new(files);
        let shared = Arc::new(Shared { files, faults: Box::new(faults), requests, is_over });
        let for_thread = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if for_thread.is_over.load(Ordering::SeqCst) {
                    break;
                }
                let shared = Arc::clone(&for_thread);
                thread::spawn(move || shared.serve(&stream));
            }
        });
        Self { address, shared }
    }

    /// Leads to another hub for the weights.
    pub(crate) fn leading_to(other: &Self) -> Self {
        let other = other.address.clone();
        Self::new(move |request| match request {
            weights if is_weights(weights) => Fault::Redirect(format!("{other}{}", weights.path)),
            _ => Fault::None,
        })
    }

    /// Serves it as it should.
    pub(crate) fn faultless() -> Self {
        Self::new(|_| Fault::None)
    }

    /// Has this content under this name from now on, or no such file any more.
    pub(crate) fn change(&self, name: &str, content: Option<&[u8]>) {
        let mut files = self.shared.files.lock().unwrap();
        match content {
            Some(content) => files.insert(name.to_owned(), content.to_owned()),
            None => files.remove(name),
        };
    }

    /// Everything that was asked for so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// How many of them were for this file.
    pub(crate) fn n_requests(&self, file: &str) -> usize {
        self.requests().iter().filter(|request| request.path.ends_with(file)).count()
    }

    /// Impatient settings for this server.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::new(Some(self.address.clone()), None);
        settings.patience = Patience {
            stall: Duration::from_millis(400),
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_millis(20),
            n_tries: 4,
        };
        (settings.n_connections, settings.most_piece_bytes) = (3, 32 << 10);
        settings
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
    }
}

impl Shared {
    fn serve(&self, mut stream: &TcpStream) {
        stream.set_read_timeout(Some(LONGEST_HANG)).unwrap();
        let Some(mut request) = read_request(stream) else { return };
        {
            let mut requests = self.requests.lock().unwrap();
            request.n = requests.len();
            requests.push(request.clone());
        }
        let answer = self.answer(&request, &(self.faults)(&request));
        // Whoever has gone away needs no answer.
        let _ = answer.send(&mut stream, &self.is_over);
    }

    fn answer(&self, request: &Request, fault: &Fault) -> Answer {
        let mut answer = Answer::new(200, self.content(&request.path));
        if answer.body.is_none() {
            answer = Answer::new(404, None);
        }
        let n_total = answer.body.as_ref().map_or(0, Vec::len);
        let range = request.range.filter(|_| !matches!(fault, Fault::NoRanges | Fault::Body(_)));
        if let (Fault::Flip(place), Some(body)) = (fault, &mut answer.body) {
            body.iter_mut().skip(*place).take(1).for_each(|byte| *byte ^= 16);
        }
        if let (Some((first, last)), Some(body)) = (range, &answer.body) {
            let shift = usize::from(matches!(fault, Fault::OtherRange | Fault::LyingRange) && first > 0);
            let said = first - if matches!(fault, Fault::OtherRange) { shift } else { 0 };
            let last = last.min(n_total - 1);
            let header = format!("Content-Range: bytes {said}-{last}/{n_total}\r\n");
            answer = Answer {
                status: 206,
                headers: header,
                body: Some(body[first - shift..=last - shift].to_vec()),
                ..answer
            };
        }
        answer.headers += "ETag: \"one\"\r\n";
        match fault {
            Fault::Cut(n) => answer.ends_after = Some(*n),
            Fault::Hang(n) => (answer.ends_after, answer.hangs) = (Some(*n), true),
            Fault::Drip => answer.bytes_per_sec = Some(20),
            Fault::Slow(bytes_per_sec) => answer.bytes_per_sec = Some(*bytes_per_sec),
            Fault::Headers(lines) => {
                answer.headers = format!("{}{lines}", answer.headers.replace("ETag: \"one\"\r\n", ""));
            }
            Fault::NoLength => answer.has_length = false,
            Fault::Longer(n) => answer.body.iter_mut().for_each(|body| body.extend(vec![7; *n])),
            Fault::Status(status, lines) => {
                answer = Answer { headers: (*lines).to_owned(), ..Answer::new(*status, None) }
            }
            Fault::Body(body) => answer.body = Some(body.clone()),
            Fault::Redirect(to) => answer = Answer { headers: format!("Location: {to}\r\n"), ..Answer::new(302, None) },
            _ => {}
        }
        answer
    }

    fn content(&self, path: &str) -> Option<Vec<u8>> {
        if path == format!("/api/models/{REPO}/revision/main") {
            let card = serde_json::json!({"id": REPO, "sha": REVISION, "cardData": {"license": "mit"}});
            return Some(card.to_string().into_bytes());
        }
        if path == format!("/api/models/{REPO}/tree/{REVISION}") {
            return Some(self.list().to_string().into_bytes());
        }
        let name = path.strip_prefix(&format!("/{REPO}/resolve/{REVISION}/")).or(path.strip_prefix("/pictures/"))?;
        self.files.lock().unwrap().get(name).cloned()
    }

    /// As the hub lists files: large ones with SHA-256, all with git's SHA-1.
    fn list(&self) -> serde_json::Value {
        let entry = |(name, content): (&String, &Vec<u8>)| {
            let sum = |kind: Sum| {
                let mut summing = kind.start(content.len() as u64);
                summing.update(content);
                summing.finish()
            };
            let (sha1, sha256) = (sum(Sum::GitSha1(String::new())), sum(Sum::Sha256(String::new())));
            let mut entry = serde_json::json!({"type": "file", "path": name, "oid": sha1, "size": content.len()});
            if name.ends_with(".safetensors") {
                entry["oid"] = "0".repeat(40).into();
                entry["lfs"] = serde_json::json!({"oid": sha256, "size": content.len(), "pointerSize": 135});
            }
            entry
        };
        let folder = serde_json::json!({"type": "directory", "path": "onnx", "oid": "0".repeat(40), "size": 0});
        self.files.lock().unwrap().iter().map(entry).chain([folder]).collect()
    }
}

/// What is sent.
struct Answer {
    status: u16,
    headers: String,
    body: Option<Vec<u8>>,
    has_length: bool,
    ends_after: Option<usize>,
    hangs: bool,
    bytes_per_sec: Option<usize>,
}

impl Answer {
    fn new(status: u16, body: Option<Vec<u8>>) -> Self {
        Self {
            status,
            headers: String::new(),
            body,
            has_length: true,
            ends_after: None,
            hangs: false,
            bytes_per_sec: None,
        }
    }

    fn send(&self, stream: &mut &TcpStream, is_over: &AtomicBool) -> std::io::Result<()> {
        let body = self.body.as_deref().unwrap_or_default();
        let length = if self.has_length { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
        write!(stream, "HTTP/1.1 {} Whatever\r\nConnection: close\r\n{length}{}\r\n", self.status, self.headers)?;
        let n = self.ends_after.unwrap_or(body.len()).min(body.len());
        let step = self.bytes_per_sec.map_or(n.max(1), |speed| speed.div_ceil(20));
        for part in body[..n].chunks(step) {
            stream.write_all(part)?;
            if self.bytes_per_sec.is_some() {
                thread::sleep(Duration::from_millis(50));
            }
            if is_over.load(Ordering::SeqCst) {
                return Ok(());
            }
        }
        if self.hangs {
            // Until the other side goes away.
            let _ = BufReader::new(*stream).read_line(&mut String::new());
        }
        Ok(())
    }
}

fn read_request(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: BTreeMap<String, String> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())))
        .collect();
    let range = headers.get("range").and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse().ok()?, last.parse().ok()?))
    });
    Some(Request { path, headers, range, n: 0 })
}

pub(crate) fn is_weights(request: &Request) -> bool {
    request.path.ends_with(WEIGHTS)
}

/// Downloads all there is into a folder.
pub(crate) fn pull(settings: &Settings, folder: &Path) -> Result<(), String> {
    let pulled = hub::pull(REPO, folder, settings, &mut |_| ControlFlow::Continue(()));
    pulled.map(|_| ()).map_err(|e| e.to_string())
}

/// Everything has arrived and is right; nothing of the download is left over.
pub(crate) fn assert_complete(folder: &Path) {
    let names: Vec<String> = {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    let all = ["config.json", "generation_config.json", MANIFEST, "kosmoscope.lock", WEIGHTS, "tokenizer.json"];
    assert_eq!(names, all);
    for name in ["config.json", "generation_config.json", WEIGHTS, "tokenizer.json"] {
        assert!(fs::read(folder.join(name)).unwrap() == fs::read(tiny().join(name)).unwrap(), "{name} differs");
    }
    Checkpoint::open(&Source::Path(folder.to_owned())).unwrap();
}

/// The fault for the first `n` requests for the weights.
pub(crate) fn at_first(n: usize, fault: Fault) -> impl Fn(&Request) -> Fault + Send + Sync {
    let n_asked = AtomicUsize::new(0);
    move |request| {
        if is_weights(request) && n_asked.fetch_add(1, Ordering::SeqCst) < n { fault.clone() } else { Fault::None }
    }
}

/// The fault each time, for the weights.
pub(crate) fn always(fault: Fault) -> impl Fn(&Request) -> Fault + Send + Sync {
    at_first(usize::MAX, fault)
}
