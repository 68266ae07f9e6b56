//! Several runs at a time: their results come in order, and are what they would be one after the other.

use std::fs;

use super::{FAILED, Folder, USAGE};

#[test]
fn results_do_not_depend_on_how_many_run_at_a_time() {
    let folder = Folder::new("jobs");
    let told = |jobs: u32| {
        let call = "run seeds.toml passing.toml late.toml busy.toml::short --trace out --jobs";
        let told = folder.vpyb(&format!("{call} {jobs}"));
        assert_eq!(told.status(), FAILED);
        let traces = ["seeds", "passing@by-itself", "late", "busy@short"]
            .map(|name| fs::read(folder.0.join(format!("out/{name}.vpyb"))).expect("each has its trace"));
        (told.all().replace(&told.call, call), traces)
    };
    let alone = told(1);
    for jobs in [2, 3, 64] {
        assert!(told(jobs) == alone, "with {jobs} jobs:\n{}\nalone:\n{}", told(jobs).0, alone.0);
    }
}

#[test]
fn no_run_at_a_time_is_refused() {
    let told = Folder::new("no_jobs").vpyb("run passing.toml --jobs 0");
    assert_eq!(told.status(), USAGE);
    assert!(told.stderr().contains("invalid value '0' for '--jobs <NUMBER>'"), "{}", told.stderr());
}
