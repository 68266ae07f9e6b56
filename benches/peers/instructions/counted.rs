//! Counting instructions with valgrind's callgrind.
//!
//! Owns what counts: instructions of this program itself, function by function. The C library's are left out, for it picks the
//! variants of its functions by the processor and is another on each system; so are those functions of crates that do the same.
//! What is left depends on the sources, the locked versions and the pinned compiler alone.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

/// Functions that are picked by the processor, by a part of their names.
const PICKED: &[&str] = &["crc32fast", "memchr", "sha2", "cpufeatures", "std_detect"];

/// Whether valgrind is installed, which is said if not.
///
/// # Errors
///
/// If it is not, and `CI` is set.
pub fn can_count() -> Result<bool, String> {
    if Command::new("valgrind").arg("--version").output().is_ok() {
        return Ok(true);
    }
    if env::var_os("CI").is_some() {
        return Err("valgrind is not installed, and CI must not go without it".into());
    }
    println!("skipped: valgrind is not installed, so that nothing is counted");
    Ok(false)
}

/// Instructions of a run of this program that does an operation so many times.
///
/// # Errors
///
/// If the run fails.
pub fn instructions(operation: &str, times: u32) -> Result<u64, String> {
    let own = env::current_exe().map_err(|error| error.to_string())?;
    let profile = own.with_extension(format!("{times}.callgrind"));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--compress-strings=no", "--compress-pos=no"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(&own)
        .args([operation, &times.to_string()])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("{operation}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = fs::read_to_string(&profile).map_err(|error| format!("{}: {error}", profile.display()))?;
    fs::remove_file(&profile).map_err(|error| format!("{}: {error}", profile.display()))?;
    Ok(sum(&text, &own.display().to_string()))
}

/// The instructions of an object's own functions, out of callgrind's file.
///
/// A function begins with `fn=`, inside an object that was named by `ob=`. A line of numbers is its own cost, unless the line
/// before said `calls=`: then it is the cost of what was called.
fn sum(text: &str, object: &str) -> u64 {
    let (mut counts, mut object_counts, mut of_call, mut total) = (false, false, false, 0);
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("ob=") {
            object_counts = name == object;
        } else if let Some(name) = line.strip_prefix("fn=") {
            counts = object_counts && !PICKED.iter().any(|picked| name.contains(picked));
        } else if line.starts_with("calls=") {
            of_call = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            let cost = line.split(' ').nth(1).and_then(|cost| cost.parse::<u64>().ok());
            if counts && !of_call {
                total += cost.unwrap_or(0);
            }
            of_call = false;
        }
    }
    total
}
