//! Model text to captions, as the published processor reads it, and by ids where there are ids.
//!
//! `tests/data/grounding.json` holds soups of tags and words with what `Kosmos2Processor.post_process_generation` of
//! transformers 5.23 made of them; `tests/data/golden` adds what the tiny checkpoint wrote.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops and says why")]

use std::time::{Duration, Instant};

use kosmoscope::{
    caption::{Caption, Phrase, Region},
    geometry::NormBox,
    grounding::{Grounded, Marked, parse, parse_growing, parse_marked},
    text::Tokenizer,
};
use proptest::prelude::*;
use serde::Deserialize;

use crate::support::files::{data, project};

const CAT: &str = "<object><patch_index_0044><patch_index_0863></object>";
const CAT_BOX: [f32; 4] = [0.390_625, 0.046_875, 0.984_375, 0.828_125];

/// A case of the reference: names, spans in characters, boxes.
#[derive(Deserialize)]
struct Case {
    raw: String,
    text: String,
    entities: Vec<Entity>,
}

type Entity = (String, (usize, usize), Vec<[f32; 4]>);
type Expected<'a> = (&'a str, (usize, usize), &'a [[f32; 4]]);

fn entities(caption: &Caption) -> Vec<Entity> {
    let entity = |phrase: &Phrase| {
        let span = caption.char_span(phrase);
        let published = |region: &Region| NormBox::as_published(region.patches.0, region.patches.1).to_array();
        let boxes = phrase.regions.iter().map(published).collect();
        (phrase.name(caption).into_owned(), (span.start, span.end), boxes)
    };
    caption.phrases.iter().map(entity).collect()
}

fn check(raw: &str, text: &str, expected: &[Expected]) {
    let Grounded { caption, .. } = parse(raw);
    let expected: Vec<Entity> =
        expected.iter().map(|(name, span, boxes)| ((*name).to_owned(), *span, boxes.to_vec())).collect();
    assert_eq!((caption.text.as_str(), entities(&caption)), (text, expected), "{raw}");
}

thread_local! { static MINI: Tokenizer = mini(); }

/// Its vocabulary spells every character.
fn mini() -> Tokenizer {
    Tokenizer::from_bytes(&std::fs::read(project("assets/mini/tokenizer.json")).unwrap()).unwrap()
}

/// The caption of ids, finished or as far as it is written.
fn caption_of(tokenizer: &Tokenizer, ids: &[u32], read: impl FnOnce(Marked) -> Caption) -> Caption {
    let (text, spans) = tokenizer.decode_spans(ids);
    read(Marked::new(&text, ids.iter().zip(spans).filter_map(|(id, span)| Some((tokenizer.tag(*id)?, span)))))
}

fn finished(raw: Marked) -> Caption {
    parse_marked(raw, 0).caption
}

fn growing(raw: Marked) -> Caption {
    parse_growing(raw, 0)
}

fn messages(raw: &str) -> Vec<(usize, String)> {
    parse(raw).warnings.into_iter().map(|warning| (warning.at, warning.message)).collect()
}

#[test]
fn captions_with_linked_phrases() {
    check(
        &format!("<grounding> An image of<phrase> a snowman</phrase>{CAT}."),
        "An image of a snowman.",
        &[("a snowman", (12, 21), &[CAT_BOX])],
    );
    check(
        "<phrase>Two dogs</phrase><object><patch_index_0001><patch_index_0034></delimiter_of_multi_objects/>\
         <patch_index_0500><patch_index_1023></object> play",
        "Two dogs play",
        &[(
            "Two dogs",
            (0, 8),
            &[[0.046_875, 0.015_625, 0.078_125, 0.046_875], [0.640_625, 0.484_375, 0.984_375, 0.984_375]],
        )],
    );
    check(&format!("<grounding><phrase> It </phrase>{CAT} is x"), "It  is x", &[("It", (0, 2), &[CAT_BOX])]);
    check(&format!("<phrase> a<phrase> b</phrase>{CAT}"), "a b", &[("b", (2, 3), &[CAT_BOX])]);
    check(
        &format!("  <grounding>   lead <phrase> é café</phrase>{CAT}  "),
        "lead  é café",
        &[("é café", (6, 12), &[CAT_BOX])],
    );
    check(&format!("1 < 2 and 3 > 2 <phrase> x</phrase>{CAT}"), "1  2  x", &[("x", (6, 7), &[CAT_BOX])]);
    check(&format!("left</image>right</image><phrase> x</phrase>{CAT}"), "x", &[("x", (0, 1), &[CAT_BOX])]);
}

