//! Records for the tests, and the way through a file and back.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use proptest::prelude::*;
use serde_json::json;

use crate::{
    dataset::{
        Conversion, Format, Images, Location, Maker, ModelRun, Origin, Part, Picture, Problem, Record, Region, Report,
        Selection, Shape, Source, Span, Survey, Verdict, Words, convert, format::Sizes, format_named,
    },
    disk::Outputs,
};

/// No picture is there.
pub(super) fn sizes() -> Sizes {
    Arc::new(|_| Err("it is not there".to_owned()))
}

/// What is in a file, and what is wrong with it.
pub(super) fn read(path: &Path, format: Option<&'static Format>) -> (Vec<Record>, Vec<Problem>) {
    let source = Source::new(path, format, sizes()).expect("a source");
    let (mut records, mut problems) = (Vec::new(), Vec::new());
    for record in source.records().expect("records") {
        match record {
            Ok(record) => records.push(record),
            Err(problem) => problems.push(problem),
        }
    }
    (records, problems)
}

/// Converts a file with no more than what a format needs.
pub(super) fn converted(
    from: &Path,
    format: &'static Format,
    target: &Path,
    selection: Selection,
) -> (Report, Vec<Problem>) {
    let source = Source::new(from, None, sizes()).expect("a source");
    let survey = Survey::of(&source, &selection, &mut |_| {}).expect("a survey");
    let upright = |_: &Location| Ok(None);
    let conversion = Conversion {
        source: &source,
        survey: &survey,
        selection,
        format,
        target,
        images: Images::None,
        upright: &upright,
        draw: &|_, _, drawings| Ok(vec![Vec::new(); drawings.len()]),
        sizes: sizes(),
    };
    let mut problems = Vec::new();
    let report = convert(&conversion, &mut Outputs::default(), &mut |problem| problems.push(problem.clone()));
    (report.expect("converted"), problems)
}

/// Where a format's target is in a folder.
pub(super) fn target(folder: &Path, format: &Format) -> PathBuf {
    folder.join(match format.shape {
        Shape::File(ending) => format!("out.{ending}"),
        Shape::Folder => "out".to_owned(),
    })
}

/// Records as our own lines, in a file of this folder.
pub(super) fn own_file(folder: &Path, records: &[Record]) -> PathBuf {
    let own = format_named("kosmoscope").expect("our own");
    let mut writer = (own.write.expect("written"))(&crate::dataset::format::Splits {
        names: vec![""],
        classes: vec![],
        selection: Selection::default(),
    });
    let mut content = Vec::new();
    for record in records {
        let picture = match &record.picture.location {
            Location::File(path) => crate::dataset::location::relative(folder, path),
            _ => String::new(),
        };
        let outgoing = crate::dataset::format::Outgoing {
            record,
            selection: &Selection::default(),
            picture: &picture,
            picture_exactly: None,
            stem: "",
            size: record.picture.size,
            number: 1,
            content: &|| Err(String::new()),
        };
        writer.put(&outgoing, &mut content).expect("written");
    }
    let path = folder.join("own.jsonl");
    fs::write(&path, content).expect("written");
    path
}

/// Words that programs stumble over.
pub(super) const WORDS: [&str; 10] = [
    "a dog",
    "two red balls",
    "Café “Río”",
    "👩\u{200d}🚀",
    "שלום עולם",
    "it's \"quoted\"",
    "a & b < c",
    "x: [y, z] #1",
    "back\\slash",
    "日本語",
];

fn region() -> impl Strategy<Value = Region> {
    let model = Origin { made_by: Maker::Model(Arc::new(run())), changed_by: Some(Maker::Person) };
    let origin = prop_oneof![Just(Origin::default()), Just(model)];
    let cells = proptest::option::of([0..1024_u32, 0..1024]);
    let score = proptest::option::of((0..=1000_u32).prop_map(|score| f64::from(score) / 1000.0));
    ([0..1000_u32, 0..1000, 1..1000, 1..1000], score, cells, origin).prop_map(|([x, y, w, h], score, cells, origin)| {
        let share = |pixels: u32| f64::from(pixels.min(1000)) / 1000.0;
        let edges = [share(x), share(y), share(x + w), share(y + h)];
        Region { cells, origin, ..Region::new(edges).expect("a box").scored(score) }
    })
}

fn run() -> ModelRun {
    ModelRun { name: "mini".to_owned(), fingerprint: "7d".to_owned(), settings: json!({ "seed": 1 }) }
}

