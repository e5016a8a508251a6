//! What the system says about memory: how much there is, how much is free, and how much this program has used.
//!
//! Only Linux says any of it. Elsewhere nothing is known, and whoever asks goes on without.

use std::{fs, path::Path};

/// Bytes of memory that are free now without making other programs wait; `None` where the system does not say.
///
/// Linux says, for the machine, for the group of programs that a container is, and for the program if it has a limit.
/// Other systems make room by moving other programs to disk.
#[must_use]
pub fn available() -> Option<u64> {
    let machine = bytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    let of_group = of_group("memory.max").zip(of_group("memory.current")).map(|(most, used)| most.saturating_sub(used));
    let addresses = || {
        let used = bytes(&fs::read_to_string("/proc/self/status").ok()?, "VmSize:")?;
        Some(own_limit()?.saturating_sub(used))
    };
    [Some(machine), of_group, addresses()].into_iter().flatten().min()
}

/// Bytes of memory that this program could have at most if no other ran, by the same three limits: unlike what is free, they
/// are the same at every start. `None` where the system does not say.
#[must_use]
pub fn most() -> Option<u64> {
    let machine = bytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemTotal:")?;
    [Some(machine), of_group("memory.max"), own_limit()].into_iter().flatten().min()
}

/// What the group of programs that a container is may have, or has.
fn of_group(name: &str) -> Option<u64> {
    fs::read_to_string(Path::new("/sys/fs/cgroup").join(name)).ok()?.trim().parse().ok()
}

/// How many bytes of addresses this program may have; `None` if all.
fn own_limit() -> Option<u64> {
    address_limit(&fs::read_to_string("/proc/self/limits").ok()?)
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
            assert!(available().is_some_and(|free| free > 1 << 20 && most().is_some_and(|most| most >= free)));
            assert!(peak().is_some_and(|most| most > 1 << 20));
        }
    }
}
