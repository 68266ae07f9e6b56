//! Shows the linker where the chip's memory is, and lays firmwares out in it.

use std::env;
use std::path::Path;

fn main() {
    let out = env::var_os("OUT_DIR").expect("cargo names a folder");
    std::fs::copy("memory.x", Path::new(&out).join("memory.x")).expect("the map of the memory is copied");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rerun-if-changed=memory.x");
}
