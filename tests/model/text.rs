//! Prompts and tokens, with the ids that the published tokenizer gives.
//!
//! The published files are not part of the project. Tests that need them look beside it and say so if they are absent;
//! the others use the tokenizer of the tiny test checkpoint.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on stops and says why")]

use kosmoscope::{
    geometry::{NormBox, PatchIndex},
    text::{Exchange, Prompt, Tags, Task, TextError, Tokenizer},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};

use crate::support::files;

const TAGS: [&str; 18] = [
    "<s>",
    "</s>",
    "<pad>",
    "<unk>",
    "<mask>",
    "<image>",
    "</image>",
    "<phrase>",
    "</phrase>",
    "<object>",
    "</object>",
    "</delimiter_of_multi_objects/>",
    "<grounding>",
    "</doc>",
    "</chunk>",
    "</line>",
    "<patch_index_0000>",
    "<patch_index_1023>",
];

fn tiny_file() -> String {
    std::fs::read_to_string(files::tiny().join("tokenizer.json")).unwrap()
}

fn tiny() -> Tokenizer {
    Tokenizer::from_bytes(tiny_file().as_bytes()).unwrap()
}

fn published() -> Option<Tokenizer> {
    let path = files::shared("tokenizer/tokenizer.json")?;
    Some(Tokenizer::from_bytes(&std::fs::read(path).unwrap()).unwrap())
}

fn ids(text: &str) -> Vec<u32> {
    text.split_whitespace().map(|id| id.parse().unwrap()).collect()
}

/// The box of the published box-referring example.
fn fire() -> NormBox {
    NormBox::from_patches(PatchIndex(5), PatchIndex(911))
}

fn ask(question: &str, region: Option<NormBox>, grounded: bool) -> Task {
    Task::Ask { question: question.to_owned(), region, grounded, earlier: Vec::new() }
}

fn task_text(tokenizer: &Tokenizer, task: &Task) -> String {
    Prompt::new(tokenizer, task, 64).unwrap().text
}

#[test]
fn raw_prompts_give_the_published_ids() {
    let Some(tokenizer) = published() else { return };
    assert_eq!(tokenizer.vocab_size(), 65037);
    let check = |text: &str, expected: &str| assert_eq!(tokenizer.encode_raw(text).unwrap(), ids(expected), "{text}");
    let dogs = "<patch_index_0079><patch_index_1016>";
    let both = format!("{dogs}</delimiter_of_multi_objects/><patch_index_0135> <patch_index_1008>");
    let sit = "sit in a field of grass.";
    check(&format!("<grounding> Two puppies {sit}"), "64012 1264 17772 1357 12 10 770 9 4464 4");
    check(
        &format!("<grounding> <phrase> Two puppies </phrase> {sit}"),
        "64012 64007 1264 17772 64008 1357 12 10 770 9 4464 4",
    );
    check(
        &format!("<grounding> <phrase> Two puppies </phrase><object>{dogs}</object> {sit}"),
        "64012 64007 1264 17772 64008 64009 64092 65029 64010 1357 12 10 770 9 4464 4",
    );
    check(
        &format!("<grounding> <phrase> Two puppies </phrase> <object> {both} </object> {sit}"),
        "64012 64007 1264 17772 64008 64009 64092 65029 64011 64148 65021 64010 1357 12 10 770 9 4464 4",
    );
    check(
        &format!(
            "<grounding> <phrase> Two puppies </phrase><object>{both}</object> \
             sit in a field of <phrase> grass </phrase>."
        ),
        "64012 64007 1264 17772 64008 64009 64092 65029 64011 64148 65021 64010 1357 12 10 770 9 64007 4464 \
         64008 106 4",
    );
    check(
        "<phrase> grass </phrase><object><patch_index_0480><patch_index_1023></object>.",
        "64007 4464 64008 64009 64493 65036 64010 106 4",
    );
    check("<grounding>An image of", "64012 712 1648 9");
    check("<grounding> An image of", "64012 712 1648 9");
    check("<grounding>Describe this image in detail:", "64012 34645 247 38 1648 12 3391 55");
    check("<grounding><phrase>a snowman</phrase>", "64012 64007 10 43867 64008");
    check(
        "<grounding>A man in a blue hard hat and <phrase>orange safety vest</phrase>",
        "64012 95 242 12 10 1486 354 3958 8 64007 5195 1123 13473 64008",
    );
    check("<grounding> <phrase>A man</phrase>", "64012 64007 95 242 64008");
    check("<grounding>  Café ﬁne  ½  100%\nnew\tline", "64012 25786 1195 25113 6264 105 413");
    check("</phrase>.", "64008 106 4");
    check("<patch_index_1024>", "8001 41355 1831 32174 1831 3492 6533 6785");
}

