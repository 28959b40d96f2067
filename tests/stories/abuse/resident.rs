//! The resident memory (RSS) of the service, without the pages of its program (Linux).
//!
//! A debug build has a program of 148 MB, of which some 70 MiB have run and are resident. The limits are those of the service as
//! it is released, whose program is smaller. Pages of the program that the process has changed are its own, and count.
//! `docs/PERFORMANCE.md` has the plain RSS of a debug build through the same attacks.

use std::fs;
use std::path::Path;

/// The resident memory of a process without its program, in bytes; `None` where the system does not tell.
pub(super) fn resident(pid: u32) -> Option<u64> {
    let program = fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    let mappings = fs::read_to_string(format!("/proc/{pid}/smaps")).ok()?;
    Some(without(&program, &mappings))
}

/// Adds the resident pages of the mappings up, but for the unchanged ones of the program.
fn without(program: &Path, mappings: &str) -> u64 {
    let program = program.as_os_str().as_encoded_bytes();
    let (mut kib, mut is_program) = (0, false);
    for line in mappings.lines() {
        // A mapping begins with its addresses, in lower case; the names of its fields begin with a capital.
        if !line.starts_with(|first: char| first.is_ascii_uppercase()) {
            is_program = line.as_bytes().ends_with(program);
        } else if let Some(size) = line.strip_prefix(if is_program { "Anonymous:" } else { "Rss:" }) {
            kib += size.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default();
        }
    }
    kib * 1024
}

#[test]
fn unchanged_pages_of_the_program_do_not_count() {
    let mappings = "\
        5500-5600 r-xp 00000000 fe:00 1 /opt/iewm\nSize: 900 kB\nRss:  800 kB\nAnonymous:  0 kB\n\
        5600-5700 rw-p 00000000 fe:00 1 /opt/iewm\nSize: 90 kB\nRss:  80 kB\nAnonymous:  70 kB\n\
        7f00-7f10 r--s 00000000 fe:00 2 /data/iewm.db\nSize: 9 kB\nRss:  6 kB\nAnonymous:  0 kB\n\
        7f10-7f20 rw-p 00000000 00:00 0\nSize: 5 kB\nRss:  5 kB\nAnonymous:  5 kB\nVmFlags: rd\n";
    assert_eq!(without(Path::new("/opt/iewm"), mappings), (70 + 6 + 5) * 1024);
}
