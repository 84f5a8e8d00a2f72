//! What is no program, or not a whole one: an error or nothing, and never a panic.

use std::collections::BTreeSet;

use engine::audit::linked::{self, Linked};

use crate::file;

/// How many damaged programs are read.
const ROUNDS: usize = 300;

/// How much of something random is read.
const BYTES: usize = 1 << 20;

fn read(file: &[u8]) -> Option<Linked> {
    linked::read(file, &BTreeSet::from(["dynamodb".to_owned()]), &["xtask/canary/"]).ok()
}

/// The same numbers at every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

#[test]
fn what_is_no_program_is_an_error() {
    let mut numbers = Numbers(1);
    let random: Vec<_> = (0..BYTES).map(|_| u8::try_from(numbers.below(256)).unwrap()).collect();
    for bytes in [&[][..], b"\x7fELF", b"aws_sdk_dynamodb::operation::get_item", &random] {
        assert_eq!(read(bytes), None);
    }
}

#[test]
fn a_program_without_sdk_calls_nothing() {
    let own = std::fs::read("/bin/sh").unwrap();
    assert_eq!(read(&own), Some(Linked::default()));
    // Of macOS: a header without any load command.
    let header = [0xfeed_facf_u32, 0x0100_000c, 0, 2, 0, 0, 0, 0].map(u32::to_le_bytes).concat();
    assert_eq!(read(&header), Some(Linked::default()));
}

#[test]
fn a_cut_off_program_is_an_error() {
    let whole = file("canary-namesakes");
    assert!(read(&whole).is_some_and(|linked| !linked.is_empty()));
    let mut numbers = Numbers(2);
    for length in (0..ROUNDS).map(|_| numbers.below(whole.len())).chain([1, 16, 63, 64, 65, whole.len() - 1]) {
        assert_eq!(read(&whole[..length]), None, "{length} bytes");
    }
}

/// Damages what says where things are: the headers, the tables of sections and segments, and relocations.
#[test]
fn a_damaged_program_is_read_without_panic() {
    let whole = file("canary-namesakes");
    assert!(read(&whole).is_some_and(|linked| !linked.sites.is_empty()), "there is something to damage");
    let mut numbers = Numbers(3);
    for _ in 0..ROUNDS {
        let mut damaged = whole.clone();
        for _ in 0..=numbers.below(8) {
            let at = match numbers.below(3) {
                0 => numbers.below(1024),
                1 => damaged.len() - 1 - numbers.below(2048),
                _ => numbers.below(damaged.len()),
            };
            let byte = [0, 1, 0x7f, 0xff, u8::try_from(numbers.below(256)).unwrap()][numbers.below(5)];
            damaged.iter_mut().skip(at).take(1 + numbers.below(16)).for_each(|it| *it = byte);
        }
        drop(read(&damaged));
    }
}