#[test]
fn tasks_give_the_published_ids() {
    let Some(tokenizer) = published() else { return };
    let check = |task: &Task, expected: &str| {
        let prompt = Prompt::new(&tokenizer, task, 64).unwrap();
        let prefix: Vec<u32> = [0, 64003].into_iter().chain(4..68).chain([64004]).collect();
        assert_eq!((prompt.prefix_len(), prompt.image_slots.clone()), (67, 2..66));
        let (start, end) = prompt.ids.split_at(67);
        assert_eq!((start, end), (prefix.as_slice(), ids(expected).as_slice()), "{task:?}");
        // what a person copies asks the same
        let copied = Task::Raw { prompt: prompt.text.clone() };
        assert_eq!(Prompt::new(&tokenizer, &copied, 64).unwrap().ids, prompt.ids, "{task:?}");
    };
    let find = |phrase: &str| Task::Find { phrase: phrase.to_owned() };
    check(&Task::Brief { grounded: true }, "64012 712 1648 9");
    check(&Task::Brief { grounded: false }, "712 1648 9");
    check(&Task::Detailed { grounded: true }, "64012 34645 247 38 1648 12 3391 55");
    check(&Task::Detailed { grounded: false }, "34645 247 38 1648 12 3391 55");
    check(&find("a snowman"), "64012 64007 10 43867 64008");
    check(&find(" a snowman next to a fire "), "64012 64007 10 43867 197 7 10 646 64008");
    check(
        &Task::Region { region: NormBox::new(0.390_625, 0.046_875, 0.984_375, 0.828_125) },
        "64012 64007 67 64008 64009 64057 64876 64010 17",
    );
    check(&ask("What is special about this image?", None, true), "64012 14895 55 352 17 667 57 38 1648 93 20032 55");
    check(
        &ask("Where is [the fire] next to?", Some(fire()), true),
        "64012 14895 55 3220 17 64007 5 646 64008 64009 64018 64924 64010 197 7 93 20032 55",
    );
}

#[test]
fn prompts_can_be_read() {
    let tokenizer = tiny();
    let check = |task: &Task, expected: &str| assert_eq!(task_text(&tokenizer, task), expected);
    let linked =
        |words: &str| format!("<phrase> {words}</phrase><object><patch_index_0005><patch_index_0911></object>");
    let link_to_fire = |question: &str| ask(question, Some(fire()), false);
    check(&Task::Brief { grounded: true }, "<grounding> An image of");
    check(&Task::Detailed { grounded: false }, "Describe this image in detail:");
    check(&Task::Region { region: fire() }, &format!("<grounding>{} is", linked("It")));
    check(&link_to_fire("What is [a red dog] on?"), &format!("Question: What is{} on? Answer:", linked("a red dog")));
    check(&link_to_fire("What is THIS"), &format!("Question: What is{} Answer:", linked("THIS")));
    check(&link_to_fire("is it [] or [ the dog"), &format!("Question: is{} [] or [ the dog Answer:", linked("it")));
    check(
        &link_to_fire("it-s [this] and [that]"),
        &format!("Question: it-s{} and{} Answer:", linked("this"), linked("that")),
    );
    check(&link_to_fire("What dog?"), &format!("Question: About{} : What dog? Answer:", linked("this object")));
    check(&ask("What is [this]?", None, true), "<grounding> Question: What is [this]? Answer:");
}

