//! Every recording is replayed, and none of them twice.
//!
//! Owns how many there are. Which test replays which is said where the test is: in `families`, `named` and `devices`.

use super::{families, folder};
use crate::checked_in::files_below;
use crate::{devices, named};

/// How many recordings there are of the random programs, of both families, and of cases with a name.
const COUNTS: [(&str, usize); 3] = [("rnd_", 198), ("rnd2_", 289), ("", 285)];

/// A recording: its name, and the folder that it is in.
type Recording = (String, String);

fn present() -> Vec<Recording> {
    let text = |part: Option<&std::ffi::OsStr>| part.expect("a name").to_string_lossy().into_owned();
    let files = files_below(&folder(), "jsonl").into_iter();
    files.map(|file| (text(file.file_stem()), text(file.parent().expect("a folder").file_name()))).collect()
}

#[test]
fn every_recording_is_replayed_once() {
    let of_families = families::FAMILIES.iter().flat_map(|prefix| families::recordings(prefix));
    let replayed = of_families.chain(named::recordings()).chain(devices::recordings());
    let mut replayed: Vec<Recording> = replayed.map(|(name, folder)| (name, folder.to_owned())).collect();
    let mut present = present();
    present.sort();
    replayed.sort();
    assert_eq!(replayed, present);
    let mut left = present;
    for (prefix, count) in COUNTS {
        let (found, others) = left.into_iter().partition::<Vec<_>, _>(|(name, _)| name.starts_with(prefix));
        assert_eq!(found.len(), count, "recordings whose name begins with `{prefix}`");
        left = others;
    }
}

/// At most one case in fifty may differ.
#[test]
fn few_named_cases_differ() {
    let mut names: Vec<String> =
        named::recordings().chain(devices::recordings()).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    assert!(named::DIFFER.len() * 50 <= names.len(), "{} of {} differ", named::DIFFER.len(), names.len());
}
