//! The noun phrases and referring expressions of captions: tables of what is found in which, and promises for any text.

use kosmoscope::phrases::{expressions, noun_phrases, outermost};
use proptest::prelude::*;

/// Captions and their phrases, in order.
const CAPTIONS: &[(&str, &[&str])] = &[
    // the published examples
    ("a snowman warming himself by a fire", &["a snowman", "a fire"]),
    ("An image of a snowman warming himself by a campfire.", &["a snowman", "a campfire"]),
    ("a dog in a field of flowers", &["a dog", "a field", "flowers"]),
    ("Two puppies sit in a field of grass.", &["Two puppies", "a field", "grass"]),
    ("A man in a blue hard hat and orange safety vest", &["A man", "a blue hard hat", "orange safety vest"]),
    ("a wire hanger with a paper cover", &["a wire hanger", "a paper cover"]),
    // lists
    ("a cat, a dog and three birds", &["a cat", "a dog", "three birds"]),
    ("a sun, a tree and a dog", &["a sun", "a tree", "a dog"]),
    ("A bathroom with a toilet, sink, and shower.", &["A bathroom", "a toilet", "sink", "shower"]),
    ("food and drink on a picnic blanket", &["food", "drink", "a picnic blanket"]),
    ("dogs", &["dogs"]),
    // one noun behind another, measures
    ("a cup of coffee", &["a cup", "coffee"]),
    ("a couple of dogs and a lot of people", &["a couple", "dogs", "people"]),
    ("a group of people playing soccer on a grass field", &["a group", "people", "soccer", "a grass field"]),
    ("A street sign on a pole in front of a building.", &["A street sign", "a pole", "a building"]),
    // adjectives and participles
    ("A black and white photo of two black and white cats", &["two black and white cats"]),
    ("a big, red ball near the swimming pool", &["a big, red ball", "the swimming pool"]),
    ("a red and a yellow flower", &["a red", "a yellow flower"]),
    ("an orange beside an orange cat", &["an orange", "an orange cat"]),
    ("A brightly colored parrot perched on a branch.", &["A brightly colored parrot", "a branch"]),
    ("A snow covered mountain behind a frozen lake.", &["A snow covered mountain", "a frozen lake"]),
    ("Parked cars line the street.", &["Parked cars", "the street"]),
    ("The largest of the three bears", &["the three bears"]),
    ("The sky is blue, the man is bald and there is snow.", &["The sky", "the man", "snow"]),
    // verbs
    ("A man and a woman walk on the beach.", &["A man", "a woman", "the beach"]),
    ("A tennis player hits a ball with his racket.", &["A tennis player", "a ball", "his racket"]),
    ("A cat naps on a sofa.", &["A cat", "a sofa"]),
    ("Two wrist watches and a man who watches a bird", &["Two wrist watches", "a man", "a bird"]),
    ("A sheep with its two lambs stands in a meadow.", &["A sheep", "its two lambs", "a meadow"]),
    ("Workers repair the roof of a house.", &["Workers", "the roof", "a house"]),
    ("The chef is about to scoop the ice.", &["The chef", "the ice"]),
    ("a girl standing in a parking lot, wearing red shoes", &["a girl", "a parking lot", "red shoes"]),
    ("A woman is cutting a large cake and isn't smiling.", &["A woman", "a large cake"]),
    ("Two boys splash water while their sister watches.", &["Two boys", "water", "their sister"]),
    ("A dog, wearing a hat, jumps over a log and barks.", &["A dog", "a hat", "a log"]),
    ("The street lights are on where the bus stops at a light.", &["The street lights", "the bus", "a light"]),
    ("Another jumps, one looking at a beer can.", &["a beer can"]),
    ("Children have water fights as birds fly overhead.", &["Children", "water fights", "birds"]),
    ("A man painting a building beside a painting", &["A man", "a building", "a painting"]),
    // worn colours, tops and other words for two things
    ("A woman in red and a girl wearing a blue top", &["A woman", "red", "a girl", "a blue top"]),
    ("a table top and a swing set at the top of a hill", &["a table top", "a swing set", "a hill"]),
    ("A picture of a cat beside a picture of a dog", &["a cat", "a picture", "a dog"]),
    ("flags with red, white and blue stripes", &["flags", "red, white and blue stripes"]),
    // web texts
    ("Women's waterproof hiking boots - 1970s style", &["Women's waterproof hiking boots", "1970s style"]),
    ("Freshly baked bread and hand painted cups", &["Freshly baked bread", "hand painted cups"]),
    // possessives
    ("the man's red hat", &["the man's red hat"]),
    ("the boys’ bikes and James' hat", &["the boys’ bikes", "James' hat"]),
    ("a sign with 'no dogs' on it", &["a sign"]),
    ("someone's arm on a man's back", &["someone's arm", "a man's back"]),
    ("a nurse takes a patient's blood pressure", &["a nurse", "a patient's blood pressure"]),
    ("a dog beside the cat's", &["a dog", "the cat"]),
    ("it's a dog with its ball", &["a dog", "its ball"]),
    // what names no place
    ("the dog on the left is bigger than the dog on the right", &["the dog", "the dog"]),
    ("a tree in the background of the picture at night", &["a tree"]),
    ("no dogs but some love and happiness", &[]),
    ("She sees him, and they see each other themselves.", &[]),
    // other signs and letters
    ("a café with crème brûlée, a jalapeño", &["a café", "crème brûlée", "a jalapeño"]),
    ("a 🐶 beside two ☃️, so cute 😀😀", &["a 🐶", "two ☃️"]),
    ("a T-shirt, a 3-year-old boy and a well-lit room", &["a T-shirt", "a 3-year-old boy", "a well-lit room"]),
    ("2 bananas (ripe) \u{2014} a “bowl”", &["2 bananas", "bowl"]),
    ("собака и 狗", &["собака и 狗"]),
    ("", &[]),
    (" \n\t\u{200b}", &[]),
    ("...!?", &[]),
    ("the of a", &[]),
];

