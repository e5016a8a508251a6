//! The measures of texts against the reference programs; `tests/data/metrics/README.md` says which values are whose.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops and says why")]

use std::{collections::BTreeMap, fs};

use kosmoscope::metrics::{Judged, Meteor, Modules, ParaphraseError, bleu, cider, rouge_l, tokens, vqa};
use serde::{Deserialize, de::DeserializeOwned};

use crate::support::files::data;

/// How far sums in another order may be apart.
const ROUNDING: f64 = 1e-9;

#[derive(Deserialize)]
struct Texts {
    hypothesis: String,
    references: Vec<String>,
    #[serde(flatten)]
    values: Values,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    Captions(OfCaptions),
    Meteor { scores: BTreeMap<String, f64> },
    Full { score: f64 },
}

#[derive(Deserialize)]
struct OfCaptions {
    bleu: [f64; 4],
    rouge_l: f64,
    cider: f64,
}

impl Texts {
    /// As they are, without splitting off signs.
    fn judged(&self) -> Judged {
        let words = |text: &String| text.split(' ').map(str::to_owned).collect();
        Judged { hypothesis: words(&self.hypothesis), references: self.references.iter().map(words).collect() }
    }
}

fn rows<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let text = fs::read_to_string(data("metrics").join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn same(ours: f64, theirs: f64, of: &str) {
    assert!((ours - theirs).abs() < ROUNDING, "{ours} for {theirs}: {of}");
}

#[test]
fn captions_score_as_in_the_reference() {
    let mut rows: Vec<serde_json::Value> = rows("captions.jsonl");
    let corpus: OfCaptions = serde_json::from_value(rows.pop().unwrap()["corpus"].take()).unwrap();
    let rows: Vec<Texts> = rows.into_iter().map(|row| serde_json::from_value(row).unwrap()).collect();
    let texts: Vec<Judged> = rows.iter().map(Texts::judged).collect();
    let (bleu, rouge_l, cider) = (bleu(&texts), rouge_l(&texts), cider(&texts));
    assert!(rows.len() == 60);
    for (i, row) in rows.iter().enumerate() {
        let Values::Captions(theirs) = &row.values else { panic!("no values: {}", row.hypothesis) };
        (0..4).for_each(|n| same(bleu.each[i][n], theirs.bleu[n], &row.hypothesis));
        same(rouge_l.each[i], theirs.rouge_l, &row.hypothesis);
        same(cider.each[i], theirs.cider, &row.hypothesis);
    }
    (0..4).for_each(|n| same(bleu.corpus[n], corpus.bleu[n], "all"));
    same(rouge_l.corpus, corpus.rouge_l, "all");
    same(cider.corpus, corpus.cider, "all");
}

#[test]
fn meteor_aligns_as_the_jar() {
    let rows: Vec<Texts> = rows("meteor.jsonl");
    // and what the first 18 come to together
    for (name, modules, corpus) in [
        ("exact", Modules::Exact, 0.274_749_525_796_391_95),
        ("exact+stem", Modules::Stem, 0.304_143_268_534_905_4),
        ("exact+stem+synonym", Modules::Synonym, 0.335_596_900_145_774_3),
    ] {
        let first: Vec<Judged> = rows[..18].iter().map(Texts::judged).collect();
        same(Meteor::new(modules).scores(&first).corpus, corpus, name);
        let meteor = Meteor::new(modules);
        let mut n_compared = 0;
        for row in &rows {
            let Values::Meteor { scores } = &row.values else { panic!("no scores: {}", row.hypothesis) };
            if let Some(theirs) = scores.get(name) {
                same(meteor.statistics(&row.hypothesis, &row.references).score(), *theirs, &row.hypothesis);
                n_compared += 1;
            }
        }
        assert!(n_compared > 200, "{name}");
    }
}

#[test]
fn paraphrases_come_from_the_users_own_copy() {
    let rows: Vec<Texts> = rows("paraphrases.jsonl");
    let texts: Vec<Judged> = rows.iter().map(Texts::judged).collect();
    let scores = Meteor::with_paraphrases(&data("metrics"), &texts).unwrap().scores(&texts);
    let without = Meteor::new(Modules::Synonym).scores(&texts);
    for (row, (score, without)) in rows.iter().zip(scores.each.iter().zip(&without.each)) {
        let Values::Full { score: theirs } = row.values else { panic!("no score: {}", row.hypothesis) };
        same(*score, theirs, &row.hypothesis);
        assert!((score - without).abs() > ROUNDING || (theirs - without).abs() < ROUNDING);
    }
    assert!(scores.corpus > without.corpus);
}

#[test]
fn a_table_of_paraphrases_is_whole_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = || Meteor::with_paraphrases(folder.path(), &[]).unwrap_err();
    assert!(matches!(refused(), ParaphraseError::Missing { .. }));
    let table = fs::read(data("metrics/paraphrase-en.gz")).unwrap();
    for bad in [&table[..table.len() / 2], b"0.5\na\nb\n"] {
        fs::write(folder.path().join("paraphrase-en.gz"), bad).unwrap();
        let told = refused().to_string();
        assert!(told.contains("install pycocoevalcap anew") && told.ends_with("paraphrase-en.gz"), "{told}");
    }
}

#[test]
fn captions_split_into_the_references_words() {
    #[derive(Deserialize)]
    struct Row {
        text: String,
        tokens: String,
    }
    for row in rows::<Row>("words.jsonl") {
        assert_eq!(tokens(&row.text).join(" "), row.tokens, "{}", row.text);
    }
}

#[test]
fn answers_are_right_as_the_server_says() {
    #[derive(Deserialize)]
    struct Row {
        answer: String,
        people: Vec<String>,
        normal: String,
        accuracy: f64,
    }
    for row in rows::<Row>("vqa.jsonl") {
        assert_eq!(vqa::normal(&row.answer), row.normal, "{}", row.answer);
        same(vqa::accuracy(&row.answer, &row.people), row.accuracy, &row.answer);
    }
    same(vqa::accuracy("yes", &[]), 0.0, "nobody");
}
