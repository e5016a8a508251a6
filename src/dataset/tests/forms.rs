//! The forms in which data comes from elsewhere: GRIT's many, img2dataset's, the original's, and what other programs write.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};

use super::samples::read;
use crate::dataset::{Location, Maker, Record, content, format_named};

const CAPTION: &str = "a wire hanger with a paper cover that reads we heart our customers";
const CHUNKS: &str = "[[19.0, 32, 0.019644, 0.31054, 0.962214, 0.960344, 0.792985], [0, 13.0, 0.019422, 0.027634, 0.95933, 0.969468, 0.675204]]";
const EXPRESSIONS: &str = "[[19, 66, 0.019644, 0.31054, 0.962214, 0.960344, 0.792985], [0, 66, 0.019422, 0.027634, 0.95933, 0.969468, 0.675204]]";

/// The published example.
fn grit() -> String {
    format!(
        "{{\"key\": \"000373938\", \"clip_similarity_vitb32\": 0.353, \"url\": \"https://x/y.jpg\", \"caption\": \"{CAPTION}\", \
         \"width\": 1024.0, \"height\": 693, \"noun_chunks\": {CHUNKS}, \"ref_exps\": {EXPRESSIONS}}}"
    )
}

fn assert_is_grit(record: &Record) {
    assert_eq!((record.caption.as_str(), record.picture.size), (CAPTION, Some([1024, 693])));
    let words: Vec<_> = record.spans.iter().map(|span| record.words(span)).collect();
    assert_eq!(words, ["a paper cover that reads we heart our customers", CAPTION]);
    let chunks: Vec<_> =
        record.spans.iter().map(|span| &record.caption[span.chunk.clone().expect("a chunk")]).collect();
    assert_eq!(chunks, ["a paper cover", "a wire hanger"]);
    assert_eq!(record.spans[0].regions[0].edges, [0.019_644, 0.310_54, 0.962_214, 0.960_344]);
    assert_eq!(record.spans[1].regions[0].score, Some(0.675_204));
}

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(&path, content).expect("written");
    path
}

/// What is read from it without a word about its format, and without a problem.
fn seen(path: &Path, format: &str) -> Vec<Record> {
    let source = crate::dataset::Source::new(path, None, super::samples::sizes()).expect("a source");
    assert_eq!(source.format().expect("a file").name, format, "{path:?}");
    let (records, problems) = read(path, None);
    assert_eq!(problems, [], "{format}");
    records
}

#[test]
fn grit_is_read_as_lines_as_an_array_and_gzipped() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = format!("\u{feff}{}\r\n\n{}", grit(), grit());
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(lines.as_bytes()).expect("packed");
    for (name, content) in [
        ("a.jsonl", lines.clone().into_bytes()),
        ("a.json", format!("[\n{},\n{}]", grit(), grit()).into_bytes()),
        ("a.jsonl.gz", gz.finish().expect("packed")),
    ] {
        let records = seen(&write(folder.path(), name, content), "grit");
        assert_eq!(records.len(), 2, "{name}");
        records.iter().for_each(assert_is_grit);
        assert_eq!(records[1].unknown["key"], "000373938");
        assert_eq!(records[1].picture.url.as_deref(), Some("https://x/y.jpg"));
    }
}

#[test]
fn what_img2dataset_leaves_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "00000/000000012.json", grit().replace("\", \"", "\",\n    \""));
    write(folder.path(), "00000/000000012.jpg", "picture");
    let padded = grit().replace("693", "1024, \"original_width\": 640, \"original_height\": 480");
    write(folder.path(), "00000/000000013.json", padded);
    write(folder.path(), "00000_stats.json", "{\"count\": 2}");
    let records = seen(folder.path(), "grit-folder");
    assert_eq!(records.len(), 2);
    assert_is_grit(&records[0]);
    assert_eq!(records[0].picture.location, Location::File(folder.path().join("00000/000000012.jpg")));
    assert!(records[1].notes[0].contains("padded or cropped"), "{:?}", records[1].notes);
}

/// A tar archive of these files.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    let mut member = |name: &str, kind: u8, content: &[u8]| {
        let mut header = [0; 512];
        header[..name.len().min(100)].copy_from_slice(&name.as_bytes()[..name.len().min(100)]);
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        tar.extend(header);
        tar.extend(content);
        tar.resize(tar.len().next_multiple_of(512), 0);
    };
    for (name, content) in files {
        if name.len() > 100 {
            member("././@LongLink", b'L', name.as_bytes());
        }
        member(name, b'0', content);
    }
    tar.extend([0; 1024]);
    tar
}

