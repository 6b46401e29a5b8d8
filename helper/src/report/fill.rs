//! Line breaks between words at a terminal's width. Commands are not broken: copied, they must stay on one line.

use textwrap::{Options, WordSplitter};

/// The narrowest terminal for which lines are broken.
const LEAST: usize = 40;

/// The width of the terminal; `None` if the output is a file or a pipe.
pub fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// Breaks lines that are longer than `width`; all but the first are indented by `indent` spaces. `used` columns of the
/// first line are used already.
pub(super) fn fill(text: &str, used: usize, indent: usize, width: Option<usize>) -> String {
    let Some(width) = width.filter(|width| *width >= LEAST) else {
        return text.to_owned();
    };
    let (first, other) = (" ".repeat(used), " ".repeat(indent));
    let options = Options::new(width)
        .initial_indent(&first)
        .subsequent_indent(&other)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    let filled = textwrap::fill(text, options);
    filled.strip_prefix(&first).unwrap_or(&filled).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn between_words() {
        let text = "one two three four five six seven eight nine ten";
        assert_eq!(
            fill(text, 10, 4, Some(40)),
            "one two three four five six\n    seven eight nine ten"
        );
        assert_eq!(fill(text, 10, 4, None), text);
        assert_eq!(fill(text, 10, 4, Some(20)), text);
        let path = "/a".repeat(50);
        assert_eq!(
            fill(&format!("in {path} here"), 2, 4, Some(40)),
            format!("in\n    {path}\n    here")
        );
    }

    proptest! {
        #[test]
        fn no_word_is_lost(text in "[a-zé ]{0,200}", used in 0..60usize, indent in 0..20usize, width in 40..120usize) {
            let filled = fill(&text, used, indent, Some(width));
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&filled), words(&text));
            let is_one_word = |line: &str| !line.trim().contains(' ');
            prop_assert!(filled.lines().skip(1).all(|line| line.chars().count() <= width || is_one_word(line)));
        }
    }
}
