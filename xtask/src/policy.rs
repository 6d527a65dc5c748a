//! The Content-Security-Policy of a page that Trunk has built.
//!
//! The page may load from its own origin only, and runs no script but what it was built with: the inline ones are named by
//! their hashes, which are only known once Trunk has written them.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::error::{Result, ResultExt};
use crate::page_head;

/// Writes the policy into the page in this folder.
pub fn write(folder: &Path) -> Result<()> {
    let file = folder.join("index.html");
    let page = fs::read_to_string(&file).context("reading the page", "see the path")?;
    let page = with_policy(&page)?;
    fs::write(&file, page).context("writing the page", "see the path")
}

fn with_policy(page: &str) -> Result<String> {
    let scripts = hashes(page, "script");
    let styles = hashes(page, "style");
    // Compiling wasm has a permission of its own. Styles of single elements are what the page draws with; pictures are
    // its icons and what it exports. The worker is the service worker.
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src{styles}; \
         style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; \
         manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'"
    );
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\" />");
    page_head::with(page, &meta)
}

/// The hashes of the inline elements of this name, as sources of a policy.
fn hashes(page: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut out = String::new();
    let mut unread = page;
    while let Some((_, element)) = unread.split_once(&open) {
        let Some((attributes, content)) = element.split_once('>') else { break };
        let Some((content, after)) = content.split_once(&close) else { break };
        if !content.is_empty() && !attributes.contains("src=") {
            out.push_str(&format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(content))));
        }
        unread = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_elements_are_named_by_their_hashes() {
        let page = "<head><meta charset=\"utf-8\" /><script>alert('Hello, world.');</script><script src=\"a.js\"></script>\
                    <style>p{}</style></head>";
        let page = with_policy(page).unwrap_or_else(|error| panic!("{error}"));
        // The example of the specification of Content Security Policy.
        let hash = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";
        assert!(page.contains(&format!("script-src 'self' 'wasm-unsafe-eval' {hash}; style-src 'sha256-")), "{page}");
        assert_eq!(page.matches("sha256-").count(), 2, "{page}");
        assert!(with_policy("<meta charset=utf-8><style>p{}</style>").is_ok_and(|page| page.contains("sha256-")));
        assert!(with_policy("<head></head>").is_err());
    }
}
