//! The whole stage as a picture: nodes, wires, and packets under way.

use std::fmt::Write as _;

use psyncscope_sim::frame::{Fate, Frame, HostFrame, HostId, PacketFrame, Power, SimTime};

use super::geometry::{Curve, Point, Size, sector};
use super::layout::{Layout, layout};
use super::svg::{begun, colours, escaped};
use crate::format::{clock, shortened};
use crate::histories::Histories;
use crate::lang::{Bilingual, Lang, bilingual};
use crate::ring::{Eras, arcs};
use crate::topology::{self, Carries, WireView};

/// How much room there is, in pixels; more nodes make it larger.
const STAGE: Size = Size { w: 960.0, h: 560.0 };
/// The line at the top with the time.
const TOP: f64 = 32.0;
/// Letters of a packet's text.
const PACKET_MAX: usize = 24;
/// The width of a letter.
const LETTER: f64 = 6.7;

const STYLE: &str = "text{font:12px ui-monospace,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:#1a1a19}\
.name{font:bold 15px system-ui,sans-serif}.faint{fill:#5c5b57}.card{fill:#fff;stroke:#b9b6ae}.dead{fill:#efeeea;\
stroke:#b9b6ae;stroke-dasharray:5 4}.trouble{fill:#b42318}.moving{fill:#9a5200}.wire{fill:none;stroke:#b9b6ae;stroke-width:2}\
.handshake{stroke-dasharray:6 5}.disconnected,.other{stroke-dasharray:2 6}.cut{stroke:#b42318;stroke-dasharray:5 5;stroke-width:2.5}\
.arrow{fill:#b9b6ae}.cut-arrow{fill:#b42318}\
.label,.packet text,.chip text{font-size:11px;text-anchor:middle;dominant-baseline:central}\
.pill{fill:#fff;stroke:#dedcd6}.cut-pill{fill:#fdebe9;stroke:#b42318}.lost{stroke:#b42318;stroke-dasharray:3 3}\
.rim{fill:none;stroke:#dedcd6;stroke-width:9}";

/// The stage at a moment as an SVG file; `frame` is that of the moment.
#[must_use]
pub fn stage_svg(frame: &Frame, at: SimTime, histories: &Histories, lang: Lang) -> String {
    let hosts: Vec<HostId> = frame.hosts.iter().map(|host| host.id).collect();
    let masters = topology::masters(frame);
    let mut placed = layout(&hosts, &masters, STAGE);
    if placed.scale < 1.0 {
        // A file can be as large as it needs: cards are never smaller than they are made for.
        let room = Size { w: STAGE.w / placed.scale, h: STAGE.h / placed.scale };
        placed = layout(&hosts, &masters, room);
    }
    let stage = Stage { frame, at, histories, lang, placed };
    let mut out = begun(0.0, -TOP, stage.placed.plane.w, stage.placed.plane.h + TOP, STYLE);
    let _ = writeln!(out, "<text class=\"faint\" x=\"12\" y=\"-11\">{}</text>", clock(at));
    let wires: Vec<(WireView, Curve)> = topology::wires(frame, None)
        .into_iter()
        .filter_map(|wire| stage.curve(wire.a, wire.b).map(|curve| (wire, curve)))
        .collect();
    for (wire, curve) in &wires {
        stage.wire(&mut out, wire, curve);
    }
    for host in frame.hosts.iter() {
        stage.card(&mut out, host);
    }
    for (wire, curve) in &wires {
        let packets =
            frame.packets.iter().filter(|packet| topology::ordered(packet.from, packet.to) == (wire.a, wire.b));
        for packet in packets.filter(|packet| !packet.payload.is_empty()) {
            stage.packet(&mut out, packet, wire, curve);
        }
    }
    out.push_str("</svg>\n");
    out
}

struct Stage<'a> {
    frame: &'a Frame,
    at: SimTime,
    histories: &'a Histories,
    lang: Lang,
    placed: Layout,
}

