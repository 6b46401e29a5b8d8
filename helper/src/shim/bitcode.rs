//! Texts in LLVM's bitcode, of which libraries consist that are linked with LTO. It is a stream of bits: a constant
//! begins at any bit, and has seven bits a character if it ends with NUL (LLVM's `BitcodeWriter.cpp`,
//! `writeConstants`). So a search for bytes does not find it.

use aho_corasick::AhoCorasick;

/// How bitcode begins.
const MAGIC: &[u8] = b"BC\xc0\xde";

/// Whether an artifact has bitcode with one of the texts in it.
pub(super) fn has(artifact: &[u8], texts: &[&[u8]]) -> bool {
    if memchr::memmem::find(artifact, MAGIC).is_none() {
        return false;
    }
    let packed = texts.iter().flat_map(|text| {
        let starts = (0..8).flat_map(|start| [(start, 7), (start, 8)]);
        starts.map(|(start, width)| packed(text, start, width))
    });
    // What cannot be searched is taken for found.
    AhoCorasick::new(packed.filter(|bytes| !bytes.is_empty())).map_or(true, |search| search.is_match(artifact))
}

/// The bytes that a text fills wholly if it begins at bit `start` of a byte, with `width` bits a character.
fn packed(text: &[u8], start: usize, width: usize) -> Vec<u8> {
    let ends = start + text.len() * width;
    let bit = |at: usize| {
        let at = at - start;
        text[at / width] >> (at % width) & 1
    };
    let byte = |index: usize| (0..8).fold(0, |byte, at| byte | bit(8 * index + at) << at);
    (start.div_ceil(8)..ends / 8).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_at_any_bit() {
        assert_eq!(packed(b"abc", 0, 8), b"abc");
        // `a` is 0110_0001 and `b` 0110_0010: from bit 4 on a half, then the halves of both.
        assert_eq!(packed(b"ab", 4, 8), [0b0010_0110]);
        assert_eq!(packed(b"ab", 0, 7), [0b0110_0001]);
        assert_eq!(packed(b"a", 3, 8), b"");
    }

    #[test]
    fn only_in_bitcode() {
        let packed = packed(b"/home/me/one", 3, 8);
        let texts: &[&[u8]] = &[b"/home/me/one"];
        assert!(has(&[MAGIC, &packed].concat(), texts));
        assert!(!has(&packed, texts) && !has(MAGIC, texts));
        assert!(!has(&[MAGIC, &packed[..9]].concat(), texts));
    }
}