#[test]
fn shards_are_read_with_their_pictures_inside() {
    let folder = tempfile::tempdir().expect("a folder");
    let (grit, long) = (grit(), format!("{}/7.txt", "é".repeat(70)));
    let long_picture = long.replace(".txt", ".png");
    let members: [(&str, &[u8]); 6] = [
        ("000000012.jpg", b"picture 12"),
        ("000000012.json", grit.as_bytes()),
        ("000000012.txt", b"other"),
        ("contents.md", b"# all"),
        (&long, "Café".as_bytes()),
        (&long_picture, b"long"),
    ];
    let plain = tar(&members);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&plain).expect("packed");
    for (name, archive) in [("a/0.tar", plain.clone()), ("b/0.tar.gz", packed.finish().expect("packed"))] {
        let records = seen(&write(folder.path(), name, archive), "webdataset");
        assert_eq!(records.len(), 2);
        assert_is_grit(&records[0]);
        assert_eq!(records[1].caption, "Café");
        assert_eq!(content(&records[0].picture.location).expect("there"), b"picture 12");
        assert_eq!(content(&records[1].picture.location).expect("there"), b"long");
        assert_eq!(records[1].picture_name(), long_picture);
    }
    assert_eq!(seen(&folder.path().join("a"), "webdataset").len(), 2);
    let cut = write(folder.path(), "cut.tar", &plain[..1800]);
    let (records, problems) = read(&cut, None);
    assert_eq!((records.len(), problems.len()), (1, 1), "{problems:?}");
    assert_eq!(records[0].notes, ["It has a picture and no text"]);
}

#[test]
fn the_original_s_table_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let phrases = format!("{{'phrase': {CHUNKS}, 'expression_v1': {EXPRESSIONS}}}");
    let row =
        |sum: &str, picture: &[u8]| format!("{sum}\t{CAPTION}\t{}\t1024\t693\t{phrases}\n", STANDARD.encode(picture));
    let table = row("0a", b"first") + "a\tb\n" + &row("0b", b"second");
    let path = write(folder.path(), "x.tsv", table);
    let (records, problems) = read(&path, None);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].to_string().ends_with("x.tsv, line 2"), "{}", problems[0]);
    records.iter().for_each(assert_is_grit);
    let pictures: Vec<_> = records.iter().map(|record| content(&record.picture.location).expect("there")).collect();
    assert_eq!(pictures, [b"first".to_vec(), b"second".to_vec()]);
}

/// As pyarrow writes what img2dataset saves: groups of two rows, the second picture not had, the last caption too short.
pub(super) const TABLE: &[u8] = include_bytes!("../../../tests/data/datasets/img2dataset.parquet");

#[test]
fn tables_are_read_with_their_pictures_inside() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(folder.path(), "00000.parquet", TABLE);
    for path in [folder.path(), &path] {
        let source = crate::dataset::Source::new(path, None, super::samples::sizes()).expect("a source");
        assert_eq!(source.format().expect("a file").name, "grit-parquet");
        let (records, problems) = read(path, None);
        assert!(problems.len() == 1 && problems[0].place.ends_with("00000.parquet, row 4"), "{problems:?}");
        records.iter().for_each(assert_is_grit);
        let pictures: Vec<_> = records.iter().map(|record| content(&record.picture.location).ok()).collect();
        assert_eq!(pictures, [Some(b"picture 1".to_vec()), None, Some(b"picture 3".to_vec())]);
        assert_eq!(records[2].picture_name(), "000000014.jpg");
        assert_eq!(records[1].notes.len(), 1);
    }
}

#[test]
fn answers_of_the_program_say_who_made_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = r#"{"image":"snow.png","width":320,"height":200,"task":"brief","prompt":"p","text":"é, a dog","raw":"r","phrases":[{"text":"a dog","start":3,"end":8,"boxes":[{"norm":[0.0,0.25,0.5,1.0],"pixels":[0.0,50.0,160.0,200.0],"score":0.07},{"norm":[0.5,0.25,0.75,1.0],"pixels":[0.0,0.0,0.0,0.0],"score":null}]},{"text":"<patch_index_0001><patch_index_0002>","start":0,"end":0,"boxes":[{"norm":[0,0,1,1],"pixels":[0,0,1,1],"score":null}]}],"ending":"complete","warnings":[],"settings":{"max_new_tokens":64},"checkpoint":{"name":"kosmos-2 mini","fingerprint":"7dee131eac8628e8","precision":"f32"},"version":"0.1.0","edited":true}"#;
    let path =
        write(folder.path(), "a.jsonl", format!("{line}\n{{\"image\":\"b.png\",\"error\":\"It is a web page\"}}\n"));
    let (records, problems) = read(&path, None);
    assert!(problems[0].reason.contains("It is a web page"), "{}", problems[0]);
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((record.words(&record.spans[0]), record.spans[0].regions.len()), ("a dog", 2));
    let Maker::Model(run) = &record.spans[0].regions[0].origin.made_by else { panic!("{record:?}") };
    assert_eq!((run.name.as_str(), run.fingerprint.as_str()), ("kosmos-2 mini", "7dee131eac8628e8"));
    assert_eq!(record.caption_origin.changed_by, Some(Maker::Person));
    assert_eq!(record.unknown["task"], "brief");
    // Through our own form again nothing changes.
    let again = super::samples::own_file(folder.path(), &records);
    assert_eq!(read(&again, None).0, records);
}

