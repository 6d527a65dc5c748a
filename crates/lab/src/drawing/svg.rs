//! What SVG files of the lab have in common.

use psyncscope_engine::ids::ReplId;

use crate::histories::Histories;

/// The fill and the outline of histories, in their order. The page has the same.
const COLOURS: [(&str, &str); 8] = [
    ("#e0eff8", "#0072b2"),
    ("#fce9dc", "#d55e00"),
    ("#dcf3ea", "#00916b"),
    ("#f8e6f1", "#b1508b"),
    ("#f8f0d0", "#a07800"),
    ("#e9eafb", "#5a5fc7"),
    ("#daf2f4", "#00838f"),
    ("#ececee", "#6b6f76"),
];

/// The fill and the outline of a history.
pub(super) fn colours(histories: &Histories, id: &ReplId) -> (&'static str, &'static str) {
    histories.place(id).map_or(("#ffffff", "#b9b6ae"), |at| COLOURS[at % COLOURS.len()])
}

/// The beginning of a file, up to its first element: a rectangle from (`left`, `top`).
pub(super) fn begun(left: f64, top: f64, width: f64, height: f64, style: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"{left:.0} {top:.0} {width:.0} {height:.0}\">\n<style>{style}</style>\n\
         <rect x=\"{left:.0}\" y=\"{top:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" fill=\"#fff\"/>\n"
    )
}

/// Text inside an element or an attribute; what XML cannot hold is left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_cannot_end_its_element() {
        assert_eq!(escaped("a</text>&\u{1}\""), "a&lt;/text&gt;&amp;&quot;");
    }
}
