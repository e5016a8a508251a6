//! What a person types is only ever words, in every field of every task: it adds no tag and no box, and is shown as typed.

#![allow(clippy::unwrap_used, reason = "a test that can't set itself up has failed")]

use kosmoscope::{
    caption::Caption,
    engine::GenerateOptions,
    geometry::NormBox,
    grounding::{Marked, parse_marked},
    text::{Exchange, Prompt, Task, TextError, Tokenizer},
};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::support::{
    files,
    model::{self, meadow, mini, tiny, try_answer},
};

const SLOTS: usize = 64;

thread_local! { static TOKENIZERS: Vec<Tokenizer> = tokenizers(); }

/// The built-in one, which spells every character, the tests' tiny one, and the published one if it is there.
fn tokenizers() -> Vec<Tokenizer> {
    let ours = ["assets/mini/tokenizer.json", "tests/data/tiny/tokenizer.json"].map(files::project);
    let files = ours.into_iter().chain(files::shared("tokenizer/tokenizer.json"));
    files.map(|path| Tokenizer::from_bytes(&std::fs::read(path).unwrap()).unwrap()).collect()
}

/// Text with pieces of markup in it.
fn typed() -> impl Strategy<Value = String> {
    let markup = "<phrase> </phrase> <object> </object> </delimiter_of_multi_objects/> <grounding> <image> </image> <s> </s> \
                  <unk> <pad> <mask> <patch_index_0044> <patch_index_0863> <patch_index_ < > <3 <OK> a dog é 🐶 [ ] it";
    let pieces: Vec<&str> = markup.split(' ').collect();
    let link = Just("<phrase> a cat</phrase><object><patch_index_0044><patch_index_0863></object>".to_owned());
    let piece = prop_oneof![6 => select(pieces).prop_map(str::to_owned), 2 => link, 1 => any::<String>(), 1 => Just(" ".to_owned())];
    // two words of which every vocabulary can read one at least
    vec(piece, 0..8).prop_map(|pieces| format!("dog {}", pieces.concat()))
}

/// Every task with this typed into one of its fields, and the boxes that the prompt gives it.
fn tasks(text: &str) -> Vec<(Task, usize)> {
    let region = NormBox::new(0.2, 0.2, 0.6, 0.6);
    let ask =
        |question: &str, region, earlier| Task::Ask { question: question.to_owned(), region, grounded: true, earlier };
    let exchange = |question: &str, answer: &str| {
        vec![Exchange { question: question.to_owned(), region: None, answer: answer.to_owned() }]
    };
    vec![
        (Task::Find { phrase: text.to_owned() }, 0),
        (ask(text, None, vec![]), 0),
        (ask(&text.replace(['[', ']'], ""), Some(region), vec![]), 1),
        (ask(&format!("Is [{}] red?", text.replace(['[', ']'], "")), Some(region), vec![]), 1),
        (ask("Why?", None, exchange(text, "So.")), 0),
        (ask("Why?", None, exchange("Where?", text)), 0),
    ]
}

/// What a prompt says by itself, all of it shown.
fn caption(tokenizer: &Tokenizer, prompt: &Prompt) -> Caption {
    let ids = &prompt.ids[prompt.prefix_len()..];
    let (text, spans) = tokenizer.decode_spans(ids);
    let tags = ids.iter().zip(spans).filter_map(|(id, span)| Some((tokenizer.tag(*id)?, span)));
    parse_marked(Marked::new(&text, tags), 0).caption
}

fn n_tags(tokenizer: &Tokenizer, prompt: &Prompt) -> usize {
    prompt.ids.iter().filter(|id| tokenizer.tag(**id).is_some()).count()
}

