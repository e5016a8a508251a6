//! The small pictures of the strip: made for what is visible, on a thread of their own, and forgotten in time.
//!
//! The thread is told what is wanted now, not what is wanted too: scrolling past a thousand pictures costs nothing.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    thread,
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{ColorImage, Context, TextureHandle, TextureOptions};
use image::imageops;

use super::preview::color_image;
use crate::picture::{self, PictureSource};
use crate::ui::{state::EntryId, theme};

/// Textures kept, more than a 4K screen shows: 8 MB at twice the usual density.
const MOST_TEXTURES: usize = 256;

/// An entry, and its edition: when its file changes, another thumbnail is made.
pub(crate) type ThumbnailId = (EntryId, u32);

/// What tells thumbnails apart.
pub(crate) trait Key: Copy + Eq + Hash + Send + 'static {}

impl<T: Copy + Eq + Hash + Send + 'static> Key for T {}

type Wanted<Id> = VecDeque<(Id, PictureSource)>;
type Made<Id> = (Id, Result<(ColorImage, Option<Cut>), String>);

/// The thumbnails of what was seen lately, and the thread that makes them.
pub(crate) struct Thumbnails<Id = ThumbnailId> {
    wishes: Sender<Wanted<Id>>,
    made: Receiver<Made<Id>>,
    textures: HashMap<Id, Thumbnail>,
    /// What the thread was told last.
    wanted: Vec<Id>,
    /// Counts frames, to tell what was not seen for long.
    now: u64,
}

struct Thumbnail {
    /// `None` for a picture that can't be opened.
    texture: Option<(TextureHandle, Option<Cut>)>,
    seen: u64,
}

/// A picture longer than this many times its breadth is shown by its middle: of a whole one only a line would be left.
const LONGEST_SHAPE: u32 = 3;

/// Where a thumbnail lacks something of its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// At the left and the right.
    Sides,
    /// At the top and the bottom.
    Ends,
}

impl<Id: Key> Thumbnails<Id> {
    /// Starts the thread, which wakes this window for each thumbnail. Without a thread the strip has names only.
    #[must_use]
    pub(crate) fn new(ctx: &Context) -> Self {
        let (wishes, inbox) = unbounded();
        let (outbox, made) = unbounded();
        let ctx = ctx.clone();
        let started = thread::Builder::new().name("thumbnails".to_owned()).spawn(move || serve(&inbox, &outbox, &ctx));
        if let Err(e) = started {
            tracing::warn!("there will be no thumbnails: {e}");
        }
        Self { wishes, made, textures: HashMap::new(), wanted: Vec::new(), now: 0 }
    }

    /// Takes in what was made. Returns those whose pictures can't be opened, and why.
    pub(crate) fn receive(&mut self, ctx: &Context) -> Vec<(Id, String)> {
        let mut failures = Vec::new();
        for (id, result) in self.made.try_iter() {
            let texture = match result {
                Ok((image, cut)) => Some((ctx.load_texture("thumbnail", image, TextureOptions::LINEAR), cut)),
                Err(e) => {
                    failures.push((id, e));
                    None
                }
            };
            self.textures.insert(id, Thumbnail { texture, seen: self.now });
        }
        self.forget_old_ones();
        failures
    }

    /// The thumbnail of what is visible, if it is there, and what it lacks.
    pub(crate) fn get(&mut self, id: Id) -> Option<(&TextureHandle, Option<Cut>)> {
        let thumbnail = self.textures.get_mut(&id)?;
        thumbnail.seen = self.now;
        thumbnail.texture.as_ref().map(|(texture, cut)| (texture, *cut))
    }

    /// Asks for the thumbnails of what is visible, once a frame.
    pub(crate) fn want<'a>(&mut self, visible: impl Iterator<Item = (Id, &'a PictureSource)>) {
        self.now += 1;
        let missing: Wanted<Id> = visible
            .filter(|(id, _)| !self.textures.contains_key(id))
            .map(|(id, source)| (id, source.clone()))
            .collect();
        let ids: Vec<Id> = missing.iter().map(|(id, _)| *id).collect();
        if ids != self.wanted {
            self.wanted = ids;
            // Without a thread nobody listens.
            let _ = self.wishes.send(missing);
        }
    }

    /// Whether all that was asked for is there.
    #[must_use]
    pub(crate) fn is_complete(&self) -> bool {
        self.wanted.is_empty()
    }

    fn forget_old_ones(&mut self) {
        if self.textures.len() > MOST_TEXTURES {
            let mut ages: Vec<u64> = self.textures.values().map(|thumbnail| thumbnail.seen).collect();
            ages.sort_unstable();
            let oldest_kept = ages[ages.len() - MOST_TEXTURES / 2];
            self.textures.retain(|_, thumbnail| thumbnail.seen >= oldest_kept);
        }
    }
}

fn serve<Id>(inbox: &Receiver<Wanted<Id>>, made: &Sender<Made<Id>>, ctx: &Context) {
    let mut wanted = Wanted::new();
    loop {
        if wanted.is_empty() {
            let Ok(wishes) = inbox.recv() else { return };
            wanted = wishes;
        }
        wanted = inbox.try_iter().last().unwrap_or(wanted);
        let Some((id, source)) = wanted.pop_front() else { continue };
        if made.send((id, thumbnail(source, ctx.pixels_per_point()))).is_err() {
            return;
        }
        ctx.request_repaint();
    }
}

/// As large as fits into its place, never larger than the picture.
fn thumbnail(source: PictureSource, pixels_per_point: f32) -> Result<(ColorImage, Option<Cut>), String> {
    let picture = picture::open(source).map_err(|e| e.to_string())?;
    let (whole_width, whole_height) = picture.pixels.dimensions();
    let width = whole_width.min(whole_height.saturating_mul(LONGEST_SHAPE));
    let height = whole_height.min(whole_width.saturating_mul(LONGEST_SHAPE));
    let cut = match () {
        () if width < whole_width => Some(Cut::Sides),
        () if height < whole_height => Some(Cut::Ends),
        () => None,
    };
    let (left, top) = ((whole_width - width) / 2, (whole_height - height) / 2);
    let middle = imageops::crop_imm(picture.pixels.as_ref(), left, top, width, height);
    let place = theme::THUMBNAIL_SIZE * pixels_per_point;
    let scale = (place.x / width as f32).min(place.y / height as f32).min(1.0);
    let side = |length: u32| ((length as f32 * scale).round() as u32).max(1);
    Ok((color_image(&imageops::thumbnail(&*middle, side(width), side(height))), cut))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use image::{Rgb, RgbImage};

    use super::*;

    #[test]
    fn of_a_very_long_picture_the_middle_is_shown() {
        let (grey, red) = (Rgb([60, 60, 60]), Rgb([255, 0, 0]));
        let pixels = RgbImage::from_fn(40_000, 400, |x, _| if (19_000..21_000).contains(&x) { red } else { grey });
        let shown = |pixels: RgbImage| {
            thumbnail(PictureSource::Pixels { name: "long".to_owned(), pixels: Arc::new(pixels) }, 1.0).expect("made")
        };
        let tall = image::imageops::rotate90(&pixels);
        let (image, cut) = shown(pixels);
        assert_eq!((image.size, cut), ([104, 35], Some(Cut::Sides)));
        assert!(image.pixels.iter().all(|pixel| *pixel == egui::Color32::from_rgb(255, 0, 0)));
        let (image, cut) = shown(tall);
        assert_eq!((image.size, cut), ([26, 78], Some(Cut::Ends)));
        assert_eq!(shown(RgbImage::new(900, 300)).1, None);
    }
}
