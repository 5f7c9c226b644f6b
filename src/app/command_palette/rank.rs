//! How well an entry answers what was typed: every word must be found, at the start of its name is best.
//! Knows no entry's meaning.

/// The text in small letters without accents, so that `cache` finds `Caché`.
pub fn plain(text: &str) -> String {
    let bare = |c: char| match c {
        'á' | 'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        c => c,
    };
    text.chars().flat_map(char::to_lowercase).map(bare).collect()
}

/// How far an entry is from what was typed, both plain: 0 is best; `None` if a word is not found at all.
pub fn distance(typed: &str, name: &str, words: &str) -> Option<u32> {
    let starts = |text: &str, word: &str| text.split(|c: char| !c.is_alphanumeric()).any(|w| w.starts_with(word));
    let one = |word: &str| match () {
        _ if name.starts_with(word) => Some(0),
        _ if starts(name, word) => Some(1),
        _ if starts(words, word) => Some(3),
        _ if name.contains(word) => Some(4),
        _ if word.chars().count() > 1 && is_abbreviation(word, name) => Some(6),
        _ => None,
    };
    typed.split_whitespace().map(one).sum()
}

/// Whether the letters come in this order: `lb` in `load balancer`, each at the start of a word or right after the last.
fn is_abbreviation(short: &str, name: &str) -> bool {
    let mut letters = short.chars().peekable();
    let mut at_start = true;
    let mut follows = false;
    for c in name.chars() {
        follows = letters.peek() == Some(&c) && (at_start || follows);
        if follows {
            letters.next();
        }
        at_start = !c.is_alphanumeric();
    }
    letters.peek().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_the_name_is_best_and_every_word_must_be_found() {
        assert_eq!(distance("undo", "undo", ""), Some(0));
        assert!(distance("fit", "zoom to fit", "") < distance("fit", "something", "fit whole"));
        assert_eq!(distance("zoom cache", "zoom to fit", ""), None);
        assert_eq!(distance("", "anything", ""), Some(0));
    }

    #[test]
    fn initials_find_it_too() {
        assert_eq!(distance("lb", "load balancer", ""), Some(6));
        assert_eq!(distance("lobal", "load balancer", ""), Some(6));
        assert_eq!(distance("bl", "load balancer", ""), None);
    }

    #[test]
    fn accents_and_capitals_do_not_matter() {
        assert_eq!(plain("Caché Ñandú"), "cache nandu");
    }
}
