//! `psyncscope export`: a run as a file for another program, or as a picture.

use std::sync::Arc;

use psyncscope_lab::drawing::{ring_svg, stage_svg};
use psyncscope_lab::index::Index;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{Lab, topology};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use crate::args::Picture;

/// A PNG has this many pixels for each of the picture's, so that it can be projected.
const PNG_SCALE: f32 = 2.0;
/// A PNG may be as wide and as high as this, in pixels: a long diagram has less than [`PNG_SCALE`] pixels for each of its own.
const PNG_SIDE_MAX: f32 = 16_000.0;

/// The picture as SVG; of the stage or a ring at a moment.
///
/// # Errors
/// The node has no backlog at that moment or is not there; the moment lies beyond the run's end.
pub fn svg(lab: &Lab, picture: &Picture, at: SimTime) -> Result<String, String> {
    if at > lab.now() {
        return Err(format!("--at lies beyond the end of the run, {} seconds", lab.now().0 as f64 / 1e6));
    }
    let mut index = Index::default();
    index.extend(lab);
    let frame = lab.frame_at(at);
    match picture {
        Picture::Diagram(wanted) => crate::diagram(lab, wanted),
        Picture::Stage(lang) => Ok(stage_svg(&frame, at, index.histories(), *lang)),
        Picture::Ring(node) => {
            let host = match node {
                Some(name) => {
                    topology::host_named(&frame, name).ok_or_else(|| format!("there is no node {name} at that time"))?
                }
                None => frame.hosts.first().ok_or("there is no node at that time")?,
            };
            let svg = ring_svg(&frame, host, index.histories());
            svg.ok_or_else(|| format!("{} has no backlog at that time; --node and --at choose another", host.name))
        }
    }
}

/// The picture as PNG, with this machine's fonts.
///
/// # Errors
/// This machine has no fonts.
pub fn png(svg: &str) -> Result<Vec<u8>, String> {
    let options = usvg::Options { fontdb: Arc::new(fonts()?), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size();
    let scale = PNG_SCALE.min(PNG_SIDE_MAX / size.width().max(size.height()));
    let pixels = |side: f32| (side * scale).ceil() as u32;
    let mut pixmap = Pixmap::new(pixels(size.width()), pixels(size.height())).ok_or("the picture is empty")?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| error.to_string())
}

/// The fonts of this machine. What pictures call `monospace` and `sans-serif` is one that is there.
fn fonts() -> Result<fontdb::Database, String> {
    let mut fonts = fontdb::Database::new();
    fonts.load_system_fonts();
    let families = |monospaced: bool| -> Vec<String> {
        let upright = fonts.faces().filter(|face| face.monospaced == monospaced && face.style == fontdb::Style::Normal);
        upright.filter_map(|face| face.families.first().map(|(name, _)| name.clone())).collect()
    };
    let chosen = |found: Vec<String>, known: &[&str]| {
        let known = known.iter().find(|name| found.iter().any(|found| found == *name)).map(|name| (*name).to_owned());
        known.or_else(|| found.into_iter().next())
    };
    let mono = chosen(families(true), &["Menlo", "Consolas", "DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono"]);
    let sans = chosen(families(false), &["Helvetica", "Segoe UI", "DejaVu Sans", "Liberation Sans", "Noto Sans"]);
    let (Some(mono), Some(sans)) = (mono.clone().or_else(|| sans.clone()), sans.or(mono)) else {
        return Err("no font is installed here to draw the picture's words with; .svg needs none".to_owned());
    };
    fonts.set_monospace_family(mono);
    fonts.set_sans_serif_family(sans);
    Ok(fonts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::{Lang, examples};

    #[test]
    fn pictures_of_a_moment_are_drawn_or_refused() {
        let lab = Lab::replay(&examples::opening()).expect("it is good");
        let ring = |node: Option<&str>, at| svg(&lab, &Picture::Ring(node.map(str::to_owned)), SimTime(at));
        let drawn = ring(None, 9_000_000).expect("a has a backlog");
        assert!(drawn.contains(">idx</text>") && drawn.contains(">b, c</text>"), "{drawn}");
        assert_eq!(ring(Some("z"), 9_000_000), Err("there is no node z at that time".to_owned()));
        assert!(ring(Some("b"), 0).is_err_and(|error| error.contains("b has no backlog at that time")));
        assert!(ring(None, 99_000_000).is_err_and(|error| error.contains("beyond the end of the run, 10 seconds")));
        let stage = svg(&lab, &Picture::Stage(Lang::Zh), SimTime(4_600_000)).expect("there are nodes");
        assert!(stage.contains("a 的副本") && stage.contains("SET user:2 grace"), "{stage}");
    }

    #[test]
    fn a_png_has_twice_the_pixels() {
        let lab = Lab::replay(&examples::opening()).expect("it is good");
        let png = png(&svg(&lab, &Picture::Ring(None), lab.now()).expect("a has a backlog")).expect("it is small");
        let pixmap = Pixmap::decode_png(&png).expect("its own writing");
        assert_eq!((pixmap.width(), pixmap.height()), (800, 672));
        let coloured = pixmap.pixels().iter().filter(|pixel| pixel.red() != pixel.blue()).count();
        assert!(coloured > 5_000, "the cells are painted: {coloured}");
    }
}
