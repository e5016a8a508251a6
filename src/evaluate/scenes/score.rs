//! Whether an answer is right: the rules of the recipe's `evaluate.py`.

use super::records::{Scene, Thing};
use crate::{
    caption::{Caption, Phrase, Region},
    engine::Answer,
    evaluate::table::Tally,
    geometry::{NormBox, SAME_PLACE},
    grounding,
};

/// The rows of the table that an answer counts in.
#[must_use]
pub fn score(scene: &Scene, answer: &Answer) -> Vec<(String, Tally)> {
    scored(scene, &answer.caption, &answer.prompt, &answer.raw)
}

/// The same of what was written, prompt included.
pub(super) fn score_raw(scene: &Scene, raw: &str) -> Vec<(String, Tally)> {
    // The engine leaves out the space that a prompt begins with.
    scored(scene, &grounding::parse(raw).caption, scene.prompt.trim_start(), raw.trim_start())
}

fn scored(scene: &Scene, caption: &Caption, prompt: &str, raw: &str) -> Vec<(String, Tally)> {
    let written = raw.strip_prefix(prompt).unwrap_or(raw);
    let prompt = grounding::parse(prompt).caption.text;
    let told = caption.text.strip_prefix(prompt.as_str()).unwrap_or(&caption.text);
    score_text(scene, caption, told.trim().trim_end_matches('.'), written)
}

/// The boxes of an answer, in tasks where it is known what they should show, and whether each is right by itself: where
/// a thing is that is meant, or in captions one of the name that was said.
pub(super) fn judged<'a>(scene: &Scene, caption: &'a Caption) -> Vec<(&'a Region, bool)> {
    let is_meant = |words: &str, place| match scene.task.as_str() {
        "brief" | "detailed" | "list" => Some(scene.objects.iter().any(|thing| is_thing(thing, words, place))),
        "find" | "refer" | "absent" => Some(scene.boxes.iter().any(|meant| is_at(place, *meant))),
        _ => None,
    };
    let of_phrase = |phrase: &'a Phrase| phrase.regions.iter().map(|region| (caption.words(phrase), region));
    let all = caption.phrases.iter().flat_map(of_phrase);
    all.filter_map(|(words, region)| Some((region, is_meant(words, region.norm)?))).collect()
}

/// `caption` is of prompt and answer, `told` the words of the answer, `written` the answer with its tags.
fn score_text(scene: &Scene, caption: &Caption, told: &str, written: &str) -> Vec<(String, Tally)> {
    let task = scene.task.as_str();
    let one = |is_right| vec![(task.to_owned(), Tally::one(is_right))];
    let is_word_for_word = written.trim() == scene.target.trim();
    match task {
        "brief" | "detailed" => captioned(scene, caption, is_word_for_word),
        "find" | "refer" => found(scene, caption),
        "absent" => one(boxes(caption).next().is_none() && caption.text.contains("not in the image")),
        "region" => {
            let noun = scene.noun.as_deref().unwrap_or_default();
            sized(scene, one(names(told, noun, scene.plural.as_deref())))
        }
        _ if scene.accept.is_empty() => vec![(format!("{task} word for word"), Tally::one(is_word_for_word))],
        _ => {
            let is_right = scene.accept.iter().any(|accepted| accepted == told);
            let number = scene.accept.get(1).filter(|_| task == "count").map(|number| format!("count {number}"));
            let mut rows = if task == "where" { sized(scene, one(is_right)) } else { one(is_right) };
            rows.extend(number.map(|name| (name, Tally::one(is_right))));
            rows
        }
    }
}

/// Things that are named and boxed, each true thing once.
fn captioned(scene: &Scene, caption: &Caption, is_word_for_word: bool) -> Vec<(String, Tally)> {
    let task = &scene.task;
    let said: Vec<_> = boxes(caption).collect();
    let is_found = each_once(&said, &scene.objects, |(words, place), thing| is_thing(thing, words, *place));
    let (n_said, n_right) = (said.len(), count(&is_found));
    let mut rows = vec![
        (format!("{task} precision"), Tally { right: n_right, of: n_said }),
        (format!("{task} recall"), Tally { right: n_right, of: scene.objects.len() }),
        (format!("{task} word for word"), Tally::one(is_word_for_word)),
    ];
    for (thing, is_found) in scene.objects.iter().zip(is_found) {
        rows.push((format!("{task} recall {}", thing.size.name()), Tally::one(is_found)));
    }
    rows
}