/// The same where capitals tell a name.
const NAMES: &[(&str, &[&str])] = &[
    ("Mr. Smith waves near St. Paul's Cathedral, London", &["Mr. Smith", "St. Paul's Cathedral", "London"]),
    // the full stop is the abbreviation's own, with or without words behind it
    ("A bus on Main St.", &["A bus", "Main St."]),
    ("A bus on Main St. A dog sits.", &["A bus", "Main St.", "A dog"]),
    ("SR.", &["SR."]),
    ("SR. a", &["SR."]),
    ("Apple iPhone 12 Pro in Pacific Blue, size 8", &["Apple iPhone 12 Pro", "Pacific Blue"]),
    ("Queen Anne waves to Harley riders", &["Queen Anne", "Harley riders"]),
    ("a New York Mets shirt near Niagara", &["a New York Mets shirt", "Niagara"]),
];

/// Captions and their outermost referring expressions, in order.
const EXPRESSIONS: &[(&str, &[&str])] = &[
    // the published examples
    ("a dog in a field of flowers", &["a dog in a field of flowers"]),
    ("Two puppies sit in a field of grass.", &["Two puppies", "a field of grass"]),
    ("Solar cells on a red roof are shiny.", &["Solar cells on a red roof"]),
    (
        "a wire hanger with a paper cover that reads we heart our customers",
        &["a wire hanger with a paper cover that reads we heart our customers"],
    ),
    // behind a verb only what can't belong to the verb
    ("A couple sits on a bench feeding a flock of birds.", &["A couple", "a bench", "a flock of birds"]),
    ("A woman hugs a child wearing a hat.", &["A woman", "a child wearing a hat"]),
    ("A man kicks a ball in the park.", &["A man", "a ball", "the park"]),
    ("He stands near a lake surrounded by trees.", &["a lake surrounded by trees"]),
    // joined phrases
    ("a man and a woman in a red dress", &["a man", "a woman in a red dress"]),
    ("a man in a hat and a woman in a dress", &["a man in a hat", "a woman in a dress"]),
    ("a room with a desk, two chairs, and a lamp", &["a room with a desk, two chairs, and a lamp"]),
    ("two cats, one black and one white, on a mat", &["two cats, one black and one white", "a mat"]),
    // clauses
    ("a man who is holding a cup looks at a dog that barks", &["a man who is holding a cup", "a dog that barks"]),
    ("a boy using a phone while sitting on grass", &["a boy using a phone while sitting on grass"]),
    ("a girl sings while a boy dances", &["a girl", "a boy"]),
    ("There is a bed with a pillow. A lamp.", &["a bed with a pillow", "A lamp"]),
    ("", &[]),
];

