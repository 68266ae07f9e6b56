//! Bytes as a program prints them.
//!
//! Owns [`Bytes`]: what Python prints for a bytes object.

use core::fmt;

/// Shows bytes as Python prints them: `b'Hello uart\n'`.
pub struct Bytes<'a>(pub &'a [u8]);

impl fmt::Display for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("b'")?;
        for &byte in self.0 {
            match byte {
                b'\n' => f.write_str("\\n")?,
                b'\r' => f.write_str("\\r")?,
                b'\t' => f.write_str("\\t")?,
                b'\\' | b'\'' => write!(f, "\\{}", char::from(byte))?,
                b' '..=b'~' => write!(f, "{}", char::from(byte))?,
                _ => write!(f, "\\x{byte:02x}")?,
            }
        }
        f.write_str("'")
    }
}

/// Shows a truth value as Python prints it.
pub fn flag(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}