/// One thing by the first box; several by all.
fn found(scene: &Scene, caption: &Caption) -> Vec<(String, Tally)> {
    let task = &scene.task;
    let said: Vec<NormBox> = boxes(caption).map(|(_, place)| place).collect();
    if let &[only] = scene.boxes.as_slice() {
        let is_right = said.first().is_some_and(|&place| is_at(place, only));
        let name = if task == "find" { "find one" } else { task };
        return sized(scene, vec![(name.to_owned(), Tally::one(is_right))]);
    }
    let n_right = count(&each_once(&said, &scene.boxes, |place, meant| is_at(*place, *meant)));
    vec![
        (format!("{task} several recall"), Tally { right: n_right, of: scene.boxes.len() }),
        (format!("{task} several precision"), Tally { right: n_right, of: said.len() }),
    ]
}

/// Which of the true things are said. What is said stands for the first that fits it and that nothing before stood for.
fn each_once<S, T>(said: &[S], truth: &[T], fits: impl Fn(&S, &T) -> bool) -> Vec<bool> {
    let mut is_found = vec![false; truth.len()];
    for said in said {
        if let Some(first) = (0..truth.len()).find(|&i| !is_found[i] && fits(said, &truth[i])) {
            is_found[first] = true;
        }
    }
    is_found
}

fn count(is_found: &[bool]) -> usize {
    is_found.iter().filter(|is_found| **is_found).count()
}

/// Counts the first row by the size of the thing too.
fn sized(scene: &Scene, mut rows: Vec<(String, Tally)>) -> Vec<(String, Tally)> {
    let by_size = scene.size.zip(rows.first()).map(|(size, (name, share))| (format!("{name} {}", size.name()), *share));
    rows.extend(by_size);
    rows
}

/// All boxes with the words they belong to.
fn boxes(caption: &Caption) -> impl Iterator<Item = (&str, NormBox)> {
    caption.phrases.iter().flat_map(|phrase| phrase.regions.iter().map(|region| (caption.words(phrase), region.norm)))
}

/// Whether the last word is the noun, in singular or plural.
fn names(words: &str, noun: &str, plural: Option<&str>) -> bool {
    let last = words.split_whitespace().last().unwrap_or_default();
    last == noun || plural.map_or_else(|| last.strip_suffix('s') == Some(noun), |plural| last == plural)
}

fn is_thing(thing: &Thing, words: &str, place: NormBox) -> bool {
    names(words, &thing.noun, thing.plural.as_deref()) && is_at(place, thing.place)
}

