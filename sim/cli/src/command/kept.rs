//! Traces that are kept on the disk.
//!
//! Owns where the trace of a failing run is kept, and what the file is called.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use vpyb_sim::trace::{self, Trace};

/// Where the trace of a failing run of this scenario is kept.
pub fn place(scenario: &str) -> PathBuf {
    Path::new("target/vpyb").join(file_name(scenario))
}

/// The name of the file that keeps a scenario's trace.
pub fn file_name(scenario: &str) -> PathBuf {
    let name: String = scenario.trim_start_matches("./").replace("::", "@").replace(['/', ':'], "_");
    PathBuf::from(name.replace(".toml", "") + ".vpyb")
}

/// Keeps the trace of a failing run; gives its place.
///
/// # Errors
///
/// A sentence for people.
pub fn keep(trace: &Trace, scenario: &str) -> Result<PathBuf, String> {
    let out = place(scenario);
    write(trace, &out).map_err(|error| format!("cannot write `{}`: {error}", out.display()))?;
    Ok(out)
}

/// Writes a trace, and the folders above it.
///
/// # Errors
///
/// What the file system says.
pub fn write(trace: &Trace, out: &Path) -> io::Result<()> {
    if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut file = io::BufWriter::new(fs::File::create(out)?);
    trace::write(trace, &mut file)?;
    io::Write::flush(&mut file)
}
