//! The elements of the arrays in a JSON file, one at a time, each with its place: files of many gigabytes are one array.

use std::io::{self, BufRead};

/// Bytes of one record, and of a file that holds one, at most.
pub(in crate::dataset) const LONGEST_RECORD: usize = 64 << 20;

/// An element of an array.
#[derive(Debug)]
pub(in crate::dataset) struct Element {
    /// The field of the outermost object that the array is; empty where the file is the array.
    pub(in crate::dataset) field: String,
    /// Its first byte in the file.
    pub(in crate::dataset) offset: u64,
    /// The element itself.
    pub(in crate::dataset) bytes: Vec<u8>,
}

/// Goes through a file that is an array, or an object with arrays among its fields; other fields are passed over.
pub(in crate::dataset) struct Elements<R> {
    input: R,
    offset: u64,
    state: State,
}

enum State {
    Start,
    /// Between the fields of the outermost object.
    Fields,
    /// In the array that this field is.
    Array {
        field: String,
        is_outermost: bool,
    },
    End,
}

impl<R: BufRead> Elements<R> {
    pub(in crate::dataset) fn new(input: R) -> Self {
        Self { input, offset: 0, state: State::Start }
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    fn take(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.input.consume(1);
            self.offset += 1;
        }
        Ok(byte)
    }

    /// The next byte that is neither a space nor one of these signs, which is not taken.
    fn after(&mut self, passed: &[u8]) -> io::Result<Option<u8>> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() && !passed.contains(&byte) {
                return Ok(Some(byte));
            }
            self.take()?;
        }
        Ok(None)
    }

    /// The value that begins here, if it is short enough to be kept.
    fn value(&mut self) -> io::Result<Option<Vec<u8>>> {
        let (mut bytes, mut depth, mut in_string, mut escaped, mut length) = (Vec::new(), 0_u32, false, false, 0_usize);
        loop {
            let next = self.peek()?;
            let ends_here = !in_string && depth == 0 && length > 0;
            match next {
                None => return if ends_here { Ok(Some(bytes)) } else { Err(io::ErrorKind::UnexpectedEof.into()) },
                Some(b',' | b']' | b'}' | b':') if !in_string && depth == 0 => break,
                Some(byte) if ends_here && byte.is_ascii_whitespace() => break,
                Some(byte) => {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' if in_string => escaped = true,
                        b'"' => in_string = !in_string,
                        b'[' | b'{' if !in_string => depth += 1,
                        b']' | b'}' if !in_string => depth -= 1,
                        _ => {}
                    }
                    length += 1;
                    if length <= LONGEST_RECORD {
                        bytes.push(byte);
                    }
                    self.take()?;
                    if !in_string && depth == 0 && matches!(byte, b'"' | b']' | b'}') {
                        break;
                    }
                }
            }
        }
        Ok((length <= LONGEST_RECORD).then_some(bytes))
    }

    fn advance(&mut self) -> io::Result<Option<Result<Element, String>>> {
        loop {
            match &self.state {
                State::End => return Ok(None),
                State::Start => match self.after(&[])? {
                    Some(b'[') => self.enter(String::new(), true)?,
                    Some(b'{') => {
                        self.take()?;
                        self.state = State::Fields;
                    }
                    _ => self.state = State::End,
                },
                State::Fields => self.pass_field()?,
                State::Array { field, is_outermost } => {
                    let (field, is_outermost) = (field.clone(), *is_outermost);
                    match self.after(b",")? {
                        None => return Err(io::ErrorKind::UnexpectedEof.into()),
                        Some(b']') => {
                            self.take()?;
                            self.state = if is_outermost { State::End } else { State::Fields };
                        }
                        Some(_) => {
                            let offset = self.offset;
                            let Some(bytes) = self.value()? else {
                                return Ok(Some(Err("it is longer than any record".to_owned())));
                            };
                            if bytes.is_empty() {
                                return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not JSON"));
                            }
                            return Ok(Some(Ok(Element { field, offset, bytes })));
                        }
                    }
                }
            }
        }
    }

    fn enter(&mut self, field: String, is_outermost: bool) -> io::Result<()> {
        self.take()?;
        self.state = State::Array { field, is_outermost };
        Ok(())
    }

    /// Goes to the array that the next field is, or behind it.
    fn pass_field(&mut self) -> io::Result<()> {
        if self.after(b",")? != Some(b'"') {
            self.state = State::End;
            return Ok(());
        }
        let name = self.value()?.unwrap_or_default();
        let name = serde_json::from_slice(&name).unwrap_or_default();
        if self.after(b":")? == Some(b'[') {
            self.enter(name, false)
        } else {
            let value = self.value()?;
            if value.is_some_and(|value| value.is_empty()) {
                self.state = State::End;
            }
            Ok(())
        }
    }
}

