//! Where the network is computed.

use std::fmt;

use candle_core::Device;

use super::error::EngineError;

/// What may be chosen. All but the CPU need a program that was built for them, by a feature of the same name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// A graphics card if the program was built for one and there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The first graphics card of NVIDIA's.
    Cuda,
    /// The graphics card of a Mac.
    Metal,
}

/// Where a loaded model is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// The CPU.
    Cpu,
    /// A graphics card of NVIDIA's.
    Cuda,
    /// The graphics card of a Mac.
    Metal,
}

impl DeviceChoice {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Cpu, Self::Cuda, Self::Metal];

    /// Its short name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Metal => "metal",
        }
    }

    /// Its name for a person.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Auto => "automatic",
            Self::Cpu => DeviceKind::Cpu.label(),
            Self::Cuda => DeviceKind::Cuda.label(),
            Self::Metal => DeviceKind::Metal.label(),
        }
    }

    /// Whether this program was built for it.
    #[must_use]
    pub fn is_built(self) -> bool {
        match self {
            Self::Auto | Self::Cpu => true,
            Self::Cuda => cfg!(feature = "cuda"),
            Self::Metal => cfg!(feature = "metal"),
        }
    }

    /// Makes it ready.
    pub(super) fn open(self) -> Result<Device, EngineError> {
        let setting = |text| Err(EngineError::Setting(text));
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda if !self.is_built() => {
                setting("This program was built without CUDA; build it with --features cuda, or choose --device cpu")
            }
            Self::Metal if !self.is_built() => {
                setting("This program was built without Metal; build it with --features metal, or choose --device cpu")
            }
            Self::Cuda => Ok(Device::new_cuda(0)?),
            Self::Metal => Ok(Device::new_metal(0)?),
            Self::Auto => Ok(Self::best()),
        }
    }

    /// The graphics card that works, or the CPU.
    fn best() -> Device {
        let mut built = [Self::Cuda, Self::Metal].into_iter().filter(|choice| choice.is_built());
        let opened = built.find_map(|choice| {
            choice.open().inspect_err(|e| tracing::warn!("{} is not used: {e}", choice.name())).ok()
        });
        opened.unwrap_or(Device::Cpu)
    }
}

impl DeviceKind {
    /// What kind of device this is.
    pub(super) fn of(device: &Device) -> Self {
        match device {
            Device::Cpu => Self::Cpu,
            Device::Cuda(_) => Self::Cuda,
            Device::Metal(_) => Self::Metal,
        }
    }

    /// Its name for a person.
    fn label(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Cuda => "CUDA",
            Self::Metal => "Metal",
        }
    }
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_was_not_built_for_is_refused_with_what_to_do() {
        let opened =
            |choice: DeviceChoice| choice.open().map(|device| DeviceKind::of(&device)).map_err(|e| e.to_string());
        assert_eq!(opened(DeviceChoice::Cpu), Ok(DeviceKind::Cpu));
        assert!(opened(DeviceChoice::Auto).is_ok());
        for choice in [DeviceChoice::Cuda, DeviceChoice::Metal] {
            if !choice.is_built() {
                let message = opened(choice).unwrap_err();
                assert!(message.contains("was built without") && message.contains("--device cpu"), "{message}");
            }
        }
    }
}
