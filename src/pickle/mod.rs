//! What Python's programs pickle, read as plain data, without running anything of it: the description of a file of `torch`, and
//! the lists of older datasets.
//!
//! A pickle is a program for a stack machine, which may name any function of Python to call. Here such a call is only
//! noted down: [`Pickle::call`] gives the name and the arguments, and whoever asks decides what a few known names mean.
//! Values live side by side in one list and refer to each other by index, so that no depth of nesting overflows a stack.
//! The operations are those that make plain data in protocols 0 to 5, documented in Python's `pickletools`; `lines` has those
//! of protocol 0, which Python 2 wrote.
//!
//! One value may be referred to any number of times, so whoever walks through them must not follow references without a bound.

mod lines;

use std::collections::HashMap;

/// An index into the list of values.
pub type Id = usize;

/// More values than any checkpoint's description has; the published one has about 20 thousand.
const MOST_VALUES: usize = 4_000_000;

/// A value of a pickle.
#[derive(Debug)]
enum Value {
    Int(i64),
    Text(String),
    /// The name of a function or class, with its module's.
    Name(String),
    Sequence(Vec<Id>),
    Pairs(Vec<(Id, Id)>),
    /// What calling the first with the second would give, and what was then put into it.
    Call(Id, Id, Vec<(Id, Id)>),
    /// A reference to bytes outside of the pickle.
    Outside(Id),
    /// A value that nobody here needs.
    Other,
}

/// All values of a pickle.
#[derive(Debug, Default)]
pub struct Pickle {
    values: Vec<Value>,
    root: Id,
}

