//! The JavaScript that brings the second part in.

/// What wasm-bindgen writes where the first part is instantiated, twice: for a module at hand and for one to be fetched.
const IMPORTS: &str = "const imports = __wbg_get_imports();";

/// Appended to wasm-bindgen's file. `REST` is the second part's path from there.
const LOADER: &str = include_str!("rest.js");

/// Adds the loader of the second part, which lies at `path` from the file, to what wasm-bindgen wrote.
///
/// # Errors
/// The file does not look as this version of wasm-bindgen writes it.
pub fn add_loader(glue: &str, path: &str) -> Result<String, String> {
    let places = glue.matches(IMPORTS).count();
    if places != 2 {
        return Err(format!("expected `{IMPORTS}` twice in wasm-bindgen's file, found it {places} times"));
    }
    let glue = glue.replace(IMPORTS, "const imports = { ...__wbg_get_imports(), rest: { need: needRest } };");
    Ok(format!("{glue}\n{}", LOADER.replace("REST", path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_is_added_where_the_imports_are() {
        let glue = format!("a {IMPORTS} b {IMPORTS} c");
        let added = add_loader(&glue, "./lazy/x.wasm").expect("two places");
        assert_eq!(added.matches("needRest }").count(), 2);
        assert!(added.contains("'./lazy/x.wasm'"), "{added}");
        assert!(add_loader("something else", "x").is_err());
    }
}
