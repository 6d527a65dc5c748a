//! The page's icons as PNG, made of its one SVG. To write them anew:
//! `PSYNCSCOPE_WRITE_ICONS=1 cargo test -p psyncscope-cli --test icons`.

use std::fs;
use std::path::Path;

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg;

const ICONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/icons");
/// What differs between processors: a rounding.
const DIFFERENCE_MAX: u8 = 2;

/// The icon with this many pixels a side; `None` if the SVG is none. One with a ground has the part of the side that systems never cut off.
fn icon(svg: &str, side: u32, ground: Option<f32>) -> Option<Pixmap> {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).ok()?;
    let mut pixmap = Pixmap::new(side, side)?;
    if ground.is_some() {
        pixmap.fill(Color::from_rgba8(0xf6, 0xf5, 0xf2, 0xff));
    }
    let (side, part) = (side as f32, ground.unwrap_or(1.0));
    let scale = side * part / tree.size().width();
    let margin = side * (1.0 - part) / 2.0;
    let transform = Transform::from_row(scale, 0.0, 0.0, scale, margin, margin);
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    Some(pixmap)
}

#[test]
fn the_icons_are_drawn_of_the_svg() {
    let folder = Path::new(ICONS);
    let svg = fs::read_to_string(folder.join("icon.svg")).unwrap();
    for (name, side, ground) in [
        ("icon-192.png", 192, None),
        ("icon-512.png", 512, None),
        ("icon-maskable-512.png", 512, Some(0.64)),
        ("apple-touch-icon.png", 180, Some(0.76)),
    ] {
        let (path, drawn) = (folder.join(name), icon(&svg, side, ground).unwrap());
        if std::env::var_os("PSYNCSCOPE_WRITE_ICONS").is_some() {
            fs::write(&path, drawn.encode_png().unwrap()).unwrap();
        }
        let kept = Pixmap::load_png(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!((kept.width(), kept.height()), (side, side), "{name}");
        let off = kept.data().iter().zip(drawn.data()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(DIFFERENCE_MAX), "{name} is not what icon.svg draws");
    }
}