/// Phrases one behind the other, as numbers of words, each with boxes; whether it is in the caption, and whether it grew.
type Draft = (usize, Vec<Region>, bool, bool);

/// Any record; boxes are at whole pixels of its picture.
pub(super) fn record() -> impl Strategy<Value = Record> {
    let draft = (0..WORDS.len(), proptest::collection::vec(region(), 0..3), any::<bool>(), any::<bool>());
    let verdict =
        proptest::option::of(prop_oneof![Just(Verdict::Accept), Just(Verdict::Reject), Just(Verdict::Unsure)]);
    let has_more = [any::<bool>(), any::<bool>(), any::<bool>()];
    (proptest::collection::vec(draft, 0..5), verdict, has_more)
        .prop_map(|(drafts, verdict, has_more)| build(drafts, verdict, has_more))
}

fn build(drafts: Vec<Draft>, verdict: Option<Verdict>, [has_url, has_unknown, has_whole]: [bool; 3]) -> Record {
    let mut record = Record { verdict, ..Record::default() };
    record.picture.size = Some([1000, 1000]);
    for (at, (words, regions, is_linked, has_chunk)) in drafts.into_iter().enumerate() {
        let start = record.caption.len();
        let origin = Origin::default();
        if !is_linked {
            let words = Words::Loose(format!("{} {at}", WORDS[words]));
            record.spans.push(Span { words, regions, chunk: None, origin });
            continue;
        }
        record.caption.push_str(WORDS[words]);
        let range = start..record.caption.len();
        let first = WORDS[words].chars().next().map_or(0, char::len_utf8);
        let chunk = has_chunk.then_some(start..start + first);
        record.spans.push(Span { words: Words::Linked(range), regions, chunk, origin });
        record.caption.push_str(" – ");
    }
    let regions =
        record.spans.first().map(|span| span.regions.clone()).filter(|_| has_whole && record.caption.len() > 3);
    if let Some(regions) = regions {
        let words = Words::Linked(0..record.caption.len());
        record.spans.push(Span { words, regions, chunk: None, origin: Origin::default() });
    }
    record.picture.url = has_url.then(|| "https://example.org/a%20b.jpg?x=1&y=é".to_owned());
    if has_unknown {
        record.unknown.insert("clip_similarity_vitb32".to_owned(), json!(0.25));
        record.unknown.insert("nested".to_owned(), json!({ "a": [1, null, "é"] }));
    }
    record
}

/// The record without what a format has no room for.
pub(super) fn without(mut record: Record, format: &Format) -> Record {
    let holds = |part| format.holds.contains(&part);
    let loose = |record: &Record, span: &Span| Words::Loose(record.words(span).to_owned());
    let whole = record.clone();
    record.spans.retain(|span| match span.words {
        Words::Linked(_) => true,
        Words::Loose(_) => holds(Part::LooseWords),
    });
    record.spans.retain(|span| holds(Part::BareWords) || !span.regions.is_empty());
    for span in &mut record.spans {
        if !holds(Part::Links) {
            span.words = loose(&whole, span);
        }
        if !holds(Part::Chunks) {
            span.chunk = None;
        }
        for region in &mut span.regions {
            region.score = region.score.filter(|_| holds(Part::Scores));
            region.cells = region.cells.filter(|_| holds(Part::Cells));
            if !holds(Part::Origins) {
                region.origin = Origin::default();
            }
        }
    }
    if !holds(Part::Caption) {
        record.caption.clear();
    }
    if !holds(Part::Verdict) {
        record.verdict = None;
    }
    if !holds(Part::Url) {
        record.picture.url = None;
    }
    if !holds(Part::Unknown) {
        record.unknown.clear();
    }
    joined(record)
}

/// Spans of the same words are one.
pub(super) fn joined(record: Record) -> Record {
    let mut joined = Record { spans: Vec::new(), ..record };
    for span in record.spans {
        let is_same = |other: &&mut Span| other.words == span.words && other.chunk == span.chunk;
        match joined.spans.iter_mut().find(is_same) {
            Some(there) => there.regions.extend(span.regions),
            None => joined.spans.push(span),
        }
    }
    joined
}

/// A picture with this name in a folder; the file is empty.
pub(super) fn picture(folder: &Path, name: &str) -> Picture {
    let path = folder.join(name);
    fs::write(&path, "").expect("written");
    Picture { location: Location::File(path), size: Some([1000, 1000]), url: None }
}