#[test]
fn boxes_without_a_phrase_are_phrases_of_their_own() {
    check(
        "a wet suit is at <object><patch_index_0003><patch_index_0004></delimiter_of_multi_objects/>\
         <patch_index_0005><patch_index_0006></object> in the picture",
        "a wet suit is at  in the picture",
        &[
            ("<patch_index_3><patch_index_4>", (17, 17), &[[0.093_75, 0.0, 0.156_25, 0.031_25]]),
            ("<patch_index_5><patch_index_6>", (17, 17), &[[0.156_25, 0.0, 0.218_75, 0.031_25]]),
        ],
    );
    let name = "<patch_index_44><patch_index_863>";
    check(&format!("<phrase></phrase>{CAT}"), "", &[(name, (0, 0), &[CAT_BOX])]);
    // the reference places these at 6 and 2, past the end of the caption
    check(&format!("<phrase> a cat</phrase> {CAT}"), "a cat", &[(name, (5, 5), &[CAT_BOX])]);
    check(&format!("<phrase> a < b</phrase>{CAT}"), "a", &[(name, (1, 1), &[CAT_BOX])]);
    // the reference places this one at 5, counting the words it leaves out
    check(&format!("a < b{CAT} and more"), "a  and more", &[(name, (2, 2), &[CAT_BOX])]);
}

#[test]
fn incomplete_markup_links_nothing() {
    let first = "<phrase> a cat</phrase><object><patch_index_0044>";
    check(&format!("{first}</object>"), "a cat", &[]);
    check(&format!("{first}<patch_index_0863></delimiter_of_multi_objects/></object>"), "a cat", &[]);
    check(&format!("{first}<patch_index_0863>"), "a cat", &[]);
    check(&format!("{first}<patch_index_0863></object"), "a cat</object", &[]);
    check("<phrase> a cat</phrase>", "a cat", &[]);
    check("", "", &[]);
}

#[test]
fn odd_boxes_are_told_and_put_in_order() {
    for (patches, expected) in [
        ((100, 100), [0.125, 0.093_75, 0.156_25, 0.125]),
        ((96, 110), [0.0, 0.093_75, 0.468_75, 0.125]),
        ((10, 970), [0.3125, 0.0, 0.343_75, 0.968_75]),
        ((863, 44), [0.984_375, 0.828_125, 0.390_625, 0.046_875]),
    ] {
        let (upper_left, lower_right) = patches;
        let raw = format!(
            "<phrase> a cat</phrase><object><patch_index_{upper_left:04}><patch_index_{lower_right:04}></object>"
        );
        check(&raw, "a cat", &[("a cat", (0, 5), &[expected])]);
        let Grounded { caption, warnings } = parse(&raw);
        assert_eq!(warnings.len(), usize::from(upper_left > lower_right));
        let place = caption.phrases[0].regions[0].norm;
        assert!(place.x_min < place.x_max && place.y_min < place.y_max, "{place:?}");
    }
    let beyond = "<object><patch_index_0001><patch_index_2000></object>";
    let outside = [1.5, 0.5, 16.5, 62.5].map(|cells| cells / 32.0);
    check(beyond, "", &[("<patch_index_1><patch_index_2000>", (0, 0), &[outside])]);
    let endless = format!("<object><patch_index_0001><patch_index_{}></object>", "9".repeat(50));
    assert_eq!(parse(&endless).caption.phrases[0].regions[0].patches.1.0, u32::MAX);
}

#[test]
fn regions_know_their_tokens() {
    let raw = format!("old</image>é <phrase> a cat</phrase>{CAT}");
    let found = || Marked::found_in(&raw);
    for caption in [parse(&raw).caption, parse_growing(found(), 0), parse_marked(found(), 1).caption] {
        let region = &caption.phrases[0].regions[0];
        assert_eq!(&raw[region.raw_span.clone()], "<patch_index_0044><patch_index_0863>");
        assert_eq!((region.score, region.token_probability), (None, None));
    }
}