impl Pickle {
    /// Reads a whole pickle.
    ///
    /// # Errors
    /// When it is cut off, has too many values, or an operation that makes no plain data.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut machine = Machine { rest: bytes, ..Machine::default() };
        while machine.step()? {}
        let root = machine.pop()?;
        Ok(Self { values: machine.values, root })
    }

    /// The value that the whole pickle is.
    #[must_use]
    pub fn root(&self) -> Id {
        self.root
    }

    /// A text.
    #[must_use]
    pub fn text(&self, id: Id) -> Option<&str> {
        if let Value::Text(text) = &self.values[id] { Some(text) } else { None }
    }

    /// The name of a function or class, with its module's.
    #[must_use]
    pub fn name(&self, id: Id) -> Option<&str> {
        if let Value::Name(name) = &self.values[id] { Some(name) } else { None }
    }

    /// A number that is not negative.
    #[must_use]
    pub fn size(&self, id: Id) -> Option<usize> {
        if let Value::Int(n) = self.values[id] { usize::try_from(n).ok() } else { None }
    }

    /// A list or a tuple.
    #[must_use]
    pub fn sequence(&self, id: Id) -> Option<&[Id]> {
        if let Value::Sequence(items) = &self.values[id] { Some(items) } else { None }
    }

    /// Keys and values of a dictionary, of any class.
    #[must_use]
    pub fn pairs(&self, id: Id) -> Option<&[(Id, Id)]> {
        match &self.values[id] {
            Value::Pairs(pairs) | Value::Call(_, _, pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The name of what would be called, and its arguments.
    #[must_use]
    pub fn call(&self, id: Id) -> Option<(&str, &[Id])> {
        let Value::Call(function, arguments, _) = self.values[id] else { return None };
        Some((self.name(function)?, self.sequence(arguments)?))
    }

    /// What a reference to bytes outside says.
    #[must_use]
    pub fn outside(&self, id: Id) -> Option<&[Id]> {
        if let Value::Outside(id) = self.values[id] { self.sequence(id) } else { None }
    }
}

/// The stack machine.
#[derive(Debug, Default)]
struct Machine<'a> {
    rest: &'a [u8],
    values: Vec<Value>,
    stack: Vec<Id>,
    /// Heights of the stack where something begins.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl Machine<'_> {
    /// Does one operation; `false` for the last.
    fn step(&mut self) -> Result<bool, String> {
        let [operation] = self.take()?;
        match operation {
            0x80 => drop(self.take::<1>()?), // the protocol's number
            b'.' => return Ok(false),
            b'(' => self.marks.push(self.stack.len()),
            0x95 => drop(self.take::<8>()?),  // the length of what follows
            b'0' | b'b' => drop(self.pop()?), // attributes of objects do not matter here
            b'2' => self.stack.push(self.last()?),
            b'N' | 0x88 | 0x89 => self.push(Value::Other)?,
            b']' | b')' => self.push(Value::Sequence(Vec::new()))?,
            b'}' => self.push(Value::Pairs(Vec::new()))?,
            b'K' | b'M' | b'J' | 0x8a | b'G' => self.number(operation)?,
            b'X' | b'U' | b'T' | 0x8c | b'c' => self.text_or_name(operation)?,
            b'q' | b'r' | b'h' | b'j' | 0x94 => self.memory(operation)?,
            b'I' | b'L' | b'F' | b'S' | b'V' | b'p' | b'g' => self.line(operation)?,
            0x85..=0x87 => self.tuple(usize::from(operation - 0x84))?,
            b't' | b'l' => {
                let items = self.pop_to_mark()?;
                self.push(Value::Sequence(items))?;
            }
            b'a' | b'e' => self.append(operation)?,
            b's' | b'u' | b'd' => self.set(operation)?,
            b'R' | 0x81 => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                self.push(Value::Call(function, arguments, Vec::new()))?;
            }
            b'Q' => {
                let id = self.pop()?;
                self.push(Value::Outside(id))?;
            }
            other => return Err(format!("it has the operation {other:#04x}, which makes no plain data")),
        }
        Ok(true)
    }

    fn number(&mut self, operation: u8) -> Result<(), String> {
        let value = match operation {
            b'K' => Value::Int(self.take::<1>()?[0].into()),
            b'M' => Value::Int(u16::from_le_bytes(self.take()?).into()),
            b'J' => Value::Int(i32::from_le_bytes(self.take()?).into()),
            b'G' => {
                self.take::<8>()?;
                Value::Other
            }
            _ => {
                let [n_bytes] = self.take()?;
                let digits = self.take_some(n_bytes.into())?;
                let fill = if digits.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
                let mut bytes = [fill; 8];
                match bytes.get_mut(..digits.len()) {
                    Some(low) => low.copy_from_slice(digits),
                    None => return self.push(Value::Other),
                }
                Value::Int(i64::from_le_bytes(bytes))
            }
        };
        self.push(value)
    }

    fn text_or_name(&mut self, operation: u8) -> Result<(), String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if operation == b'c' {
            let (module, name) = (text(self.take_line()?.trim_ascii_end()), text(self.take_line()?.trim_ascii_end()));
            return self.push(Value::Name(format!("{module}.{name}")));
        }
        let is_short = matches!(operation, b'U' | 0x8c);
        let n_bytes = if is_short { self.take::<1>()?[0].into() } else { u32::from_le_bytes(self.take()?) };
        let text = text(self.take_some(n_bytes as usize)?);
        self.push(Value::Text(text))
    }

    fn memory(&mut self, operation: u8) -> Result<(), String> {
        let key = match operation {
            0x94 => u32::try_from(self.memo.len()).map_err(|_| EMPTY)?,
            b'q' | b'h' => self.take::<1>()?[0].into(),
            _ => u32::from_le_bytes(self.take()?),
        };
        if matches!(operation, b'q' | b'r' | 0x94) { self.remember(key) } else { self.recall(key) }
    }

    fn remember(&mut self, key: u32) -> Result<(), String> {
        self.memo.insert(key, self.last()?);
        Ok(())
    }

    fn recall(&mut self, key: u32) -> Result<(), String> {
        self.stack.push(*self.memo.get(&key).ok_or("it refers to nothing")?);
        Ok(())
    }

    fn tuple(&mut self, n: usize) -> Result<(), String> {
        let start = self.stack.len().checked_sub(n).ok_or(EMPTY)?;
        let items = self.stack.split_off(start);
        self.push(Value::Sequence(items))
    }

    fn append(&mut self, operation: u8) -> Result<(), String> {
        let items = if operation == b'a' { vec![self.pop()?] } else { self.pop_to_mark()? };
        let last = self.last()?;
        if let Value::Sequence(sequence) = &mut self.values[last] {
            sequence.extend(items);
        }
        Ok(())
    }

    fn set(&mut self, operation: u8) -> Result<(), String> {
        let items = match operation {
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                vec![key, value]
            }
            _ => self.pop_to_mark()?,
        };
        if operation == b'd' {
            self.push(Value::Pairs(Vec::new()))?;
        }
        let last = self.last()?;
        if let Value::Pairs(pairs) | Value::Call(_, _, pairs) = &mut self.values[last] {
            pairs.extend(items.as_chunks::<2>().0.iter().map(|[key, value]| (*key, *value)));
        }
        Ok(())
    }

    fn push(&mut self, value: Value) -> Result<(), String> {
        if self.values.len() == MOST_VALUES {
            return Err(format!("it has more than {MOST_VALUES} values"));
        }
        self.stack.push(self.values.len());
        self.values.push(value);
        Ok(())
    }

    fn pop(&mut self) -> Result<Id, String> {
        self.stack.pop().ok_or_else(|| EMPTY.to_owned())
    }

    fn last(&self) -> Result<Id, String> {
        self.stack.last().copied().ok_or_else(|| EMPTY.to_owned())
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Id>, String> {
        let mark = self.marks.pop().filter(|mark| *mark <= self.stack.len()).ok_or(EMPTY)?;
        Ok(self.stack.split_off(mark))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(CUT)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn take_some(&mut self, n: usize) -> Result<&[u8], String> {
        let (bytes, rest) = self.rest.split_at_checked(n).ok_or(CUT)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn take_line(&mut self) -> Result<&[u8], String> {
        let end = self.rest.iter().position(|byte| *byte == b'\n').ok_or(CUT)?;
        let line = self.take_some(end + 1)?;
        Ok(line.strip_suffix(b"\n").unwrap_or(line))
    }
}

const CUT: &str = "it is cut off";
const EMPTY: &str = "it takes from an empty stack";

#[cfg(test)]
mod tests {
    use super::*;

    /// `pickle.dumps(collections.OrderedDict(model={"a": (1, -2, 300, 70000, 2**40)}), 2)`, and a call that must not be made.
    const SAVED: &[u8] = b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01X\x05\x00\x00\x00modelq\x02}q\x03X\x01\x00\
        \x00\x00aq\x04(K\x01J\xfe\xff\xff\xffM,\x01Jp\x11\x01\x00\x8a\x06\x00\x00\x00\x00\x00\x01tq\x05ssX\x03\x00\
        \x00\x00runcos\nsystem\nX\x04\x00\x00\x00exit\x85Rs.";

    #[test]
    fn values_are_read_and_calls_are_noted_down() {
        let pickle = Pickle::read(SAVED).unwrap();
        let pairs = pickle.pairs(pickle.root()).unwrap();
        assert_eq!(pickle.call(pickle.root()), Some(("collections.OrderedDict", &[][..])));
        let [(model, weights), (run, exit)] = pairs else { panic!("{pairs:?}") };
        assert_eq!((pickle.text(*model), pickle.text(*run)), (Some("model"), Some("run")));
        let (function, arguments) = pickle.call(*exit).unwrap();
        assert_eq!((function, pickle.text(arguments[0])), ("os.system", Some("exit")));
        let (key, numbers) = pickle.pairs(*weights).unwrap()[0];
        let numbers: Vec<_> = pickle.sequence(numbers).unwrap().iter().map(|id| pickle.size(*id)).collect();
        assert_eq!(pickle.text(key), Some("a"));
        assert_eq!(numbers, [Some(1), None, Some(300), Some(70_000), Some(1 << 40)]);
    }

    #[test]
    fn damaged_ones_are_errors() {
        for bytes in [
            &b""[..],
            b".",
            b"R.",
            b"\x85.",
            b"t.",
            b"(0t.",
            b"h\x07.",
            b"X\xff\xff\xff\xffab",
            b"cos",
            b"\xff.",
            b"I1",
            b"g0\n.",
            b"p0\n.",
            b"\x94.",
            b"\x95.",
            b"Ix\n.",
            b"Sx\n.",
        ] {
            assert!(Pickle::read(bytes).is_err(), "{bytes:?}");
        }
        for end in 0..SAVED.len() {
            let _ = Pickle::read(&SAVED[..end]);
        }
    }

    #[test]
    fn no_depth_of_nesting_is_too_deep() {
        let mut bytes = vec![b')'];
        bytes.resize(1_000_000, 0x85);
        bytes.push(b'.');
        assert!(Pickle::read(&bytes).is_ok());
        bytes = vec![b')'; MOST_VALUES + 1];
        assert!(Pickle::read(&bytes).unwrap_err().contains("more than"));
    }
}
