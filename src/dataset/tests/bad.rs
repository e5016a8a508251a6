//! What is no record is told and left out; the ones behind it are read, and nothing panics.

use std::{fs, path::Path};

use proptest::prelude::*;

use super::samples::{converted, own_file, picture, read, sizes, target};
use crate::dataset::{FORMATS, Record, Region, Selection, Source, Words, format_named};

#[test]
fn bad_lines_are_told_and_the_rest_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    let good = r#"{"caption":"é a dog","ref_exps":[[2,7,0,0,1,1,0.5]]}"#;
    let bad = [
        (r#"{"caption":"a dog","ref_exps":[[0,6,0,0,1,1]]}"#, "from character 0 to 6 of a caption of 5"),
        (r#"{"caption":"a dog","ref_exps":[[3,3,0,0,1,1]]}"#, "from character 3 to 3"),
        (r#"{"caption":"a dog","ref_exps":[[-1,3,0,0,1,1]]}"#, "no place in the caption"),
        (r#"{"caption":"a dog","ref_exps":[[0.5,3,0,0,1,1]]}"#, "no place in the caption"),
        (r#"{"caption":"a dog","ref_exps":[[0,3,0,0,1]]}"#, "has no box"),
        (r#"{"caption":"a dog","ref_exps":{}}"#, "is no list"),
        (r#"{"caption":7}"#, "caption is no text"),
        (r#"{"url":"x"}"#, "caption is missing"),
        ("{\"caption\":\"a", "it is not JSON"),
        ("7", "no JSON object"),
        ("\u{0}\u{1}", "it is not JSON"),
    ];
    let deep = format!("{{\"caption\":{}", "[".repeat(100_000));
    let mut content = good.to_owned() + "\n";
    for (line, _) in bad {
        content += [line, good, ""].join("\n").as_str();
    }
    content += [&deep, good, ""].join("\n").as_str();
    fs::write(&path, content).expect("written");
    let (records, problems) = read(&path, format_named("grit"));
    assert_eq!((records.len(), problems.len()), (bad.len() + 2, bad.len() + 1));
    for ((at, (line, reason)), problem) in bad.iter().enumerate().zip(&problems) {
        assert!(problem.reason.contains(reason), "{line}: {problem}");
        assert!(problem.to_string().ends_with(&format!("a.jsonl, line {}", 2 * at + 2)), "{problem}");
    }
    // Corners in any order, and far outside.
    fs::write(&path, r#"{"caption":"a dog","ref_exps":[[0,5,9,0.75,-9,0.25,7]]}"#).expect("written");
    let region = &read(&path, None).0[0].spans[0].regions[0];
    assert_eq!((region.edges, region.score), ([0.0, 0.25, 1.0, 0.75], None));
}

#[test]
fn hostile_files_are_refused_in_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let laughs = "<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \
                  \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">]>\
                  <annotation><filename>&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;</filename></annotation>";
    let outside =
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><annotation><filename>&x;</filename></annotation>";
    let deep = "<annotation>".repeat(200_000);
    for (name, content) in
        [("laughs.xml", laughs), ("outside.xml", outside), ("no.xml", "<annotation>"), ("deep.xml", deep.as_str())]
    {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("written");
        let (records, problems) = read(&path, format_named("voc"));
        assert_eq!((records.len(), problems.len()), (0, 1), "{name}");
        assert!(problems[0].reason.starts_with("It is not XML"), "{}", problems[0]);
    }
    let path = folder.path().join("a.png");
    fs::write(&path, "no records").expect("written");
    let refused = Source::new(&path, None, sizes()).map(|_| ()).expect_err("no records").to_string();
    assert!(refused.contains("none of the formats"), "{refused}");
    let missing = Source::new(Path::new("missing"), None, sizes()).map(|_| ()).expect_err("missing").to_string();
    assert!(missing.contains("can't be read"), "{missing}");
}

#[test]
fn a_damaged_table_is_told_in_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.parquet");
    let mut n_told = 0;
    for at in (0..super::forms::TABLE.len()).step_by(7) {
        let mut table = super::forms::TABLE.to_vec();
        table[at] ^= 0xff;
        table.truncate(if at % 28 == 0 { at } else { table.len() });
        fs::write(&path, table).expect("written");
        let read = Source::new(&path, format_named("grit-parquet"), sizes()).and_then(|source| source.records());
        n_told += match read {
            Ok(records) => records.filter(Result::is_err).count(),
            Err(e) => usize::from(e.to_string().contains("no Parquet file")),
        };
    }
    assert!(n_told > super::forms::TABLE.len() / 14, "{n_told}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any bytes, and any change of a good file, in every format.
    #[test]
    fn nothing_makes_a_reader_panic(bytes: Vec<u8>, cut in 0..2000_usize, flip in 0..2000_usize, to: u8) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut record = Record { caption: "a dog".to_owned(), ..Record::default() };
        record.picture = picture(folder.path(), "a.png");
        record.link(Words::Linked(0..5), None, Region::new([0.1, 0.2, 0.3, 0.4]).expect("a box"));
        let own = own_file(folder.path(), &[record]);
        for format in FORMATS.iter().filter(|format| format.is_read()) {
            let path = folder.path().join(format!("{}.any", format.name));
            fs::write(&path, &bytes).expect("written");
            let _ = Source::new(&path, Some(format), sizes()).and_then(|source| Ok(source.records()?.take(100).count()));
            if !format.is_written() {
                continue;
            }
            let inside = folder.path().join(format.name);
            fs::create_dir(&inside).expect("made");
            let path = target(&inside, format);
            converted(&own, format, &path, Selection::default());
            let files = if path.is_dir() { crate::dataset::input::stream::Walk::new(&path).expect("files").collect() } else { vec![path.clone()] };
            for file in files {
                let mut content = fs::read(&file).expect("there");
                if let Some(byte) = content.get_mut(flip) {
                    *byte = to;
                }
                content.truncate(cut.max(flip + 1));
                fs::write(&file, content).expect("written");
            }
            let _ = Source::new(&path, Some(format), sizes()).and_then(|source| Ok(source.records()?.take(100).count()));
        }
    }
}
