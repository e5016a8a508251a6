//! The sample pictures that come with the program.

macro_rules! samples {
    ($($file_name:literal),+) => {
        [$(($file_name, include_bytes!(concat!("../../assets/samples/", $file_name)))),+]
    };
}

/// Name and content of each file.
pub static SAMPLES: [(&str, &[u8]); 8] =
    samples!["meadow.png", "bees.png", "harbour.png", "table.png", "road.png", "snow.png", "party.png", "night.png"];
