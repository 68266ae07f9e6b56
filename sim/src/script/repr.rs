//! Values as Python prints them, so that notes read as the recorded runs do.
//!
//! Owns [`repr`].

/// Bytes as Python prints them.
pub fn repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = format!("b{quote}");
    for &byte in bytes {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\\' => text.push_str("\\\\"),
            _ if char::from(byte) == quote => text.extend(['\\', quote]),
            b' '..=b'~' => text.push(byte.into()),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push(quote);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_print_as_in_python() {
        assert_eq!(repr(b"Hello uart\n"), r"b'Hello uart\n'");
        assert_eq!(repr(b"it's\x00"), "b\"it's\\x00\"");
        assert_eq!(repr(b"'\"\xff"), r#"b'\'"\xff'"#);
    }
}
