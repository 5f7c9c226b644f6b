//! Share links: a whole document in a short text that fits the fragment of an address.
//! Positional JSON without names and defaults, deflated, in the alphabet of addresses. Decoding ends in the same
//! strict reader as a file, and never takes more memory than the largest file: what is inflated, parsed and unfolded is
//! counted before it is made.

mod compact;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine as _;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use miniz_oxide::inflate::TINFLStatus;

use crate::diagram::Document;
use crate::files::{self, Problem, Problems, MAX_BYTES};

/// The document as a text of letters, digits, `-` and `_`.
pub fn encode(doc: &Document) -> String {
    let text = compact::to_compact(doc).to_string();
    URL_SAFE_NO_PAD.encode(compress_to_vec(text.as_bytes(), 10))
}

/// The document in such a text, validated as a file is.
pub fn decode(text: &str) -> Result<Document, Problems> {
    let bad = |message: &str| Problem::new("", message);
    let text = text.trim().trim_end_matches('=');
    if text.is_empty() {
        return Err(bad("the link holds no diagram").into());
    }
    if text.len() > MAX_BYTES {
        return Err(bad("the link is too long").into());
    }
    let bytes =
        URL_SAFE_NO_PAD.decode(text).map_err(|_| bad("the link is damaged: it holds letters that no link has, or its end is missing"))?;
    let inflated = decompress_to_vec_with_limit(&bytes, MAX_BYTES).map_err(|e| match e.status {
        TINFLStatus::HasMoreOutput => bad("the link holds more than a diagram can be"),
        TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => bad("the link is cut off"),
        _ => bad("the link is damaged"),
    })?;
    let text = String::from_utf8(inflated).map_err(|_| bad("the link is damaged"))?;
    compact::from_compact(files::parse_tree(&text, compact::limits)?)
}