#[test]
fn captions_are_linked_with_the_published_ids() {
    let caption = "A man in a blue hard hat and orange safety vest";
    let last = |tokenizer: &Tokenizer, in_context| {
        let (span, prompt) = Prompt::links(tokenizer, caption, in_context, 64).unwrap().last().unwrap();
        let prompt = prompt.unwrap();
        assert_eq!((&caption[span], prompt.answer_start), ("orange safety vest", prompt.text.len()));
        prompt
    };
    let tokenizer = tiny();
    let vest = "<phrase> orange safety vest</phrase>";
    assert_eq!(last(&tokenizer, true).text, format!("<grounding> A man in a blue hard hat and{vest}"));
    let find = Task::Find { phrase: "orange safety vest".to_owned() };
    assert_eq!(last(&tokenizer, false).ids, Prompt::new(&tokenizer, &find, 64).unwrap().ids);
    assert!(matches!(Prompt::links(&tokenizer, "It is.", true, 64).err(), Some(TextError::NoPhrase)));
    let Some(tokenizer) = published() else { return };
    let prompt = last(&tokenizer, true);
    assert_eq!(prompt.ids[67..], ids("64012 95 242 12 10 1486 354 3958 8 64007 5195 1123 13473 64008"));
}

#[test]
fn conversations_are_one_text() {
    let tokenizer = tiny();
    let before = |question: &str, region, answer: &str| {
        let (question, answer) = (question.to_owned(), answer.to_owned());
        Exchange { question, region, answer }
    };
    let earlier = vec![before("What is this?", Some(fire()), "A fire."), before("Why?", None, "</s><grounding>")];
    let task = |earlier| Task::Ask { question: "Where?".to_owned(), region: None, grounded: true, earlier };
    let prompt = Prompt::new(&tokenizer, &task(earlier.clone()), 8).unwrap();
    // the tiny vocabulary has no angle brackets
    let this = "<phrase> this</phrase><object><patch_index_0005><patch_index_0911></object>";
    let text = format!(
        "<grounding> Question: What is{this} ? Answer: A fire. Question: Why? Answer: /sgrounding Question: Where? Answer:"
    );
    assert_eq!((prompt.text.as_str(), prompt.answer_start), (text.as_str(), text.len()));
    let tags = tokenizer.tags();
    let count = |wanted| prompt.ids.iter().filter(|&&id| id == wanted).count();
    assert_eq!((count(tags.grounding), count(tags.eos), count(tags.phrase)), (1, 0, 1), "typed tags are words");
    assert_eq!(tokenizer.decode(&prompt.ids[prompt.repeats_from..]).trim(), "Question: Where? Answer:");

    let alone = Prompt::new(&tokenizer, &task(Vec::new()), 8).unwrap();
    assert_eq!((alone.repeats_from, alone.n_left_out), (0, 0));
    let n_ids =
        |n_left_out: usize| Prompt::new(&tokenizer, &task(earlier[n_left_out..].to_vec()), 8).unwrap().ids.len();
    for limit in 0..=prompt.ids.len() {
        let shorter = Prompt::within(&tokenizer, &task(earlier.clone()), 8, limit).unwrap();
        let expected = (0..2).find(|&n| n_ids(n) <= limit).unwrap_or(2);
        assert_eq!((shorter.n_left_out, shorter.ids.len()), (expected, n_ids(expected)), "{limit}");
    }
}

#[test]
fn shown_answers_leave_out_instructions() {
    let tokenizer = tiny();
    for task in [Task::Brief { grounded: true }, Task::Region { region: fire() }, Task::Find { phrase: "a dog".into() }]
    {
        assert_eq!(Prompt::new(&tokenizer, &task, 8).unwrap().answer_start, 0);
    }
    for task in [Task::Detailed { grounded: true }, ask("What is this?", None, true)] {
        let prompt = Prompt::new(&tokenizer, &task, 8).unwrap();
        assert_eq!(prompt.answer_start, prompt.text.len());
        let written = [&prompt.ids[prompt.prefix_len()..], &tokenizer.encode_text("a dog").unwrap()].concat();
        assert_eq!(&tokenizer.decode(&written)[prompt.answer_start..], " a dog");
    }
}

