//! A line as METEOR 1.5 splits it into words before it compares them: its `-norm` for English, then small letters.
//!
//! Not the splitting of [`tokens`](crate::metrics::tokens), whose words come through here a second time.

/// What may stand inside a word; all else stands alone.
fn stays(c: char) -> bool {
    is_letter(c) || c.is_ascii_digit() || matches!(c, '.' | '\'' | '`' | ',' | '-' | '‘' | '’') || is_space(c)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

/// Letters of the languages that METEOR knows.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ž')
}

/// Prefixes whose dot is no full stop, in the small letters that captions come in and as they are.
const BEFORE_DOTS: &str = "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z Adj Adm Adv Asst Bart Bldg Brig Bros Capt \
    Cmdr Col Comdr Con Corp Cpl DR Dr Drs Ens Gen Gov Hon Hr Hosp Insp Lt MM MR MRS MS Maj Messrs Mlle Mme Mr Mrs Ms Msgr \
    Op Ord Pfc Ph Prof Pvt Rep Reps Res Rev Rt Sen Sens Sfc Sgt Sr St Supt Surg v vs i.e rev e.g Nos Nr";

/// Prefixes whose dot is no full stop before a number.
const BEFORE_NUMBERS: &str = "No Art pp";

/// The words of a line.
pub(super) fn words(line: &str) -> Vec<String> {
    let chars = spaced(line);
    let chars = dots(&chars);
    let chars = commas(&chars);
    let chars = quotes(&chars);
    let chars = dashes(&chars);
    let chars = apostrophes(&chars);
    let text: String = chars.into_iter().collect();
    let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
    let mut out = Vec::new();
    for (i, word) in words.iter().enumerate() {
        final_dot(word, words.get(i + 1).copied(), &mut out);
    }
    out.iter().map(|word| word.to_lowercase()).collect()
}

fn spaced(line: &str) -> Vec<char> {
    let mut out = vec![' '];
    for c in line.chars() {
        if stays(c) { out.push(c) } else { out.extend([' ', c, ' ']) }
    }
    out.push(' ');
    out
}

fn dots(chars: &[char]) -> Vec<char> {
    let mut out = Vec::new();
    for run in chars.chunk_by(|a, b| *a == '.' && *b == '.') {
        if run.len() > 1 {
            out.push(' ');
            out.extend(run);
            out.push(' ');
        } else {
            out.extend(run);
        }
    }
    out
}

/// Each mark between two characters that fit becomes something else, as far as the first stands in no such three before.
fn replaced(chars: &[char], mark: char, fits: impl Fn(char, char) -> bool, by: &[char]) -> Vec<char> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        out.push(chars[i]);
        if let (Some(&middle), Some(&after)) = (chars.get(i + 1), chars.get(i + 2))
            && middle == mark
            && fits(chars[i], after)
        {
            out.extend(by);
            out.push(after);
            i += 2;
        }
        i += 1;
    }
    out
}

fn commas(chars: &[char]) -> Vec<char> {
    let digit = |c: char| c.is_ascii_digit();
    let chars = replaced(chars, ',', |a, b| !digit(a) && !digit(b), &[' ', ',', ' ']);
    let chars = replaced(&chars, ',', |a, b| digit(a) && !digit(b), &[' ', ',', ' ']);
    replaced(&chars, ',', |a, b| !digit(a) && digit(b), &[' ', ',', ' '])
}

fn quotes(chars: &[char]) -> Vec<char> {
    let single = |c: char| if matches!(c, '`' | '‘' | '’') { '\'' } else { c };
    let mut out: Vec<char> = Vec::new();
    for c in chars.iter().map(|c| single(*c)) {
        match c {
            '“' | '”' => out.extend([' ', '"', ' ']),
            '\'' if out.last() == Some(&'\'') => {
                out.pop();
                out.extend([' ', '"', ' ']);
            }
            c => out.push(c),
        }
    }
    out
}

fn dashes(chars: &[char]) -> Vec<char> {
    let mut out: Vec<char> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        match chars[i] {
            '–' => out.extend([' ', '-', ' ']),
            '-' if chars.get(i + 1) == Some(&'-') => {
                out.push('-');
                i += 1;
            }
            c => out.push(c),
        }
        i += 1;
    }
    let inner = |c: char| is_letter(c) || c.is_ascii_digit();
    replaced(&out, '-', |a, b| (inner(a) || a == '.') && inner(b), &[' '])
}

fn apostrophes(chars: &[char]) -> Vec<char> {
    let (letter, digit) = (is_letter, |c: char| c.is_ascii_digit());
    let chars = replaced(chars, '\'', |a, b| !letter(a) && !letter(b), &[' ', '\'', ' ']);
    let chars = replaced(&chars, '\'', |a, b| !letter(a) && !digit(a) && letter(b), &[' ', '\'', ' ']);
    let chars = replaced(&chars, '\'', |a, b| letter(a) && !letter(b), &[' ', '\'', ' ']);
    let chars = replaced(&chars, '\'', |a, b| letter(a) && letter(b), &[' ', '\'']);
    replaced(&chars, '\'', |a, b| digit(a) && b == 's', &[' ', '\''])
}

fn final_dot(word: &str, next: Option<&str>, out: &mut Vec<String>) {
    let Some(prefix) = word.strip_suffix('.').filter(|prefix| !prefix.is_empty() && !prefix.ends_with('.')) else {
        out.push(word.to_owned());
        return;
    };
    let is_in = |list: &str| list.split_whitespace().any(|listed| listed == prefix);
    let is_number = |next: &str| next.starts_with(|c: char| c.is_ascii_digit());
    let is_small = |next: &str| next.starts_with(|c: char| c.is_ascii_lowercase());
    if prefix.contains('.') && prefix.chars().any(char::is_alphabetic) {
        out.push(prefix.replace('.', ""));
    } else if is_in(BEFORE_DOTS) || next.is_some_and(is_small) || is_in(BEFORE_NUMBERS) && next.is_some_and(is_number) {
        out.push(word.to_owned());
    } else {
        out.extend([prefix.to_owned(), ".".to_owned()]);
    }
}
