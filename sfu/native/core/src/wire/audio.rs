//! Client-to-mixer audio level (RFC 6464): one byte, voice flag and level in -dBov.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioLevel {
    pub voice: bool,
    /// -dBov: 0 is the loudest, 127 silence.
    pub level: u8,
}

/// The value of the header extension. RFC 6464 3: the two-byte form may carry a padding byte after it.
pub fn parse_level(ext: &[u8]) -> Option<AudioLevel> {
    if ext.len() > 2 {
        return None;
    }
    let byte = *ext.first()?;
    Some(AudioLevel { voice: byte & 0x80 != 0, level: byte & 0x7f })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_and_voice_are_read() {
        assert_eq!(parse_level(&[0x80 | 30]), Some(AudioLevel { voice: true, level: 30 }));
        assert_eq!(parse_level(&[127, 0]), Some(AudioLevel { voice: false, level: 127 }));
    }

    #[test]
    fn other_lengths_are_no_level() {
        assert_eq!(parse_level(&[]), None);
        assert_eq!(parse_level(&[1, 2, 3]), None);
    }
}
