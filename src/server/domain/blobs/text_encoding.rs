//! How the bytes of a text are read that may have been cut anywhere. Whether they are a text is decided by who reads them.

/// The units of UTF-16 with the mark of its byte order (Unicode 23.8), as Windows writes it, without the mark; `None` if the
/// bytes do not begin with one. A character that is cut in two at the end is left out.
pub(in crate::server::domain) fn utf_16_units(bytes: &[u8]) -> Option<Vec<u16>> {
    let (units, read): (_, fn([u8; 2]) -> u16) = match bytes {
        // This mark of UTF-32 begins with that of UTF-16.
        [0xff, 0xfe, 0, 0, ..] => return None,
        [0xff, 0xfe, units @ ..] => (units, u16::from_le_bytes),
        [0xfe, 0xff, units @ ..] => (units, u16::from_be_bytes),
        _ => return None,
    };
    let mut units: Vec<u16> = units.as_chunks().0.iter().copied().map(read).collect();
    units.pop_if(|last| (0xd800..0xdc00).contains(last));
    Some(units)
}

/// The bytes without a character of UTF-8 that is cut in two at their end.
pub(in crate::server::domain) fn without_cut_character(bytes: &[u8]) -> &[u8] {
    let cut = std::str::from_utf8(bytes).err().filter(|error| error.error_len().is_none());
    &bytes[..cut.map_or(bytes.len(), |error| error.valid_up_to())]
}
