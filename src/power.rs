//! Whether this computer runs on its battery, where work that nobody asked for would shorten somebody's day.
//!
//! Only Linux is asked; elsewhere nothing is known.

use std::{fs, path::Path};

/// Whether a battery is being emptied now, as far as the system says.
#[must_use]
pub fn is_on_battery() -> bool {
    is_discharging(Path::new("/sys/class/power_supply"))
}

/// Batteries of keyboards and mice are emptied all the time; their scope is a device.
fn is_discharging(supplies: &Path) -> bool {
    let says = |supply: &Path, name: &str, what: &str| {
        fs::read_to_string(supply.join(name)).is_ok_and(|text| text.trim() == what)
    };
    let mut supplies = fs::read_dir(supplies).into_iter().flatten().flatten().map(|supply| supply.path());
    supplies.any(|supply| says(&supply, "status", "Discharging") && !says(&supply, "scope", "Device"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mouse_does_not_count() {
        let folder = tempfile::tempdir().expect("a folder");
        let supply = |name: &str, files: &[(&str, &str)]| {
            fs::create_dir(folder.path().join(name)).expect("made");
            for (file, text) in files {
                fs::write(folder.path().join(name).join(file), format!("{text}\n")).expect("written");
            }
        };
        assert!(!is_discharging(&folder.path().join("nothing")));
        supply("AC", &[("online", "1")]);
        supply("hid-mouse", &[("status", "Discharging"), ("scope", "Device")]);
        supply("BAT0", &[("status", "Charging")]);
        assert!(!is_discharging(folder.path()));
        supply("BAT1", &[("status", "Discharging"), ("scope", "System")]);
        assert!(is_discharging(folder.path()));
    }
}