#[test]
fn what_other_programs_write_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let in_folder = |name: &str, content: &str| write(folder.path(), name, content);
    // MMDetection nests boxes, Open-GroundingDino has no places of phrases.
    let odvg = r#"{"filename":"a.jpg","height":100,"width":200,"grounding":{"caption":"a dog, a dog","regions":[{"bbox":[[0,0,100,50],[100,0,200,50]],"phrase":["a dog"],"tokens_positive":[[7,12]]},{"bbox":[0,0,50,50],"phrase":"a dog"},{"bbox":[0,0,50,50],"phrase":"cat"}]}}
{"filename":"b.jpg","height":100,"width":200,"detection":{"instances":[{"bbox":[0,0,100,50],"label":3,"category":"dog"}]}}"#;
    let records = seen(&in_folder("odvg.jsonl", odvg), "odvg");
    let spans: Vec<_> = records[0].spans.iter().map(|span| (span.words.range().cloned(), span.regions.len())).collect();
    assert_eq!(spans, [(Some(7..12), 2), (Some(0..5), 1), (None, 1)]);
    assert_eq!(records[1].words(&records[1].spans[0]), "dog");
    // COCO of a detector: annotations first, ids as text, a crowd, no caption.
    let coco = r#"{"info":{},"annotations":[{"image_id":"b","category_id":7,"bbox":[10,20,30,40],"iscrowd":0,"segmentation":[[1,2]]},{"image_id":"x","category_id":7,"bbox":[1,1,1,1]}],"images":[{"id":"a","file_name":"a.jpg","width":100,"height":100},{"id":"b","file_name":"b.jpg","width":100,"height":100}],"categories":[{"id":7,"name":"dog"}]}"#;
    let (records, problems) = read(&in_folder("coco.json", &format!("\u{feff} {coco}")), None);
    assert_eq!((records.len(), problems.len()), (2, 1));
    assert!(problems[0].reason.contains("not in the file: 1"), "{}", problems[0]);
    assert_eq!(records[1].spans[0].regions[0].edges, [0.1, 0.2, 0.4, 0.6]);
    let voc = "<?xml version=\"1.0\"?><annotation verified=\"yes\"><filename>a &amp; b.jpg</filename><size><width>100</width><height>50</height></size>\
               <object><name>dog</name><bndbox><xmin>1</xmin><ymin>1.0</ymin><xmax>100</xmax><ymax>50</ymax></bndbox></object></annotation>";
    let records = seen(&in_folder("voc.xml", voc), "voc");
    assert_eq!(records[0].spans[0].regions[0].edges, [0.0, 0.0, 1.0, 1.0]);
    assert!(records[0].picture_name().ends_with("a & b.jpg"));
    let labelme = r#"{"version":"4.5.6","flags":{},"shapes":[{"label":"dog","points":[[90,40],[10,20]],"group_id":null,"shape_type":"rectangle","flags":{}},{"label":"cat","points":[[0,0],[50,0],[25,25]],"shape_type":"polygon"}],"imagePath":"..\\images\\a.jpg","imageData":null,"imageHeight":100,"imageWidth":100}"#;
    let records = seen(&in_folder("labelme.json", labelme), "labelme");
    assert_eq!(records[0].spans[0].regions[0].edges, [0.1, 0.2, 0.9, 0.4]);
    assert_eq!(records[0].spans[1].regions[0].edges, [0.0, 0.0, 0.5, 0.25]);
    assert_eq!(records[0].notes.len(), 1);
    let hf = r#"{"file_name":"a.jpg","width":100,"height":100,"objects":{"bbox":[[10,20,30,40]],"categories":[3]}}"#;
    let records = seen(&in_folder("metadata.jsonl", hf), "imagefolder");
    assert_eq!(records[0].words(&records[0].spans[0]), "3");
    assert!(format_named("yolo").is_some() && format_named("nothing").is_none());
}

#[test]
fn the_readme_has_a_row_for_every_format() {
    let readme = include_str!("../../../README.md");
    for format in crate::dataset::FORMATS {
        let mark = |is_done| if is_done { "✓" } else { "" };
        let (read, written) = (mark(format.is_read()), mark(format.is_written()));
        let row = format!("| `{}` | {} | {read} | {written} |\n", format.name, format.label);
        assert!(readme.contains(&row), "{row}");
    }
}