fn is_at(place: NormBox, [x1, y1, x2, y2]: [f32; 4]) -> bool {
    place.iou(NormBox::new(x1, y1, x2, y2)) >= SAME_PLACE
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scene with two dogs side by side, the left one large.
    fn scene(task: &str, rest: &str) -> Scene {
        let text =
            format!(r#"{{"id": "1-0", "picture": "a.png", "task": "{task}", "prompt": "p", "target": "t", {rest}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    const DOGS: &str = r#""objects": [{"noun": "dog", "box": [0, 0, 0.5, 1], "size": "large"},
        {"noun": "dog", "box": [0.75, 0, 1, 0.25], "size": "small"}]"#;
    const LEFT: &str = "<patch_index_0000><patch_index_1007>";
    const RIGHT: &str = "<patch_index_0024><patch_index_0255>";

    fn check(scene: &Scene, raw: &str, told: &str, expected: &[(&str, usize, usize)]) {
        let rows = score_text(scene, &grounding::parse(raw).caption, told, raw);
        let rows: Vec<_> = rows.iter().map(|(name, share)| (name.as_str(), share.right, share.of)).collect();
        assert_eq!(rows, expected, "{raw}");
    }

    #[test]
    fn captions_count_each_thing_once() {
        let scene = scene("brief", DOGS);
        let rows = |right, said, large, small| {
            [
                ("brief precision", right, said),
                ("brief recall", right, 2),
                ("brief word for word", 0, 1),
                ("brief recall large", large, 1),
                ("brief recall small", small, 1),
            ]
        };
        let several = format!("<phrase> two dogs</phrase><object>{LEFT}</delimiter_of_multi_objects/>{RIGHT}</object>");
        check(&scene, &several, "", &rows(2, 2, 1, 1));
        check(&scene, &several.replace("dogs", "cats"), "", &rows(0, 2, 0, 0));
        let twice = format!("<phrase> a dog</phrase><object>{LEFT}</object>").repeat(2);
        check(&scene, &twice, "", &rows(1, 2, 1, 0));
        check(&scene, "nothing", "", &rows(0, 0, 0, 0));
    }

    #[test]
    fn a_box_is_right_from_half_on() {
        let one = scene("find", r#""boxes": [[0, 0, 0.5, 1]], "size": "large""#);
        // from the middle of the first cell to that of column 9: 9/32 × 31/32 of 1/2, and of column 8
        for (last, right) in [(1001, 1), (1000, 0)] {
            let raw = format!("<phrase> a dog</phrase><object><patch_index_0000><patch_index_{last:04}></object>");
            check(&one, &raw, "", &[("find one", right, 1), ("find one large", right, 1)]);
        }
        check(&one, "<phrase> a dog</phrase>", "", &[("find one", 0, 1), ("find one large", 0, 1)]);
        let several = scene("find", r#""boxes": [[0, 0, 0.5, 1], [0.75, 0, 1, 0.25]]"#);
        let raw = format!("<phrase> dogs</phrase><object>{LEFT}</object>");
        check(&several, &raw, "", &[("find several recall", 1, 2), ("find several precision", 1, 1)]);
    }

    #[test]
    fn each_box_is_judged_by_itself() {
        let check = |task, rest: &str, raw: &str, expected: &[bool]| {
            let caption = grounding::parse(raw).caption;
            let found: Vec<bool> = judged(&scene(task, rest), &caption).into_iter().map(|(_, right)| right).collect();
            assert_eq!(found, expected, "{task}: {raw}");
        };
        let dogs = format!("<phrase> two dogs</phrase><object>{LEFT}</delimiter_of_multi_objects/>{RIGHT}</object>");
        check("brief", DOGS, &dogs, &[true, true]);
        check("brief", DOGS, &dogs.repeat(2), &[true; 4]);
        check("detailed", DOGS, &dogs.replace("dogs", "cats"), &[false, false]);
        let left = r#""boxes": [[0, 0, 0.5, 1]]"#;
        check("find", left, &dogs, &[true, false]);
        check("absent", r#""boxes": []"#, &dogs, &[false, false]);
        check("region", left, &dogs, &[]);
    }

    #[test]
    fn one_box_is_one_thing() {
        // two that overlap by two thirds, and a box between them
        let overlapping = scene("find", r#""boxes": [[0, 0, 0.5, 1], [0.1, 0, 0.6, 1]]"#);
        let between = "<patch_index_0001><patch_index_1009>";
        let raw = |boxes: &str| format!("<phrase> dogs</phrase><object>{boxes}</object>");
        let rows = |right, said| [("find several recall", right, 2), ("find several precision", right, said)];
        check(&overlapping, &raw(between), "", &rows(1, 1));
        check(&overlapping, &raw(&format!("{between}</delimiter_of_multi_objects/>{between}")), "", &rows(2, 2));
    }

    #[test]
    fn words_are_right_or_wrong() {
        let region = scene("region", r#""noun": "snowman", "plural": "snowmen", "size": "small""#);
        check(&region, "", "a snowman", &[("region", 1, 1), ("region small", 1, 1)]);
        check(&region, "", "two snowmen", &[("region", 1, 1), ("region small", 1, 1)]);
        check(&region, "", "a snowman on grass", &[("region", 0, 1), ("region small", 0, 1)]);
        let count = scene("count", r#""accept": ["Three", "3"]"#);
        check(&count, "", "Three", &[("count", 1, 1), ("count 3", 1, 1)]);
        check(&count, "", "Two", &[("count", 0, 1), ("count 3", 0, 1)]);
        let place = scene("where", r#""accept": ["On the left", "In the middle"], "size": "medium""#);
        check(&place, "", "In the middle", &[("where", 1, 1), ("where medium", 1, 1)]);
        let absent = scene("absent", r#""boxes": []"#);
        check(&absent, "<phrase> a cat</phrase> is not in the image.", "", &[("absent", 1, 1)]);
        let boxed = format!("<phrase> a cat</phrase><object>{LEFT}</object> is not in the image.");
        check(&absent, &boxed, "", &[("absent", 0, 1)]);
        check(&scene("plain", DOGS), " t", "", &[("plain word for word", 1, 1)]);
    }
}