#[test]
fn captions_have_these_expressions() {
    for (caption, expected) in EXPRESSIONS {
        let grown: Vec<_> = expressions(caption).into_iter().map(|expression| expression.span).collect();
        let words: Vec<_> = outermost(&grown).into_iter().map(|span| &caption[span]).collect();
        assert_eq!(words, *expected, "{caption}");
    }
}

#[test]
fn spans_within_others_are_left_out() {
    assert_eq!(outermost(&[0..9, 2..4, 0..9, 9..12, 8..12]), [0..9, 0..9, 8..12]);
}

fn found(text: &str) -> Vec<&str> {
    noun_phrases(text).into_iter().map(|span| &text[span]).collect()
}

#[test]
fn captions_have_these_phrases() {
    for (caption, expected) in CAPTIONS.iter().chain(NAMES) {
        assert_eq!(found(caption), *expected, "{caption}");
    }
}

#[test]
fn capitals_and_line_ends_change_nothing() {
    for (caption, expected) in CAPTIONS.iter().filter(|(caption, _)| caption.is_ascii()) {
        let shouted = caption.to_uppercase();
        assert_eq!(found(&shouted), expected.iter().map(|words| words.to_uppercase()).collect::<Vec<_>>(), "{shouted}");
        let broken = caption.replace(' ', "\r\n  ");
        assert_eq!(found(&broken).len(), expected.len(), "{broken}");
    }
}

#[test]
fn long_texts_take_no_time() {
    let text = "a dog under a tree, ".repeat(20_000);
    let start = std::time::Instant::now();
    assert_eq!(noun_phrases(&text).len(), 40_000);
    assert_eq!(expressions(&text).len(), 40_000);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    assert_eq!(noun_phrases(&"a".repeat(1 << 20)).len(), 1);
    assert!(noun_phrases(&"the ".repeat(1 << 16)).is_empty());
}

fn caption() -> impl Strategy<Value = String> {
    let words = "a the two no some man's dogs red is there of to and , . ' - that riding parked watches ride it 🐶 é ’s \u{301}";
    let word = proptest::sample::select(words.split(' ').collect::<Vec<_>>());
    proptest::collection::vec(prop_oneof![word.prop_map(str::to_owned), any::<String>()], 0..24)
        .prop_map(|words| words.join(" "))
}

#[test]
fn an_abbreviation_keeps_its_full_stop_whatever_follows() {
    for short in ["Dr", "mr", "Mrs", "ms", "St", "mt", "JR", "sr", "prof"] {
        let alone = noun_phrases(&format!("{short}."));
        assert_eq!(alone, std::slice::from_ref(&(0..short.len() + 1)), "{short}");
        for more in [" a", " A dog sits.", " the man's dogs", ", and", " is there", " 🐶", "\n"] {
            let text = format!("{short}.{more}");
            assert_eq!(noun_phrases(&text)[..1], alone[..], "{text:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn spans_are_whole_and_in_order(text in caption()) {
        let mut end = 0;
        for span in noun_phrases(&text) {
            prop_assert!(span.start >= end && span.end > span.start);
            let words = text.get(span.clone());
            prop_assert!(words.is_some_and(|words| words.trim() == words && !words.is_empty()), "{span:?}");
            end = span.end;
        }
    }

    #[test]
    fn expressions_begin_with_their_phrases(text in caption()) {
        let grown = expressions(&text);
        prop_assert_eq!(grown.iter().map(|grown| grown.phrase.clone()).collect::<Vec<_>>(), noun_phrases(&text));
        for grown in grown {
            prop_assert!(grown.span.start == grown.phrase.start && grown.span.end >= grown.phrase.end);
            prop_assert!(text.get(grown.span.clone()).is_some_and(|words| words.trim() == words), "{:?}", grown.span);
        }
    }

    #[test]
    fn what_follows_a_full_stop_changes_nothing_before_it(text in caption(), more in caption()) {
        // that of an abbreviation ends no sentence, so a name may follow
        let is_short = |word| text.to_lowercase().ends_with(word);
        prop_assume!(!["dr", "mr", "mrs", "ms", "st", "mt", "jr", "sr", "prof"].into_iter().any(is_short));
        let both = format!("{text}. {more}");
        let first = noun_phrases(&format!("{text}."));
        prop_assert_eq!(&noun_phrases(&both)[..first.len()], first.as_slice());
    }
}