#[test]
fn empty_tasks_are_refused() {
    let tokenizer = tiny();
    let check = |task: &Task, expected: &str| {
        let error = Prompt::new(&tokenizer, task, 8).unwrap_err();
        assert_eq!(error.to_string(), format!("The {expected} is empty; type some words and run again"));
    };
    for blank in ["", " \n\t", "\u{200b}"] {
        check(&Task::Find { phrase: blank.to_owned() }, "phrase");
        check(&ask(blank, None, true), "question");
        check(&ask(blank, Some(fire()), true), "question");
        check(&Task::Raw { prompt: blank.to_owned() }, "prompt");
    }
    let error = Prompt::new(&tokenizer, &Task::Brief { grounded: true }, 5000).unwrap_err();
    assert!(error.to_string().contains("fewer than the 5000 tokens"), "{error}");
}

#[test]
fn raw_prompts_can_not_touch_the_image() {
    let tokenizer = tiny();
    for token in ["<image>", "</image>", "<s>", "</s>", "<pad>", "<unk>", "<mask>"] {
        for prompt in [token.to_owned(), format!("<phrase>a{token}dog"), format!("<{token}")] {
            let error = Prompt::new(&tokenizer, &Task::Raw { prompt }, 8).unwrap_err();
            assert!(matches!(&error, TextError::ReservedToken { token: named } if named == token), "{error}");
        }
    }
    assert!(Prompt::new(&tokenizer, &Task::Raw { prompt: "<phrase> a</phrase></doc>".to_owned() }, 8).is_ok());
}

#[test]
fn decoding_drops_control_tokens_and_the_first_space() {
    let tokenizer = tiny();
    let tags = tokenizer.tags();
    let dog = tokenizer.encode_text("a dog").unwrap();
    let check = |ids: &[u32], expected: &str| assert_eq!(tokenizer.decode(ids), expected, "{ids:?}");
    check(&[&[tags.bos], dog.as_slice(), &[tags.eos, tags.pad]].concat(), "a dog");
    check(&[&[tags.unk, tags.phrase], dog.as_slice(), &[tags.phrase_end]].concat(), "<phrase> a dog</phrase>");
    check(&[tags.object, tags.patch(PatchIndex(7)), u32::MAX], "<object><patch_index_0007>");
    check(&[], "");
    let ids = [&[tags.bos], dog.as_slice(), &[tags.grounding, tags.eos]].concat();
    let (text, spans) = tokenizer.decode_spans(&ids);
    assert_eq!(spans.iter().map(|span| &text[span.clone()]).collect::<Vec<_>>(), ["", "a", " dog", "<grounding>", ""]);
}