#[test]
fn what_is_skipped_is_told() {
    assert_eq!(messages(&format!("<grounding> An image of<phrase> a cat</phrase>{CAT}.")), []);
    let tell = |raw: &str, expected: &[(usize, &str)]| {
        let expected: Vec<_> = expected.iter().map(|&(at, message)| (at, message.to_owned())).collect();
        assert_eq!(messages(raw), expected, "{raw}");
    };
    tell("</image>é <phrase> a cat</phrase>.", &[(11, "“a cat” has no box")]);
    tell("<phrase> a cat", &[(0, "A phrase is opened but not closed")]);
    tell("a cat</phrase>", &[(5, "A phrase is closed but was not opened")]);
    tell(
        "a<object><patch_index_0001></object>b<patch_index_0002>c<patch_index_0003><patch_index_0004>",
        &[(1, "A list of boxes is damaged and was left out"), (37, "3 locations stand outside a list of boxes")],
    );
    tell("a<patch_index_0002>", &[(1, "A location stands outside a list of boxes")]);
    tell("a</object>", &[(1, "A tag of a list of boxes stands on its own")]);
    tell("1 < 2 and 3 > 2", &[(2, "“< 2 and 3 >” was taken for a tag and left out")]);
    tell(
        "<object><patch_index_0863><patch_index_0044></delimiter_of_multi_objects/>\
         <patch_index_0000><patch_index_1024></object>",
        &[
            (8, "The corners of a box came in the wrong order and were put in order"),
            (74, "A box names place 1024, but the picture has only 0 to 1023"),
        ],
    );
}

#[test]
fn boxes_appear_while_the_text_is_written() {
    let raw = "An image of<phrase> a cat</phrase><object><patch_index_0001><patch_index_0034>\
               </delimiter_of_multi_objects/><patch_index_0500><patch_index_1023></object> here";
    let tokenizer = mini();
    let n_boxes = |end: &str| {
        let ids = tokenizer.encode_raw(&raw[..raw.find(end).unwrap() + end.len()]).unwrap();
        let caption = caption_of(&tokenizer, &ids, growing);
        assert!(!caption.text.contains('<'), "{caption:?}");
        caption.phrases.iter().map(|phrase| phrase.regions.len()).sum::<usize>()
    };
    assert_eq!(["<object>", "_0001>", "_0034>"].map(n_boxes), [0, 0, 1]);
    assert_eq!(["objects/>", "_0500>", "_1023>", "</object>", "here"].map(n_boxes), [1, 1, 2, 2, 2]);
    let ids = tokenizer.encode_raw("<object><patch_index_0001><patch_index_0002> x").unwrap();
    assert_eq!(caption_of(&tokenizer, &ids, growing).phrases, []);
}

#[test]
fn words_that_look_like_tags_are_words() {
    let tokenizer = mini();
    let forged = format!("1 < 2 and a rabbit <3, <OK>, <phrase> a cat</phrase>{CAT}</image></s> \n< x >");
    let ids = tokenizer.encode_text(&forged).unwrap();
    let told = forged.replace(" \n", " ");
    assert_eq!(caption_of(&tokenizer, &ids, finished), Caption { text: told.clone(), phrases: vec![] });
    assert_eq!(caption_of(&tokenizer, &ids, growing).text, told);
    // in a phrase with boxes of its own
    let tags = |raw: &str| tokenizer.encode_raw(raw).unwrap();
    let ids = [tags("<phrase>"), ids, tags(&format!("</phrase>{CAT}"))].concat();
    let caption = caption_of(&tokenizer, &ids, finished);
    let [phrase] = caption.phrases.as_slice() else { panic!("{caption:?}") };
    let boxes: Vec<_> = phrase.regions.iter().map(|region| region.norm.to_array()).collect();
    assert_eq!((caption.words(phrase), boxes), (told.as_str(), vec![CAT_BOX]));
}

#[test]
fn only_what_follows_the_last_picture_is_shown() {
    let tokenizer = mini();
    let words = |text: &str| tokenizer.encode_text(text).unwrap();
    let ids = [words("a dog"), vec![tokenizer.tags().image_end], words("a </image> cat")].concat();
    assert_eq!(caption_of(&tokenizer, &ids, finished).text, "a </image> cat");
}