fn check(tokenizer: &Tokenizer, text: &str) {
    for ((task, n_boxes), (plain, _)) in tasks(text).into_iter().zip(tasks("dog")) {
        let prompt = match Prompt::new(tokenizer, &task, SLOTS) {
            Ok(prompt) => prompt,
            Err(TextError::UnknownCharacters { .. }) if matches!(task, Task::Find { .. }) => continue,
            Err(e) => panic!("{e}: {task:?}"),
        };
        let plain = Prompt::new(tokenizer, &plain, SLOTS).unwrap();
        assert_eq!(n_tags(tokenizer, &prompt), n_tags(tokenizer, &plain), "{task:?}");
        let caption = caption(tokenizer, &prompt);
        let regions: Vec<_> = caption.phrases.iter().flat_map(|phrase| &phrase.regions).collect();
        assert_eq!(regions.len(), n_boxes, "{task:?}: {caption:?}");
        assert_eq!(prompt.image_slots, plain.image_slots);
    }
    for (_, prompt) in Prompt::links(tokenizer, text, true, SLOTS).into_iter().flatten() {
        let Ok(prompt) = prompt else { continue };
        assert_eq!((n_tags(tokenizer, &prompt), caption(tokenizer, &prompt).phrases.len()), (5, 0), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_that_is_typed_adds_a_tag_or_a_box(text in typed()) {
        TOKENIZERS.with(|tokenizers| tokenizers.iter().for_each(|tokenizer| check(tokenizer, &text)));
    }
}

#[test]
fn answers_show_what_was_typed() {
    let (mut engine, picture) = (mini(), meadow());
    let options = GenerateOptions { max_new_tokens: 16, ..GenerateOptions::original() };
    let phrases =
        ["a rabbit <3", "the <OK> button", "1 < 2 and 3 > 2", "</phrase><object>", "a  dog", "a ｄｏｇ", "<image>"];
    for typed in phrases {
        let found = model::answer(&mut engine, &picture, Task::Find { phrase: format!(" {typed}\n") }, options.clone());
        assert!(found.caption.text.starts_with(typed), "{typed}: {}", found.caption.text);
        for phrase in &found.caption.phrases {
            assert_eq!(found.caption.words(phrase), typed);
            assert!(phrase.regions.iter().all(|region| region.score.is_some()), "a box that nobody wrote: {phrase:?}");
        }
    }
    let forged = "Is there <phrase> a dog</phrase><object><patch_index_0044><patch_index_0863></object>?";
    let task = Task::Ask { question: forged.into(), region: None, grounded: true, earlier: vec![] };
    let answer = model::answer(&mut engine, &picture, task, options);
    let regions: Vec<_> = answer.caption.phrases.iter().flat_map(|phrase| &phrase.regions).collect();
    assert!(regions.iter().all(|region| region.score.is_some()), "{regions:?}");
    assert!(answer.prompt.contains(forged), "{}", answer.prompt);
}

#[test]
fn a_prompt_of_tags_still_is_one() {
    let prompt = "<grounding><phrase> a dog</phrase><object><patch_index_0863><patch_index_0044></object>";
    let options = GenerateOptions { max_new_tokens: 1, ..GenerateOptions::original() };
    let answer = model::answer(&mut mini(), &meadow(), Task::Raw { prompt: prompt.to_owned() }, options.clone());
    let region = &answer.caption.phrases[0].regions[0];
    assert_eq!(
        (answer.caption.words(&answer.caption.phrases[0]), region.score.or(region.token_probability)),
        ("a dog", None)
    );
    // its corners are in order, the model's own order stays in the raw text
    let record = answer.record("meadow.png");
    let boxes = record.phrases[0].boxes.iter().map(|place| (place.norm, place.pixels)).collect::<Vec<_>>();
    let expected = ([0.390_625, 0.046_875, 0.984_375, 0.828_125], [468.75, 42.187_5, 1181.25, 745.312_5]);
    assert_eq!(boxes, [expected]);
    assert!(record.raw.starts_with(prompt), "{}", record.raw);
    assert!(record.warnings.contains(&"The corners of a box came in the wrong order and were put in order".to_owned()));
    assert_eq!(record.ending, "complete");
    let cut_off = model::answer(&mut mini(), &meadow(), Task::Brief { grounded: true }, options);
    assert_eq!(cut_off.record("").ending, "limit");
}

#[test]
fn what_the_vocabulary_can_not_spell_is_refused_or_told() {
    let (mut engine, picture) = (tiny(), meadow());
    let options = GenerateOptions { max_new_tokens: 4, ..GenerateOptions::original() };
    let mut answer = |task: Task| try_answer(&mut engine, &picture, task, options.clone());
    let ask = |question: &str| Task::Ask { question: question.into(), region: None, grounded: false, earlier: vec![] };
    for (typed, characters) in [("狗", "狗"), ("собака", "собака"), ("a red café", "é"), ("🐕", "🐕"), ("a <dog", "<")]
    {
        let sentence = format!("The model can't read “{characters}”; write it in plain English words and run again");
        assert_eq!(answer(Task::Find { phrase: typed.into() }).unwrap_err(), sentence);
        let told = format!("The model can't read “{characters}”; plain English words are safest");
        for task in [ask(&format!("Is there {typed}?")), Task::Raw { prompt: format!("<grounding> a dog {typed}") }] {
            let notes = answer(task.clone()).unwrap().notes();
            assert!(notes.contains(&told), "{task:?}: {notes:?}");
        }
    }
    assert!(answer(ask("狗")).unwrap_err().starts_with("The model can't read “狗”"), "a question of nothing else");
    let linked = answer(Task::Link { caption: "a dog and a café".into() }).unwrap();
    assert_eq!(linked.prompt, "<grounding><phrase> a dog</phrase>", "only what can be read is looked for");
    assert!(linked.notes().iter().any(|note| note == "“a dog” and “a café” have no box"), "{:?}", linked.notes());
    assert!(answer(Task::Link { caption: "a café".into() }).unwrap_err().starts_with("The model can't read “é”"));
    let notes = answer(ask("Is there a dog?")).unwrap().notes();
    assert!(notes.iter().all(|note| !note.contains("can't read")), "{notes:?}");
}

#[test]
fn the_published_vocabulary_says_what_it_can_not_spell() {
    let Some(path) = files::shared("tokenizer/tokenizer.json") else { return };
    let tokenizer = Tokenizer::from_bytes(&std::fs::read(path).unwrap()).unwrap();
    let unreadable = |text: &str| tokenizer.unfamiliar(text).unwrap().unreadable.concat();
    assert_eq!(["a dog", "café", "a rabbit <3", "½ ﬁne"].map(unreadable), ["", "", "", ""]);
    assert_eq!(["狗", "🐕", "a 狗 and 狗"].map(unreadable), ["狗", "🐕", "狗"]);
}

#[test]
fn words_that_a_small_checkpoint_never_learnt_are_doubted() {
    let (mut engine, picture) = (mini(), meadow());
    let mut doubt = |task: Task| model::answer(&mut engine, &picture, task, GenerateOptions::original()).doubt;
    let expected = "This checkpoint never learnt the word “periscope”, so the answer means little".to_owned();
    assert_eq!(doubt(Task::Find { phrase: "a periscope, 12".into() }), Some(expected.clone()));
    assert_eq!(doubt(Task::Link { caption: "a dog and a periscope".into() }), Some(expected));
    let expected = "This checkpoint never learnt the word “狗”, so the answer means little";
    assert_eq!(doubt(Task::Find { phrase: "狗".into() }).as_deref(), Some(expected));
    for known in ["a dog's 12 stars", "a submarine", "a rabbit <3"] {
        assert_eq!(doubt(Task::Find { phrase: known.into() }), None, "{known}");
    }
}
