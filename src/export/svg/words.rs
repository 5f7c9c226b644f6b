//! Text in a picture: how wide it is about, cut to fit, broken into lines, and safe in XML.
//! Knows no picture.

/// About how wide a text is: fonts differ, so on the wide side.
pub fn measured(words: &str, size: f64) -> f64 {
    let of = |c: char| match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '·' => 0.34,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.9,
        c if c.is_uppercase() => 0.7,
        c if u32::from(c) > 0x2e80 => 1.05,
        _ => 0.58,
    };
    words.chars().map(of).sum::<f64>() * size
}

/// The text, escaped, cut with an ellipsis where it would not fit.
pub fn fitted(words: &str, size: f64, room: f64) -> String {
    if measured(words, size) <= room {
        return escaped(words);
    }
    let mut kept = String::new();
    for c in words.chars() {
        if measured(&kept, size) + measured("m…", size) > room {
            break;
        }
        kept.push(c);
    }
    escaped(kept.trim_end()) + "…"
}

/// Text that is safe in XML: no markup of its own, no character that XML forbids.
pub fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The text broken into lines that fit, at most `most` of them, not yet escaped.
pub fn lines(words: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for paragraph in words.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let longer = if line.is_empty() { word.to_string() } else { format!("{line} {word}") };
            if line.is_empty() || measured(&longer, size) <= room {
                line = longer;
            } else {
                out.push(std::mem::replace(&mut line, word.to_string()));
            }
        }
        out.push(line);
    }
    if out.len() > most {
        out.truncate(most);
        if let Some(last) = out.last_mut() {
            last.push('…');
        }
    }
    out
}
