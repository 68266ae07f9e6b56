//! Lays the firmwares out as the chip needs it.

fn main() {
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
}