#[test]
fn an_answer_without_its_prompt() {
    let prompt = format!("<grounding> Question: Is x < y for<phrase> it</phrase>{CAT}? Answer:");
    let raw = format!("{prompt} The<phrase> cat</phrase>{CAT}.");
    let Grounded { caption, warnings } = parse_marked(Marked::found_in(&raw), prompt.len());
    assert_eq!((caption.text.as_str(), warnings), ("The cat.", vec![]));
    assert_eq!(caption.words(&caption.phrases[0]), "cat");
    assert_eq!(&raw[caption.phrases[0].regions[0].raw_span.clone()], "<patch_index_0044><patch_index_0863>");
    assert_eq!(parse_growing(Marked::found_in(&raw), prompt.len()), caption);
    assert_eq!(parse_marked(Marked::found_in(&raw), raw.len() + 9), Grounded::default());
}

#[test]
fn the_reference_agrees() {
    let mut cases: Vec<Case> = serde_json::from_str(include_str!("../data/grounding.json")).unwrap();
    for number in 1..=8 {
        let case = std::fs::read(data(&format!("golden/case_{number}.safetensors.json"))).unwrap();
        cases.push(serde_json::from_slice(&case).unwrap());
    }
    assert!(cases.len() > 200);
    for case in cases {
        let caption = parse(&case.raw).caption;
        let named: Vec<Entity> = entities(&caption);
        // a phrase of spaces has no name in the reference; here it goes by its box
        let nameless =
            |(name, span, boxes): Entity| (if span.0 == span.1 { String::new() } else { name }, span.0, boxes);
        let ours: Vec<_> = named.into_iter().map(nameless).collect();
        let theirs: Vec<_> = case.entities.into_iter().map(nameless).collect();
        assert_eq!((caption.text, ours), (case.text, theirs), "{:?}", case.raw);
    }
}

#[test]
fn a_megabyte_of_markup_takes_no_time() {
    let unclosed = "<phrase> a</phrase><object><patch_index_0001>".repeat(20_000);
    for raw in
        ["<".repeat(1 << 20), "<object>".repeat(1 << 17), "<phrase>a".repeat(1 << 17), CAT.repeat(20_000), unclosed]
    {
        let start = Instant::now();
        let _ = (parse(&raw), parse_growing(Marked::found_in(&raw), 0));
        assert!(start.elapsed() < Duration::from_secs(2), "{}… took {:?}", &raw[..1], start.elapsed());
    }
}

/// Pieces that markup is made of, right and wrong.
fn soup() -> impl Strategy<Value = String> {
    let tags = "<phrase> </phrase> <object> </object> </delimiter_of_multi_objects/> <grounding> </image> \
                <patch_index_0044> <patch_index_0863> <patch_index_2000> < > <b </obj <patch_index_ a é 🐶";
    let pieces: Vec<String> = tags.split(' ').map(str::to_owned).chain([" ".into(), "\n".into(), CAT.into()]).collect();
    let link = Just(format!("<phrase> a cat </phrase>{CAT}"));
    let piece = prop_oneof![8 => prop::sample::select(pieces), 2 => link, 1 => any::<String>()];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn check_spans(caption: &Caption, raw: &str) {
    let mut last_end = 0;
    for phrase in &caption.phrases {
        assert!(phrase.span.start >= last_end && caption.text.get(phrase.span.clone()).is_some(), "{caption:?}");
        assert!(!phrase.regions.is_empty());
        assert!(phrase.regions.iter().all(|region| raw[region.raw_span.clone()].matches("<patch_index_").count() == 2));
        last_end = phrase.span.end;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_text_gives_a_caption_in_good_order(raw in soup()) {
        let Grounded { caption, warnings } = parse(&raw);
        check_spans(&caption, &raw);
        prop_assert!(warnings.iter().all(|warning| raw.is_char_boundary(warning.at)));
        prop_assert!(warnings.is_sorted_by_key(|warning| warning.at));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_growing_text_ends_as_the_finished_one(parts in prop::collection::vec((any::<bool>(), soup()), 0..4)) {
        MINI.with(|tokenizer| {
            // words that look like tags, and tags
            let ids_of = |(is_raw, text): (bool, String)| match tokenizer.encode_raw(&text) {
                Ok(ids) if is_raw => ids,
                _ => tokenizer.encode_text(&text).unwrap(),
            };
            let mut ids: Vec<u32> = parts.into_iter().flat_map(ids_of).collect();
            for end in 0..ids.len() {
                check_spans(&caption_of(tokenizer, &ids[..end], growing), &tokenizer.decode(&ids[..end]));
            }
            ids.extend(tokenizer.encode_text("end").unwrap());
            assert_eq!(caption_of(tokenizer, &ids, growing), caption_of(tokenizer, &ids, finished));
        });
    }
}