impl Stage<'_> {
    fn corner(&self, id: HostId) -> Option<Point> {
        self.placed.corners.get(&id).copied()
    }

    fn curve(&self, a: HostId, b: HostId) -> Option<Curve> {
        let (a, b) = (self.corner(a)?, self.corner(b)?);
        Some(Curve::between(a, b, self.placed.card.size(), self.placed.flow))
    }

    fn wire(&self, out: &mut String, wire: &WireView, curve: &Curve) {
        let class = match wire.carries {
            _ if wire.cut_ab && wire.cut_ba => "cut",
            Carries::Stream => "stream",
            Carries::Handshake => "handshake",
            Carries::Disconnected => "disconnected",
            Carries::Other => "other",
        };
        let text = wire.label(CUT.get(self.lang));
        let (middle, width) = (curve.at(0.5), text.chars().count() as f64 * LETTER + 16.0);
        let pill = if wire.is_cut() { "cut-pill" } else { "pill" };
        if wire.is_half_cut() {
            for (forward, is_cut) in [(true, wire.cut_ab), (false, wire.cut_ba)] {
                let (line, class) = (curve.direction(forward), if is_cut { "cut" } else { class });
                let (path, arrow) = (line.path(), line.arrow(forward));
                let arrow_class = if is_cut { "arrow cut-arrow" } else { "arrow" };
                let _ = writeln!(
                    out,
                    "<path class=\"wire {class}\" d=\"{path}\"/><path class=\"{arrow_class}\" d=\"{arrow}\"/>"
                );
            }
        } else {
            let _ = writeln!(out, "<path class=\"wire {class}\" d=\"{}\"/>", curve.path());
        }
        let _ = writeln!(
            out,
            "<rect class=\"{pill}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" \
             height=\"22\" rx=\"11\"/><text class=\"label\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            middle.x - width / 2.0,
            middle.y - 11.0,
            middle.x,
            middle.y,
            escaped(&text)
        );
    }

    fn card(&self, out: &mut String, host: &HostFrame) {
        let Some(Point { x, y }) = self.corner(host.id) else { return };
        let Size { w, h } = self.placed.card.size();
        let dead = matches!(host.power, Power::Stopped | Power::Off);
        let class = if dead { "dead" } else { "card" };
        let _ = writeln!(
            out,
            "<g><rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.0}\" height=\"{h:.0}\" rx=\"8\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\"><tspan class=\"name\">{}</tspan><tspan class=\"faint\" dx=\"8\">{}</tspan></text>",
            x + 12.0,
            y + 24.0,
            escaped(&host.name),
            escaped(&self.role(host))
        );
        let (state, class) = self.state(host);
        let _ = writeln!(
            out,
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x + 12.0,
            y + 46.0,
            escaped(&state)
        );
        if let Some(node) = &host.node {
            let _ = writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\"><tspan class=\"faint\">{} </tspan>{}</text>",
                x + 12.0,
                y + 65.0,
                OFFSET.get(self.lang),
                node.master_repl_offset
            );
            let ids = std::iter::once(node.replid).chain((!node.replid2.is_none()).then_some(node.replid2));
            for (nth, id) in ids.enumerate() {
                let (fill, stroke) = colours(self.histories, &id);
                let left = x + 12.0 + 52.0 * nth as f64;
                let _ = writeln!(
                    out,
                    "<g class=\"chip\"><rect x=\"{left:.1}\" y=\"{:.1}\" width=\"46\" height=\"18\" rx=\"9\" fill=\"{fill}\" \
                     stroke=\"{stroke}\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
                    y + 76.0,
                    left + 23.0,
                    y + 85.0,
                    id.short()
                );
            }
            self.ring(out, host, Point::new(x + w - 34.0, y + h / 2.0 + 10.0));
        }
        out.push_str("</g>\n");
    }

    /// The backlog, small: what of it is held, and of which history.
    fn ring(&self, out: &mut String, host: &HostFrame, centre: Point) {
        let Some(node) = &host.node else { return };
        let _ =
            write!(out, "<g transform=\"translate({:.1} {:.1})\"><circle class=\"rim\" r=\"18\"/>", centre.x, centre.y);
        if let Some(backlog) = &node.backlog {
            let eras = Eras::of(node);
            for arc in arcs(&backlog.0, &eras) {
                let (_, stroke) = colours(self.histories, &eras.id(arc.era));
                // A whole turn would begin and end at one point, and draw nothing.
                let _ = write!(
                    out,
                    "<path fill=\"{stroke}\" d=\"{}\"/>",
                    sector(13.5, 22.5, arc.from, arc.to.min(arc.from + 0.9999))
                );
            }
        }
        out.push_str("</g>\n");
    }

    fn packet(&self, out: &mut String, packet: &PacketFrame, wire: &WireView, curve: &Curve) {
        let way = packet.arrives.0.saturating_sub(packet.sent.0).max(1) as f64;
        let done = (self.at.0.saturating_sub(packet.sent.0) as f64 / way).clamp(0.0, 1.0);
        let at = curve.at(if packet.from == wire.a { done } else { 1.0 - done });
        let text = shortened(&packet.label, PACKET_MAX);
        let width = text.chars().count() as f64 * LETTER + 12.0;
        let lost = matches!(packet.fate, Fate::Lost | Fate::Cut);
        let class = if lost { "packet lost" } else { "packet" };
        let from = topology::host(self.frame, packet.from).and_then(|host| host.node.as_ref()).map(|node| node.replid);
        let (fill, stroke) = from.map_or(("#fff", "#b9b6ae"), |id| colours(self.histories, &id));
        let _ = writeln!(
            out,
            "<g class=\"{class}\"><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"20\" rx=\"6\" fill=\"{fill}\" \
             stroke=\"{stroke}\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
            at.x - width / 2.0,
            at.y - 10.0,
            at.x,
            at.y,
            escaped(&text)
        );
    }

    fn role(&self, host: &HostFrame) -> String {
        let upstream = host.node.as_ref().and_then(|node| node.upstream.as_ref());
        match upstream {
            None => MASTER.get(self.lang).to_owned(),
            Some(upstream) => {
                let master = topology::master_of(host, &self.frame.hosts).map(|id| topology::name(self.frame, id));
                let name = master.as_deref().unwrap_or(&upstream.host);
                match self.lang {
                    Lang::En => format!("replica of {name}"),
                    Lang::Zh => format!("{name} 的副本"),
                }
            }
        }
    }

    /// The state of the link or of the process, and its class.
    fn state(&self, host: &HostFrame) -> (String, &'static str) {
        let process = match host.power {
            Power::Running => None,
            Power::Paused => Some(PAUSED),
            Power::Stopped => Some(STOPPED),
            Power::Off => Some(OFF),
        };
        if let Some(process) = process {
            return (process.get(self.lang).to_owned(), "trouble");
        }
        let Some(node) = &host.node else { return ("–".to_owned(), "") };
        match &node.upstream {
            Some(upstream) if upstream.state.name() == "CONNECTED" => (upstream.state.name().to_owned(), ""),
            Some(upstream) => (upstream.state.name().to_owned(), "moving"),
            None => {
                let n = node.replicas.len();
                let text = match (self.lang, n) {
                    (Lang::En, 1) => "1 replica".to_owned(),
                    (Lang::En, n) => format!("{n} replicas"),
                    (Lang::Zh, n) => format!("{n} 个副本"),
                };
                (text, "")
            }
        }
    }
}

