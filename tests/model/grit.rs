//! Training data built from pictures and captions, held against the truth of scenes: with the real engine on the built-in
//! checkpoint.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]
#![allow(clippy::print_stdout, reason = "what was measured is told")]

use std::path::{Path, PathBuf};

use kosmoscope::{
    dataset::{Maker, Record},
    engine::{Engine, GenerateOptions},
    evaluate::scenes::{self, Scene},
    geometry::{NormBox, SAME_PLACE},
    grit::{Built, Describe, Rules, Settings, build},
};

use crate::support::{
    files::data,
    model::{meadow, mini, open},
};

fn settings(engine: &Engine, rules: Rules) -> Settings {
    let info = engine.info();
    Settings {
        captions: "file".to_owned(),
        describe: Describe::Brief,
        rules,
        options: GenerateOptions::original(),
        checkpoint: info.checkpoint.name.clone(),
        fingerprint: info.fingerprint.clone(),
        precision: info.precision.name().to_owned(),
    }
}

fn built(engine: &mut Engine, picture: &Path, caption: Option<&str>, rules: &Rules) -> Built {
    let settings = settings(engine, rules.clone());
    build(engine, &open(picture), caption, &settings, &|| true).unwrap()
}

/// What was found of a scene.
#[derive(Debug, Default)]
struct Found {
    boxes: usize,
    right: usize,
    things: usize,
    hit: usize,
}

impl Found {
    /// A box is right where a thing of the name is that its words end with; a thing is found by one such box.
    fn add(&mut self, scene: &Scene, record: Option<&Record>) {
        let mut is_found = vec![false; scene.objects.len()];
        for (span, region) in record.into_iter().flat_map(Record::boxes) {
            let record = record.unwrap();
            let chunk = span.chunk.as_ref().or(span.words.range()).unwrap();
            let noun = record.caption[chunk.clone()].rsplit(' ').next().unwrap().to_owned();
            let [x1, y1, x2, y2] = region.edges.map(|edge| edge as f32);
            let place = NormBox::new(x1, y1, x2, y2);
            let fits = |index: &usize| {
                let thing = &scene.objects[*index];
                let [x1, y1, x2, y2] = thing.place;
                let plural = thing.plural.clone().unwrap_or_else(|| format!("{}s", thing.noun));
                (noun == thing.noun || noun == plural) && place.iou(NormBox::new(x1, y1, x2, y2)) >= SAME_PLACE
            };
            let thing = (0..scene.objects.len()).find(|index| !is_found[*index] && fits(index));
            self.right += usize::from(thing.is_some());
            self.boxes += 1;
            is_found
                .iter_mut()
                .enumerate()
                .filter(|(index, _)| thing == Some(*index))
                .for_each(|(_, found)| *found = true);
        }
        self.things += is_found.len();
        self.hit += is_found.iter().filter(|found| **found).count();
    }

    fn precision(&self) -> f64 {
        self.right as f64 / self.boxes as f64
    }

    fn recall(&self) -> f64 {
        self.hit as f64 / self.things as f64
    }
}

/// Builds from the recipe's own captions of scenes.
fn measure(folder: &Path, most: usize, rules: &Rules) -> Found {
    let (mut engine, mut found) = (mini(), Found::default());
    let all = scenes::read(folder, Some(most)).unwrap();
    for scene in all.iter().filter(|scene| scene.task == "plain") {
        let record = match built(&mut engine, &folder.join(&scene.picture), Some(&scene.target), rules) {
            Built::Record(record) => Some(record),
            Built::LeftOut { .. } => None,
            Built::Stopped => panic!("nobody stopped it"),
        };
        found.add(scene, record.as_deref());
    }
    found
}

#[test]
fn boxes_of_scenes_are_where_their_things_are() {
    let rules = Rules { expressions: false, ..Rules::default() };
    let found = measure(&data("scenes"), 4, &rules);
    println!("{found:?}: precision {:.3}, recall {:.3}", found.precision(), found.recall());
    assert!(found.boxes >= 8 && found.precision() >= 0.9 && found.recall() >= 0.6, "{found:?}");
}

#[test]
#[ignore = "needs a folder of scenes, whose path is in KOSMOSCOPE_SCENES; takes minutes"]
fn what_the_thresholds_cost() {
    let folder = PathBuf::from(std::env::var_os("KOSMOSCOPE_SCENES").unwrap());
    for min_score in [0.0, 0.3, 0.5, 0.65, 0.8] {
        for max_overlap in [0.3, 0.5, 0.7, 1.0] {
            let rules = Rules { min_score, max_overlap, expressions: false, contained: true };
            let found = measure(&folder, 150, &rules);
            let (precision, recall) = (found.precision(), found.recall());
            println!("score {min_score}, overlap {max_overlap}: {precision:.3} {recall:.3} {found:?}");
        }
    }
}

#[test]
fn a_record_says_what_it_was_made_by_and_a_described_one_who_wrote_its_caption() {
    let mut engine = mini();
    let rules = Rules { min_score: 0.2, ..Rules::default() };
    let settings = settings(&engine, rules);
    let mut record = |caption| match build(&mut engine, &meadow(), caption, &settings, &|| true).unwrap() {
        Built::Record(record) => *record,
        other => panic!("{other:?}"),
    };
    let given = record(Some(" a dog and a tree of life\n"));
    assert_eq!(given.caption, "a dog and a tree of life");
    let words: Vec<&str> = given.spans.iter().map(|span| given.words(span)).collect();
    assert!(words.contains(&"a dog"), "{words:?}");
    let Maker::Model(run) = &given.spans[0].regions[0].origin.made_by else { panic!("{:?}", given.spans) };
    assert_eq!((run.name.as_str(), &run.settings["rules"]["min_score"]), ("kosmos-2 mini", &0.2.into()));
    assert_eq!(given.caption_origin.made_by, Maker::File);
    let described = record(None);
    assert!(!described.caption.contains("image of") && !described.spans.is_empty(), "{}", described.caption);
    assert_eq!(described.caption_origin, described.spans[0].origin);
}

#[test]
fn what_names_nothing_or_is_not_there_is_left_out() {
    let mut engine = mini();
    let settings = settings(&engine, Rules { min_score: 1.0, ..Rules::default() });
    for (caption, expected) in
        [("", "Its caption is empty"), ("it is sleeping", "names nothing"), ("a dog and a tree", "No box is left")]
    {
        match build(&mut engine, &meadow(), Some(caption), &settings, &|| true).unwrap() {
            Built::LeftOut { reason, .. } => assert!(reason.contains(expected), "{reason}"),
            other => panic!("{caption}: {other:?}"),
        }
    }
    let stopped = build(&mut engine, &meadow(), Some("a dog"), &settings, &|| false).unwrap();
    assert!(matches!(stopped, Built::Stopped));
}
