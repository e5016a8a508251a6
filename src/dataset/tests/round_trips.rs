//! What a format can hold comes back equal, from each format that is read and written into each other.

use proptest::prelude::*;

use super::samples::{converted, joined, own_file, picture, read, record, target, without};
use crate::dataset::{FORMATS, Format, Location, Record, Selection};

fn both_ways() -> Vec<&'static Format> {
    FORMATS.iter().filter(|format| format.is_read() && format.is_written()).collect()
}

const NAMES: [&str; 4] = ["a b.png", "👩‍🚀 é.jpg", "שלום.webp", "it's #1.png"];

/// The records with a picture each, as they are read.
fn with_pictures(folder: &std::path::Path, records: Vec<Record>) -> Vec<Record> {
    let named = records.into_iter().zip(NAMES).map(|(mut record, name)| {
        let url = record.picture.url.take();
        record.picture = crate::dataset::Picture { url, ..picture(folder, name) };
        joined(record)
    });
    named.collect()
}

/// Boxes are rounded by some; the place of a picture may have another way to it.
fn assert_same(mut read: Vec<Record>, mut expected: Vec<Record>, format: &Format) {
    let normal = |record: &mut Record| {
        if let Location::File(path) = &record.picture.location {
            record.picture.location = Location::File(path.canonicalize().unwrap_or_else(|_| path.clone()));
        }
        record.notes.clear();
        for region in record.spans.iter_mut().flat_map(|span| &mut span.regions) {
            region.edges = region.edges.map(|edge| (edge * 1e6).round() / 1e6);
        }
        if format.name == "yolo" {
            // It tells neither size nor, without copies, place.
            record.picture = crate::dataset::Picture::default();
        }
    };
    for record in read.iter_mut().chain(&mut expected) {
        normal(record);
    }
    let by_name = |record: &Record| (record.picture_name(), record.caption.clone(), format!("{:?}", record.spans));
    read.sort_by_key(by_name);
    expected.sort_by_key(by_name);
    assert_eq!(read, expected, "{}", format.name);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_format_holds_comes_back(records in proptest::collection::vec(record(), 1..4)) {
        let folder = tempfile::tempdir().expect("a folder");
        let records = with_pictures(folder.path(), records);
        let own = own_file(folder.path(), &records);
        assert_same(read(&own, None).0, records.clone(), &FORMATS[0]);
        for first in both_ways() {
            let inside = folder.path().join(first.name);
            std::fs::create_dir(&inside).expect("made");
            let path = target(&inside, first);
            let (_, problems) = converted(&own, first, &path, Selection::default());
            prop_assert_eq!(problems, vec![], "{}", first.name);
            let (got, problems) = read(&path, Some(first));
            prop_assert_eq!(problems, vec![], "{}", first.name);
            let held: Vec<Record> = records.iter().map(|record| without(record.clone(), first)).collect();
            let held: Vec<Record> = held.into_iter().filter(|record| fits(record, first)).collect();
            assert_same(got, held.clone(), first);
        }
    }
}

/// Whether a format has room for the record at all.
fn fits(record: &Record, format: &Format) -> bool {
    format.holds.contains(&crate::dataset::Part::NoBoxes) || record.boxes().next().is_some()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_format_becomes_every_other(records in proptest::collection::vec(record(), 2..4)) {
        let folder = tempfile::tempdir().expect("a folder");
        let records = with_pictures(folder.path(), records);
        let own = own_file(folder.path(), &records);
        // Without copies of pictures a YOLO folder tells no size.
        let pixels_known = |format: &&'static Format| format.name != "yolo";
        for first in both_ways().into_iter().filter(pixels_known) {
            let inside = folder.path().join(first.name);
            std::fs::create_dir(&inside).expect("made");
            let path = target(&inside, first);
            converted(&own, first, &path, Selection::default());
            let (held, _) = read(&path, Some(first));
            let is_seen = crate::dataset::Source::new(&path, None, super::samples::sizes());
            let seen = is_seen.map(|source| source.format().expect("a file").name).unwrap_or_default();
            prop_assert!(seen == first.name || (first.name == "x-anylabeling" && seen == "labelme") || held.is_empty(), "{} is taken for {seen}", first.name);
            if held.is_empty() {
                continue;
            }
            for second in both_ways() {
                let there = inside.join(second.name);
                std::fs::create_dir(&there).expect("made");
                let path_there = target(&there, second);
                converted(&path, second, &path_there, Selection::default());
                let (got, _) = read(&path_there, Some(second));
                let expected: Vec<Record> = held.iter().map(|record| without(record.clone(), second)).collect();
                let expected: Vec<Record> = expected.into_iter().filter(|record| fits(record, second)).collect();
                assert_same(got, expected, second);
            }
        }
    }
}
