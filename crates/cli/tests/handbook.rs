//! The frames of the handbook (`docs/`) show what they say: their links are made again from the scripts that they name.
//! To write them anew: `PSYNCSCOPE_WRITE_LINKS=1 cargo test -p psyncscope-cli --test handbook`.

use std::fs;
use std::path::Path;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// What a frame has: the arguments of `psyncscope link`, then the link.
const ARGUMENTS: &str = "data-link=\"";
const LINK: &str = "?embed#";

#[test]
fn the_links_of_frames_are_those_of_their_scripts() {
    let mut frames = 0;
    let entries = ["docs", "docs/zh"].map(|folder| fs::read_dir(Path::new(ROOT).join(folder)).unwrap());
    for entry in entries.into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let mut made = String::new();
        for line in text.split_inclusive('\n') {
            let Some((_, rest)) = line.split_once(ARGUMENTS) else {
                made.push_str(line);
                continue;
            };
            frames += 1;
            let (before, link) = line.split_once(LINK).unwrap();
            let (_, after) = link.split_once('"').unwrap();
            let arguments = rest.split('"').next().unwrap().split(' ');
            let mut program = Command::new(env!("CARGO_BIN_EXE_psyncscope"));
            let output = program.current_dir(ROOT).arg("link").args(arguments).output().unwrap();
            assert!(output.status.success(), "{line}{}", String::from_utf8_lossy(&output.stderr));
            let link = String::from_utf8(output.stdout).unwrap();
            made.push_str(&format!("{before}?embed{}\"{after}", link.trim()));
        }
        if std::env::var_os("PSYNCSCOPE_WRITE_LINKS").is_some() {
            fs::write(&path, &made).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), made, "{}", path.display());
    }
    assert!(frames > 0, "the handbook has frames");
}