const MASTER: Bilingual = bilingual("master", "主节点");
const OFFSET: Bilingual = bilingual("offset", "偏移量");
const CUT: Bilingual = bilingual("cut", "已断开");
const PAUSED: Bilingual = bilingual("paused", "已暂停");
const STOPPED: Bilingual = bilingual("stopped", "已停止");
const OFF: Bilingual = bilingual("no power", "已断电");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Action, Lab, examples};

    /// The picture of the opening with the wire between `a` and `b` cut like that.
    fn picture(cuts: &[(&str, &str)]) -> String {
        let mut lab = Lab::new(examples::opening().config).expect("a world");
        lab.run_for(2_000_000);
        for (from, to) in cuts {
            let cut = Action::Cut { from: (*from).into(), to: (*to).into(), one_way: true };
            lab.act(cut).expect("a wire");
        }
        stage_svg(&lab.frame_at(lab.now()), lab.now(), &Histories::default(), Lang::En)
    }

    #[test]
    fn each_direction_of_a_wire_that_is_cut_one_way_is_drawn() {
        let count = |svg: &str, what: &str| svg.matches(what).count();
        for cuts in [[("a", "b")], [("b", "a")]] {
            let svg = picture(&cuts);
            // One direction is cut, the other one and the wire to `c` are whole.
            assert_eq!(count(&svg, "<path class=\"wire cut\""), 1, "{svg}");
            assert_eq!(count(&svg, "<path class=\"wire stream\""), 2, "{svg}");
            assert_eq!((count(&svg, "\"arrow\""), count(&svg, "\"arrow cut-arrow\"")), (1, 1), "{svg}");
        }
        assert_ne!(picture(&[("a", "b")]), picture(&[("b", "a")]));
        let both = picture(&[("a", "b"), ("b", "a")]);
        assert_eq!(count(&both, "<path class=\"wire cut\""), 1, "{both}");
        assert_eq!(count(&both, "<path class=\"arrow"), 0, "{both}");
    }
}
