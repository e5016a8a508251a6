//! Accuracy of answers to questions, as the VQA server reckons it, and the form in which it compares them.
//!
//! Antol et al. 2015, with the oddities of the evaluation program: a question whose people all say the same compares what is
//! written, letter by letter; and a comma within a number has all signs of the answer left out instead of made spaces.

use std::{collections::HashMap, sync::LazyLock};

/// Signs that are left out where a space is beside one of the kind, and else become a space.
const SIGNS: [char; 21] =
    [';', '/', '[', ']', '"', '{', '}', '(', ')', '=', '+', '\\', '_', '-', '>', '<', '@', '`', ',', '?', '!'];
/// Full stops that are left out at most.
const MOST_STOPS: usize = 32;
/// Words for numbers.
const NUMBERS: [(&str, &str); 12] = [
    ("none", "0"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
];
/// Contractions; with one apostrophe left out, each is taken for what stands here.
const CONTRACTIONS: &str = "'ow's'at 'twas ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't \
    hadn't've hasn't haven't he'd he'd've he's how'd how'll how's isn't it'd it'd've it'll ma'am might've mightn't mightn't've \
    must've mustn't needn't not've o'clock oughtn't shan't she'd've should've shouldn't shouldn't've somebody'd've \
    somebody'll somebody's someone'd someone'd've someone'll someone's something'd something'd've something'll that's \
    there'd there'd've there're there's they'd they'd've they'll they're they've wasn't we'd've we've weren't what'll \
    what're what's what've when's where'd where's where've who'd who'd've who'll who's who've why'll why're why's won't \
    would've wouldn't wouldn't've y'all y'all'd've y'all'll you'd you'd've you'll you're you've";

static WHOLE: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
    let mut whole = HashMap::from([("somebody'd".to_owned(), "somebodyd")]);
    for form in CONTRACTIONS.split_whitespace() {
        for (at, _) in form.match_indices('\'') {
            whole.insert(format!("{}{}", &form[..at], &form[at + 1..]), form);
        }
    }
    whole
});

/// How right an answer is, 0..=1, by those that people gave: a third for each that is the same, at most all; the mean over
/// leaving out each person once.
#[must_use]
pub fn accuracy(answer: &str, people: &[String]) -> f64 {
    let plain = |text: &str| text.replace(['\n', '\t'], " ").trim().to_owned();
    let (mut answer, mut people) = (plain(answer), people.iter().map(|text| plain(text)).collect::<Vec<_>>());
    if people.iter().any(|other| *other != people[0]) {
        answer = normal(&answer);
        people = people.iter().map(|other| normal(other)).collect();
    }
    let n_same = people.iter().filter(|other| **other == answer).count();
    let without = |other: &String| (n_same - usize::from(*other == answer)).min(3) as f64 / 3.0;
    people.iter().map(without).sum::<f64>() / people.len().max(1) as f64
}

/// An answer in the form in which answers are compared: without signs and articles, in small letters, numbers as digits.
#[must_use]
pub fn normal(answer: &str) -> String {
    let text = without_signs(answer).to_lowercase();
    let words = text.split_whitespace().map(|word| {
        let number = NUMBERS.iter().find(|(name, _)| *name == word);
        number.map_or(word, |(_, digits)| digits)
    });
    let words = words.filter(|word| !matches!(*word, "a" | "an" | "the"));
    words.map(|word| WHOLE.get(word).copied().unwrap_or(word)).collect::<Vec<_>>().join(" ")
}

fn without_signs(answer: &str) -> String {
    let chars: Vec<char> = answer.chars().collect();
    let has_long_number =
        chars.windows(3).any(|three| three[1] == ',' && three[0].is_numeric() && three[2].is_numeric());
    let mut text = answer.to_owned();
    for sign in SIGNS {
        let is_beside_space = chars.windows(2).any(|two| *two == [sign, ' '] || *two == [' ', sign]);
        text = text.replace(sign, if is_beside_space || has_long_number { "" } else { " " });
    }
    let chars: Vec<char> = text.chars().collect();
    let mut n_left_out = 0;
    let is_kept = |(i, c): (usize, &char)| {
        let is_stop = *c == '.' && n_left_out < MOST_STOPS && !chars.get(i + 1).is_some_and(|next| next.is_numeric());
        n_left_out += usize::from(is_stop);
        (!is_stop).then_some(*c)
    };
    chars.iter().enumerate().filter_map(is_kept).collect()
}
