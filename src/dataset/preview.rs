//! What one record looks like in a format, without a file being written.

use std::borrow::Cow;

use super::{
    format::{Format, Outgoing, Splits},
    names::Names,
    record::{Record, Span},
    select::Selection,
};

/// The file that this record alone would give, as text; `None` where the format can't hold it, or is only read. The
/// content of the picture is left out.
#[must_use]
pub fn preview(record: &Record, format: &Format, single_class: bool) -> Option<String> {
    let selection = Selection { single_class, ..Selection::default() };
    let class = |(span, _): (&Span, _)| selection.class(record.words(span)).map(Cow::into_owned);
    let mut classes: Vec<String> = record.boxes().filter_map(class).collect();
    classes.sort();
    classes.dedup();
    let mut writer = (format.write?)(&Splits { names: vec![""], classes, selection: selection.clone() });
    let name = Names::default().name(record, 1);
    let outgoing = Outgoing {
        record,
        selection: &selection,
        picture: &name.whole(),
        picture_exactly: None,
        stem: &name.stem,
        size: record.picture.size,
        number: 1,
        content: &|| Ok(vec![]),
    };
    if writer.refuses(&outgoing).is_some() {
        return None;
    }
    let mut main = Vec::new();
    let written =
        writer.begin(&mut main).and_then(|()| writer.put(&outgoing, &mut main)).and_then(|()| writer.end(&mut main));
    // Memory takes all that is written.
    written.ok()?;
    let content = writer.own_file("", &outgoing).map_or(main, |(_, content)| content);
    Some(String::from_utf8_lossy(&content).into_owned())
}