impl<R: BufRead> Iterator for Elements<R> {
    type Item = Result<Element, String>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().unwrap_or_else(|e| {
            self.state = State::End;
            Some(Err(format!("the rest can't be read ({e})")))
        })
    }
}

/// The names of the fields of a JSON object whose beginning this is, as far as they are whole; of the first element if it is
/// an array.
pub(in crate::dataset) fn field_names(head: &[u8]) -> Vec<String> {
    let (mut names, mut depth, mut string) = (Vec::new(), 0_u32, None);
    let is_array = match head.trim_ascii_start().first() {
        Some(b'[') => true,
        Some(b'{') => false,
        _ => return Vec::new(),
    };
    let (mut at, wanted) = (0, if is_array { 2 } else { 1 });
    while let Some(&byte) = head.get(at) {
        match (byte, string) {
            (b'\\', Some(_)) => at += 1,
            (b'"', None) => string = Some(at),
            (b'"', Some(start)) => {
                let is_name = head[at + 1..].trim_ascii_start().first() == Some(&b':');
                if depth == wanted && is_name {
                    names.extend(serde_json::from_slice::<String>(&head[start..=at]));
                }
                string = None;
            }
            (b'[' | b'{', None) => depth += 1,
            (b']' | b'}', None) => {
                depth = depth.saturating_sub(1);
                if depth + 1 == wanted {
                    return names;
                }
            }
            _ => {}
        }
        at += 1;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<(String, String), String>> {
        let told = |element: Element| {
            let bytes = String::from_utf8(element.bytes).expect("text");
            assert!(text[element.offset as usize..].starts_with(&bytes), "{bytes}");
            (element.field, bytes)
        };
        Elements::new(text.as_bytes()).map(|element| element.map(told)).collect()
    }

    #[test]
    fn elements_are_found_whatever_is_in_them() {
        let pair = |field: &str, bytes: &str| Ok((field.to_owned(), bytes.to_owned()));
        assert_eq!(
            read(" [1, \"a],\\\"b\" ,{\"x\":[{}]} , null]"),
            [pair("", "1"), pair("", "\"a],\\\"b\""), pair("", "{\"x\":[{}]}"), pair("", "null")]
        );
        let object = "{\"info\": {\"images\": [7]}, \"a\": 1, \"images\": [{}, 2], \"empty\": [], \"é\": [[3]]}";
        assert_eq!(read(object), [pair("images", "{}"), pair("images", "2"), pair("é", "[3]")]);
        assert_eq!(read(""), []);
        assert_eq!(read("[]"), []);
    }

    #[test]
    fn what_is_no_json_ends() {
        for text in ["[1, {", "[\"", "{\"a\": [", "[}", "[:", "{\"a\": {\"b\": 1", "[1 2", "{\"a\" \"b\" [1", "[1}"] {
            let read = read(text);
            assert!(read.len() <= 3, "{text}: {read:?}");
        }
    }

    #[test]
    fn names_of_fields_are_those_of_the_first_object() {
        assert_eq!(field_names(b"{\"a\": {\"b\": 1}, \"c\": \"d\", \"e\": [{\"f\": 1"), ["a", "c", "e"]);
        assert_eq!(field_names(b"[{\"a\": 1}, {\"b\": 1}]"), ["a"]);
        assert_eq!(field_names(b"{\"a\": 1}\n{\"b\": 1}"), ["a"]);
        assert_eq!(field_names(b"x.json\0{\"a\": 1}"), [""; 0]);
    }
}
