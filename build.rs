//! Makes the list of icons from what is in their folder, so that there is no other list of them.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=assets/icons");
    let of = |name: &str| env::var(name).map_err(io::Error::other);
    let folder = Path::new(&of("CARGO_MANIFEST_DIR")?).join("assets/icons");
    let files: Vec<_> = fs::read_dir(&folder)?.map(|file| Ok(file?.path())).collect::<io::Result<_>>()?;
    let mut names: Vec<_> =
        files.iter().filter(|p| p.extension().is_some_and(|e| e == "svg")).filter_map(|p| p.file_stem()?.to_str()).collect();
    names.sort_unstable();
    let svg = |name: &str| format!("include_str!({:?})", folder.join(format!("{name}.svg")));
    let arms: String = names.iter().map(|name| format!("    {name:?} => {},\n", svg(name))).collect();
    let list = format!("match name {{\n{arms}    _ => {},\n}}\n", svg("box"));
    fs::write(Path::new(&of("OUT_DIR")?).join("icons.rs"), list)
}
