//! The folder of Flickr30k Entities: the phrases of each sentence, and the boxes of each thing.

use std::{collections::HashMap, path::Path};

use super::{boxes::PixelBox, data, error::BenchmarkError};

/// A phrase of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) text: String,
    /// The thing it is about.
    pub(super) entity: String,
    /// What kinds of things that is, for example `people`.
    pub(super) kinds: Vec<String>,
}

/// What is known of a picture.
#[derive(Debug, Default)]
pub(super) struct Picture {
    /// The phrases of its five sentences.
    pub(super) sentences: Vec<Vec<Phrase>>,
    /// The boxes of each thing that has any.
    pub(super) boxes: HashMap<String, Vec<PixelBox>>,
}

impl Picture {
    /// Reads the picture of this number.
    pub(super) fn read(folder: &Path, id: &str) -> Result<Self, BenchmarkError> {
        let path = folder.join("Annotations").join(format!("{id}.xml"));
        let boxes = boxes(&data::text(&path)?).map_err(|what| data::wrong(&path, what))?;
        let path = folder.join("Sentences").join(format!("{id}.txt"));
        let text = data::text(&path)?;
        let sentences = text.lines().map(phrases).collect::<Result<_, _>>().map_err(|what| data::wrong(&path, what))?;
        Ok(Self { sentences, boxes })
    }
}

/// The phrases of a sentence such as `[/EN#283585/people A man] sits .`
fn phrases(sentence: &str) -> Result<Vec<Phrase>, String> {
    let mut phrases = Vec::new();
    let mut open: Option<(Phrase, Vec<&str>)> = None;
    for token in sentence.split_whitespace() {
        if let Some(head) = token.strip_prefix('[') {
            let mut parts = head.split('/').skip(1);
            let id = parts.next().and_then(|part| part.strip_prefix("EN#"));
            let entity = id.ok_or_else(|| format!("A phrase has no EN# number ({token})"))?.to_owned();
            open =
                Some((Phrase { text: String::new(), entity, kinds: parts.map(str::to_owned).collect() }, Vec::new()));
        } else if let Some((_, words)) = &mut open {
            words.push(token.strip_suffix(']').unwrap_or(token));
        }
        if token.ends_with(']')
            && let Some((phrase, words)) = open.take()
        {
            phrases.push(Phrase { text: words.join(" "), ..phrase });
        }
    }
    Ok(phrases)
}

fn boxes(xml: &str) -> Result<HashMap<String, Vec<PixelBox>>, String> {
    let document = roxmltree::Document::parse(xml).map_err(|e| format!("It is no XML ({e})"))?;
    let mut boxes: HashMap<String, Vec<PixelBox>> = HashMap::new();
    for object in document.root_element().children().filter(|node| node.has_tag_name("object")) {
        let child = |name: &str| object.children().find(|node| node.has_tag_name(name));
        let Some(bndbox) = child("bndbox") else { continue };
        let side = |name: &str| {
            let text = bndbox.children().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
            let number = text.and_then(|text| text.trim().parse::<f64>().ok()).filter(|number| number.is_finite());
            number.ok_or_else(|| format!("A box has no {name}"))
        };
        let place = [side("xmin")?, side("ymin")?, side("xmax")?, side("ymax")?];
        for name in object.children().filter(|node| node.has_tag_name("name")).filter_map(|node| node.text()) {
            boxes.entry(name.trim().to_owned()).or_default().push(place);
        }
    }
    Ok(boxes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_have_a_thing_and_kinds() {
        let found = phrases("[/EN#1/people A man] in [/EN#2/clothing/other a red hat] sits .").unwrap();
        assert_eq!(found[0].text, "A man");
        assert_eq!((found[1].text.as_str(), found[1].entity.as_str()), ("a red hat", "2"));
        assert_eq!(found[1].kinds, ["clothing", "other"]);
        assert!(phrases("[what is this]").is_err());
    }

    #[test]
    fn a_box_may_be_of_several_things() {
        let xml = "<annotation><object><name>1</name><name>2</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax>\
            <ymax>4</ymax></bndbox></object><object><name>3</name><nobndbox>1</nobndbox></object></annotation>";
        let found = boxes(xml).unwrap();
        assert_eq!((found.len(), found["2"][0]), (2, [1.0, 2.0, 3.0, 4.0]));
        assert!(boxes("<annotation><object><name>1</name><bndbox/></object></annotation>").is_err());
    }
}
