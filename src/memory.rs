//! What the system says about memory: how much is free, and how much this program has used.
//!
//! Only Linux says either. Elsewhere nothing is known, and whoever asks goes on without.

use std::{fs, path::Path};

/// Bytes of memory that are free now without making other programs wait; `None` where the system does not say.
///
/// Linux says, for the machine, for the group of programs that a container is, and for the program if it has a limit.
/// Other systems make room by moving other programs to disk.
#[must_use]
pub fn available() -> Option<u64> {
    let machine = bytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    let group =
        |name: &str| fs::read_to_string(Path::new("/sys/fs/cgroup").join(name)).ok()?.trim().parse::<u64>().ok();
    let of_group = group("memory.max").zip(group("memory.current")).map(|(most, used)| most.saturating_sub(used));
    let addresses = || {
        let most = address_limit(&fs::read_to_string("/proc/self/limits").ok()?)?;
        Some(most.saturating_sub(bytes(&fs::read_to_string("/proc/self/status").ok()?, "VmSize:")?))
    };
    [Some(machine), of_group, addresses()].into_iter().flatten().min()
}

/// How many bytes of addresses a program may have (`ulimit -v`), in Linux's own words; `None` if it may have all.
fn address_limit(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Whether so many bytes can be had now, as far as the system says: it may promise more than it has, or be told to give
/// this program less. An allocation that fails later would end the program.
#[must_use]
pub fn has_room_for(n_bytes: u64) -> bool {
    let is_given = usize::try_from(n_bytes).is_ok_and(|n| Vec::<u8>::new().try_reserve_exact(n).is_ok());
    is_given && available().is_none_or(|free| n_bytes <= free)
}

/// The most bytes of memory that this program has used at any time; `None` where the system does not say.
#[must_use]
pub fn peak() -> Option<u64> {
    bytes(&fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

/// The bytes that a line of a file in `/proc` tells in kB.
fn bytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_s_line_is_read() {
        let text = "MemTotal:       24689764 kB\nMemAvailable:   18016516 kB\n";
        assert_eq!(bytes(text, "MemAvailable:"), Some(18_016_516 * 1024));
        assert_eq!(bytes("MemAvailable: much\n", "MemAvailable:"), None);
        let limits =
            |most: &str| format!("Max file size  unlimited  unlimited  bytes\nMax address space  {most}  bytes\n");
        assert_eq!(address_limit(&limits("204800000  unlimited")), Some(204_800_000));
        assert_eq!(address_limit(&limits("unlimited  unlimited")), None);
        if cfg!(target_os = "linux") {
            assert!(available().is_some_and(|free| free > 1 << 20));
            assert!(peak().is_some_and(|most| most > 1 << 20));
        }
    }
}
