//! Bytes to text and back, in the encodings that commit messages are met in.

use std::borrow::Cow;

/// What windows-1252 has where Latin-1 has control characters; 0 where it has nothing.
const WINDOWS: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
    0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
    0x0153, 0, 0x017e, 0x0178,
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Latin1,
    Windows1252,
    Ascii,
    Unknown,
}

impl Encoding {
    fn named(name: Option<&str>) -> Self {
        let Some(name) = name else { return Self::Utf8 };
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        match letters.collect::<String>().to_ascii_lowercase().as_str() {
            "" | "utf8" => Self::Utf8,
            "latin1" | "l1" | "iso88591" | "88591" => Self::Latin1,
            "windows1252" | "cp1252" | "1252" => Self::Windows1252,
            "ascii" | "usascii" | "ansix341968" => Self::Ascii,
            _ => Self::Unknown,
        }
    }
}

/// The text, and whether a byte was not understood.
pub(super) fn decode(bytes: &[u8], encoding: Option<&str>) -> (String, bool) {
    match Encoding::named(encoding) {
        Encoding::Utf8 => decode_utf8(bytes),
        Encoding::Latin1 => (bytes.iter().copied().map(char::from).collect(), false),
        Encoding::Windows1252 => each(bytes, windows),
        Encoding::Ascii => each(bytes, |byte| byte.is_ascii().then(|| char::from(byte))),
        // An escape may switch the meaning of what follows it, so that plain bytes are no proof of plain text.
        Encoding::Unknown => {
            let plain = bytes.iter().all(|byte| byte.is_ascii() && *byte != 0x1b);
            (String::from_utf8_lossy(bytes).into_owned(), !plain)
        }
    }
}

/// The bytes of a text; a character that the encoding has not becomes `?`.
pub(super) fn encode<'t>(text: &'t str, encoding: Option<&str>) -> Cow<'t, [u8]> {
    let encoding = Encoding::named(encoding);
    if text.is_ascii() || matches!(encoding, Encoding::Utf8 | Encoding::Unknown) {
        return Cow::Borrowed(text.as_bytes());
    }
    let known = |byte: u8, char: char| match encoding {
        Encoding::Windows1252 => windows(byte) == Some(char),
        Encoding::Ascii => byte.is_ascii() && char::from(byte) == char,
        _ => char::from(byte) == char,
    };
    text.chars().map(|char| (0..=u8::MAX).find(|byte| known(*byte, char)).unwrap_or(b'?')).collect()
}

// What git makes of a message that says it is UTF-8 and is not: the bytes that do not fit are taken for Latin-1.
fn decode_utf8(mut bytes: &[u8]) -> (String, bool) {
    let mut text = String::with_capacity(bytes.len());
    let mut lossy = false;
    loop {
        match std::str::from_utf8(bytes) {
            Ok(rest) => {
                text.push_str(rest);
                return (text, lossy);
            }
            Err(error) => {
                lossy = true;
                let (good, rest) = bytes.split_at(error.valid_up_to());
                text.push_str(&String::from_utf8_lossy(good));
                let Some((bad, rest)) = rest.split_first() else { return (text, lossy) };
                text.push(char::from(*bad));
                bytes = rest;
            }
        }
    }
}

fn each(bytes: &[u8], known: impl Fn(u8) -> Option<char>) -> (String, bool) {
    let mut lossy = false;
    let mut char = |byte: &u8| {
        known(*byte).unwrap_or_else(|| {
            lossy = true;
            char::REPLACEMENT_CHARACTER
        })
    };
    let text = bytes.iter().map(&mut char).collect();
    (text, lossy)
}

fn windows(byte: u8) -> Option<char> {
    match WINDOWS.get(usize::from(byte.wrapping_sub(0x80))) {
        None => Some(char::from(byte)),
        Some(0) => None,
        Some(code) => char::from_u32(u32::from(*code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_the_encoding_says() {
        for (bytes, encoding, text, lossy) in [
            (&b"caf\xc3\xa9"[..], None, "café", false),
            (b"caf\xc3\xa9", Some("utf-8"), "café", false),
            (b"caf\xe9 \xff", None, "café ÿ", true),
            (b"\xc3", None, "Ã", true),
            (b"caf\xe9", Some("ISO-8859-1"), "café", false),
            (b"caf\xe9", Some("latin1"), "café", false),
            (b"\x80 \x93x\x94", Some("windows-1252"), "€ “x”", false),
            (b"\x81", Some("cp1252"), "\u{fffd}", true),
            (b"caf\xe9", Some("US-ASCII"), "caf\u{fffd}", true),
            (b"plain", Some("Shift_JIS"), "plain", false),
            (b"\x83\x65", Some("Shift_JIS"), "\u{fffd}e", true),
            (b"\x1b$B", Some("ISO-2022-JP"), "\u{1b}$B", true),
        ] {
            assert_eq!(decode(bytes, encoding), (text.to_owned(), lossy), "{bytes:?} {encoding:?}");
        }
    }

    #[test]
    fn text_is_written_as_the_encoding_says() {
        assert_eq!(*encode("é€", None), *"é€".as_bytes());
        assert_eq!(*encode("é€", Some("latin-1")), *b"\xe9?");
        assert_eq!(*encode("é€", Some("cp1252")), *b"\xe9\x80");
        assert_eq!(*encode("é", Some("ascii")), *b"?");
    }
}
