//! Operations of protocol 0: their arguments are lines of text.

use super::{Machine, Value};

impl Machine<'_> {
    pub(super) fn line(&mut self, operation: u8) -> Result<(), String> {
        let line = self.take_line()?.to_vec();
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        let text = String::from_utf8_lossy(line);
        match operation {
            b'p' => self.remember(key(&text)?),
            b'g' => self.recall(key(&text)?),
            b'S' => self.push(Value::Text(quoted(line).ok_or("it has a text without quotes")?)),
            b'V' => self.push(Value::Text(unescaped(line, "uU"))),
            b'F' => self.push(Value::Other),
            _ => {
                // A number too long for 64 bits is one that nobody here needs.
                let digits = text.strip_suffix('L').unwrap_or(&text);
                let is_number = digits.strip_prefix('-').unwrap_or(digits).bytes().all(|byte| byte.is_ascii_digit());
                if !is_number || digits.is_empty() {
                    return Err("it has a number without digits".to_owned());
                }
                self.push(digits.parse().map_or(Value::Other, Value::Int))
            }
        }
    }
}

fn key(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "it refers to nothing".to_owned())
}

/// A text of Python 2, as that would print it.
fn quoted(line: &[u8]) -> Option<String> {
    let (first, rest) = line.split_first()?;
    let (last, inner) = rest.split_last()?;
    (matches!(first, b'\'' | b'"') && first == last).then(|| unescaped(inner, "x\\'\"ntr"))
}

/// A text with these signs escaped by a backslash. Bytes beyond ASCII are UTF-8, or else Latin-1, which newer Pythons write.
fn unescaped(line: &[u8], known: &str) -> String {
    let text = String::from_utf8(line.to_vec()).unwrap_or_else(|_| line.iter().copied().map(char::from).collect());
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text.as_str());
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let sign = after.chars().next().filter(|sign| known.contains(*sign));
        let n_digits = match sign {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            _ => 0,
        };
        let code = after.get(1..=n_digits).filter(|digits| !digits.is_empty());
        let code = code.and_then(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?));
        let (told, n_read) = match (sign, code) {
            (Some('x' | 'u' | 'U'), Some(code)) => (code, 1 + n_digits),
            (Some('n'), _) => ('\n', 1),
            (Some('t'), _) => ('\t', 1),
            (Some('r'), _) => ('\r', 1),
            (Some(sign @ ('\\' | '\'' | '"')), _) => (sign, 1),
            _ => ('\\', 0),
        };
        plain.push(told);
        rest = &after[n_read..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::super::Pickle;

    #[test]
    fn texts_and_numbers_of_protocol_0_are_read() {
        // as Python 2.7 and 3.11 write the same list
        let old =
            b"(lp0\nS'a\\n\\xe9\\\\ \"'\np1\naI-5\naL12345678901L\naF0.5\naI01\naVcaf\\u00e9 \\U0001f600\np2\nag1\na.";
        let pickle = Pickle::read(old).unwrap();
        let items = pickle.sequence(pickle.root()).unwrap();
        assert_eq!(pickle.text(items[0]), Some("a\n\u{e9}\\ \""));
        assert_eq!((pickle.size(items[1]), pickle.size(items[2])), (None, Some(12_345_678_901)));
        assert_eq!(pickle.text(items[5]), Some("caf\u{e9} \u{1f600}"));
        assert_eq!(pickle.text(items[6]), pickle.text(items[0]));
        // `pickle.dumps(["a", {"b": 7}], 4)`
        let new = b"\x80\x04\x95\x12\0\0\0\0\0\0\0]\x94(\x8c\x01a\x94}\x94\x8c\x01b\x94K\x07se.";
        let pickle = Pickle::read(new).unwrap();
        let items = pickle.sequence(pickle.root()).unwrap();
        let [(key, value)] = pickle.pairs(items[1]).unwrap() else { panic!() };
        assert_eq!((pickle.text(items[0]), pickle.text(*key), pickle.size(*value)), (Some("a"), Some("b"), Some(7)));
    }

    #[test]
    fn odd_escapes_are_left_as_they_are() {
        let read = |line: &[u8]| {
            let pickle = Pickle::read(&[b"S'", line, b"'\n."].concat()).unwrap();
            pickle.text(pickle.root()).unwrap().to_owned()
        };
        assert_eq!(read(b"\\q \\x \\x4 \\"), "\\q \\x \\x4 \\");
        assert_eq!(read(b"\\x\xc3\xa9"), "\\x\u{e9}");
    }
}
