//! Text outside a checkpoint's words, spelt in bytes: the ids and texts that the reference's tokenizer gives.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kosmoscope::text::Tokenizer;
use proptest::prelude::*;

use crate::support::files::{self, project};

fn file() -> String {
    std::fs::read_to_string(project("assets/mini/tokenizer.json")).unwrap()
}

fn mini() -> Tokenizer {
    Tokenizer::from_bytes(file().as_bytes()).unwrap()
}

#[test]
fn characters_outside_the_words_are_spelt_in_bytes() {
    let tokenizer = mini();
    let check = |text: &str, expected: &[u32]| {
        let ids = tokenizer.encode_text(text).unwrap();
        assert_eq!(ids, expected, "{text}");
        assert_eq!(tokenizer.decode(&ids), text);
    };
    check("a naïve dog", &[1369, 1382, 1432, 1526, 1453, 1436, 715]);
    check("Öl", &[1431, 1540, 1443]);
    check("кот и дом", &[1431, 1557, 1561, 1565, 1431, 1555, 1431, 1551, 1561, 1559]);
    check("犬と猫", &[1431, 1849, 1756, 1790, 1845, 1747, 1786, 1849, 1758, 1789]);
    check("a 🦊 cat", &[1369, 1431, 1858, 1777, 1784, 1756, 648]);
}

#[test]
fn half_a_character_is_not_shown() {
    let tokenizer = mini();
    let ids = tokenizer.encode_text("a 🦊 cat").unwrap();
    let texts: Vec<String> = (0..=ids.len()).map(|n| tokenizer.decode(&ids[..n])).collect();
    assert_eq!(texts, ["", "a", "a ", "a ", "a ", "a ", "a 🦊", "a 🦊 cat"]);
    let (text, spans) = tokenizer.decode_spans(&ids);
    assert_eq!(&text[spans[5].clone()], "🦊");
    // the first two bytes of the fox, then a word; then a byte that begins nothing
    assert_eq!(tokenizer.decode(&[ids[2], ids[3], ids[6]]), "\u{FFFD} cat");
    assert_eq!(tokenizer.decode(&[ids[4], ids[6]]), "\u{FFFD} cat");
}

#[test]
fn a_vocabulary_without_some_byte_is_refused() {
    let file = file().replacen("\"<0x7F>\"", "\"<0x7G>\"", 1);
    let error = Tokenizer::from_bytes(file.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("no piece for some bytes"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_first_part_of_the_ids_gives_the_first_part_of_the_text(ids in proptest::collection::vec(0_u32..1900, 0..24)) {
        let tokenizer = mini();
        let (text, spans) = tokenizer.decode_spans(&ids);
        for n in 0..=ids.len() {
            prop_assert!(text.starts_with(&tokenizer.decode(&ids[..n])), "{ids:?} up to {n}");
        }
        prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
}

/// The table of the published checkpoint, as its sentencepiece file holds it.
#[test]
fn the_published_table_of_characters_is_read() {
    let Some(path) = files::shared("tokenizer/sentencepiece.bpe.model") else { return };
    let model = std::fs::read(path).unwrap();
    // The field after the normalizer's name: its number, its length of three bytes, its content.
    let start = model.windows(8).position(|window| window == b"nmt_nfkc").unwrap() + 8 + 4;
    let table = STANDARD.encode(&model[start..start + 237_539]);
    let normalizer = format!("\"normalizer\": {{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"{table}\"}}");
    let file = std::fs::read_to_string(files::tiny().join("tokenizer.json")).unwrap();
    let file = file.replacen("\"normalizer\": null", &normalizer, 1);
    let tokenizer = Tokenizer::from_bytes(file.as_bytes()).unwrap();
    for (typed, same) in [("ﬁne", "fine"), ("ａ　dog", "a dog"), ("a①", "a1"), ("dog\u{200b}", "dog")] {
        assert_eq!(tokenizer.encode_text(typed).unwrap(), tokenizer.encode_text(same).unwrap(), "{typed}");
    }
    let all: String = (1..=0xFFFF).filter_map(char::from_u32).collect();
    assert!(!tokenizer.encode_text(&all).unwrap().is_empty());
}