#[test]
fn damaged_files_are_refused_with_a_sentence() {
    let good = tiny_file();
    let refuse = |file: String, expected: &str| {
        let error = Tokenizer::from_bytes(file.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    refuse(String::new(), "damaged or not a tokenizer.json");
    refuse("<!DOCTYPE html>".to_owned(), "damaged or not a tokenizer.json");
    refuse("[".repeat(200_000), "damaged or not a tokenizer.json");
    refuse(" ".repeat((32 << 20) + 1), "at most 33554432 are read");
    refuse(good.replacen("<grounding>", "<grinding>", 1), "no token <grounding>");
    refuse(good.replacen("<patch_index_0777>", "<patch_index_7770>", 1), "no token <patch_index_0777>");
    refuse(good.replacen("\"Unigram\"", "\"BPE\"", 1), "not a Unigram model");
    refuse(good.replacen("\"unk_id\": 3", "\"unk_id\": 4", 1), "not <unk>");
    refuse(good.replacen("\"WhitespaceSplit\"", "\"FixedLength\"", 1), "kind \"FixedLength\"");
    refuse(good.replacen("\"normalizer\": null", "\"normalizer\": {\"type\": \"Lowercase\"}", 1), "kind \"Lowercase\"");
    let table = "\"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAA\"}";
    refuse(good.replacen("\"normalizer\": null", table, 1), "table of characters is damaged");
    refuse(good.replacen("\"id\": 443", "\"id\": 4430", 1), "gaps in the numbers");
    refuse(good.replacen("\"id\": 443", "\"id\": 442", 1), "shares a number");
    refuse(good.replacen("\"id\": 2,", "\"id\": 5,", 1), "two different numbers");
    let padded = good.replacen("\"padding\": null", "\"padding\": {\"strategy\": {\"Fixed\": 1000000000000}}", 1);
    assert_ne!(padded, good);
    assert!(Tokenizer::from_bytes(padded.as_bytes()).is_ok(), "padding is not looked at");
}

#[test]
fn a_broken_table_of_characters_is_no_panic() {
    for table in ["null", "\"\"", "\"@@@@\"", "\"AAAA\"", "\"/////w==\"", "\"CAAAAAEBAQEBAQEBYWJj\""] {
        let table = format!("\"normalizer\": {{\"type\": \"Precompiled\", \"precompiled_charsmap\": {table}}}");
        let file = tiny_file().replacen("\"normalizer\": null", &table, 1);
        let result = Tokenizer::from_bytes(file.as_bytes()).and_then(|tokenizer| tokenizer.encode_text("a dog ½"));
        let error = result.unwrap_err().to_string();
        assert!(error.contains("table of characters") || error.contains("could not be turned"), "{table}: {error}");
    }
}

#[test]
fn long_texts_are_encoded() {
    let tokenizer = tiny();
    for text in ["dog ".repeat(1 << 18), "d".repeat(1 << 20), "<".repeat(1 << 20), "☃".repeat(1 << 18)] {
        assert!(!tokenizer.encode_text(&text).unwrap().is_empty());
        assert!(!tokenizer.encode_raw(&text).unwrap().is_empty());
        let unfamiliar = tokenizer.unfamiliar(&text).unwrap();
        assert!(unfamiliar.unreadable.len() <= 16 && unfamiliar.spelt.len() <= 16);
    }
}

/// Whether an id marks something instead of saying it.
fn is_tag(tags: &Tags, id: u32) -> bool {
    let named = [tags.bos, tags.pad, tags.eos, tags.unk, tags.image, tags.image_end, tags.phrase, tags.phrase_end];
    let others = [tags.object, tags.object_end, tags.delimiter, tags.grounding];
    named.contains(&id) || others.contains(&id) || tags.as_patch(id).is_some()
}

fn only_words(tokenizer: &Tokenizer, text: &str) -> bool {
    let tags = tokenizer.tags();
    let ids = tokenizer.encode_text(text).unwrap();
    // the ids after the words: <mask> </doc> …
    let words_end = tokenizer.encode_raw("</doc>").unwrap()[0] - 1;
    ids.iter().all(|&id| id == tags.unk || (!is_tag(tags, id) && id > tags.unk && id < words_end))
}

#[test]
fn typed_tags_are_words() {
    for tokenizer in [Some(tiny()), published()].into_iter().flatten() {
        for tag in TAGS {
            for text in
                [tag.to_owned(), format!("a {tag} dog"), format!("a{tag}dog"), tag.repeat(3), format!("<{tag}>")]
            {
                assert!(only_words(&tokenizer, &text), "{text}");
                let prompt = Prompt::new(&tokenizer, &ask(&format!("A {text}?"), None, true), 8).unwrap();
                let tags = tokenizer.tags();
                let count = |wanted| prompt.ids.iter().filter(|&&id| id == wanted).count();
                let counts = [tags.bos, tags.image, tags.image_end, tags.grounding].map(count);
                assert_eq!((counts, [tags.phrase, tags.phrase_end, tags.eos].map(count)), ([1; 4], [0; 3]), "{text}");
            }
        }
    }
}

fn typed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![select(TAGS.to_vec()).prop_map(str::to_owned), any::<String>(), "[ ▁<>/a-z]{0,6}"];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_typed_is_words(text in typed()) {
        thread_local! { static TINY: Tokenizer = tiny(); }
        TINY.with(|tokenizer| assert!(only_words(tokenizer, &text)));
    }

    #[test]
    fn no_damage_to_the_file_is_fatal(flips in vec((any::<Index>(), any::<u8>()), 1..6)) {
        let mut bytes = tiny_file().into_bytes();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        match Tokenizer::from_bytes(&bytes) {
            Ok(tokenizer) => {
                let ids = tokenizer.encode_raw("<grounding> An image of é <phrase>").unwrap();
                let _ = tokenizer.decode(&ids);
            }
            Err(e) => prop_assert_eq!(e.to_string().lines().count(), 1, "{}", e),
        }
    }
}
