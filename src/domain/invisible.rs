//! Characters that show nothing, so that two texts that look alike would differ.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Returns whether a character shows nothing by itself: a format character (Unicode general category Cf), or another that
/// is ignorable by default (`Default_Ignorable_Code_Point`), such as a Hangul filler.
pub fn is_invisible(c: char) -> bool {
    !c.is_ascii()
        && (CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
            || CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::Format)
}

/// Returns a text without its invisible characters.
pub fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_characters_and_fillers_are_invisible_and_letters_are_not() {
        for c in [
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{2060}',
            '\u{2066}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{fff9}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e01ef}',
        ] {
            assert!(is_invisible(c), "{c:?}");
        }
        for c in ['a', '-', 'ü', '\u{308}', '王', '🦄', '\u{a0}'] {
            assert!(!is_invisible(c), "{c:?}");
        }
    }
}
