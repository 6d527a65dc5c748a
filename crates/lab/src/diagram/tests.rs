use psyncscope_sim::frame::Fate;

use super::layout::{Layout, Place};
use super::*;
use crate::{Action, examples};

/// The opening, with a cut of a-b from 5 s to 8 s a write in between, and three writes after it.
fn session() -> (Lab, Index) {
    let mut lab = Lab::new(examples::opening().config).expect("the opening");
    let wire = || ("a".to_owned(), "b".to_owned());
    let act = |lab: &mut Lab, action: Action| lab.act(action).expect("the lab takes it");
    lab.run_for(5_000_000);
    let (from, to) = wire();
    act(&mut lab, Action::Cut { from, to, one_way: false });
    act(&mut lab, Action::Exec { node: "a".to_owned(), console: 0, command: "SET k 1".to_owned() });
    lab.run_for(3_000_000);
    let (from, to) = wire();
    act(&mut lab, Action::Heal { from, to, one_way: false });
    lab.run_for(2_000_000);
    for n in 0..3 {
        act(&mut lab, Action::Exec { node: "a".to_owned(), console: 0, command: format!("SET n {n}") });
        lab.run_for(100_000);
    }
    lab.run_for(4_000_000);
    let mut index = Index::default();
    index.extend(&lab);
    (lab, index)
}

fn diagram_of(lab: &Lab, index: &Index, detail: Detail) -> Diagram {
    Diagram::new(lab, index, Stretch { from: SimTime(0), to: lab.now(), detail }, Lang::En)
}

fn arrows(diagram: &Diagram) -> impl Iterator<Item = &Arrow> {
    diagram.items.iter().filter_map(|item| match item {
        Item::Arrow(arrow) => Some(arrow),
        Item::Mark(_) => None,
    })
}

fn marks(diagram: &Diagram) -> impl Iterator<Item = &Mark> {
    diagram.items.iter().filter_map(|item| match item {
        Item::Mark(mark) => Some(mark),
        Item::Arrow(_) => None,
    })
}

/// Every packet that ever was, from all frames.
fn all_packets(lab: &Lab) -> Vec<u64> {
    let mut ids: Vec<u64> =
        lab.world().frames().iter().flat_map(|f| f.packets.iter().map(|p| p.id).collect::<Vec<_>>()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[test]
fn every_packet_is_an_arrow_of_the_finest_diagram() {
    let (lab, index) = session();
    let shown: Vec<u64> = arrows(&diagram_of(&lab, &index, Detail::Segments)).map(|arrow| arrow.packet).collect();
    let mut sorted = shown.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, all_packets(&lab));
}

#[test]
fn coarser_diagrams_leave_out_and_join_but_lose_no_message() {
    let (lab, index) = session();
    let [overview, messages, segments] = Detail::ALL.map(|detail| diagram_of(&lab, &index, detail));
    assert!(overview.items.len() < messages.items.len() && messages.items.len() < segments.items.len());
    let bytes = |diagram: &Diagram, of: &[Carries]| -> (usize, usize) {
        let of = arrows(diagram).filter(|arrow| of.contains(&arrow.carries));
        of.fold((0, 0), |(count, bytes), arrow| (count + arrow.count, bytes + arrow.bytes))
    };
    let told = [Carries::Stream, Carries::Message];
    assert_eq!(bytes(&overview, &told), bytes(&messages, &told));
    assert_eq!(bytes(&messages, &told), bytes(&segments, &told));
    assert!(arrows(&overview).any(|arrow| arrow.count > 1), "what repeats is joined");
    let typed: Vec<(String, usize)> =
        marks(&overview).filter(|mark| mark.tone == Tone::Command).map(|mark| (mark.text(), mark.count)).collect();
    assert_eq!(typed.last(), Some(&("> SET n 0 … ×3".to_owned(), 3)), "{typed:?}");
    assert!(arrows(&messages).all(|arrow| arrow.count == 1));
}

#[test]
fn the_handshake_is_told_in_its_order() {
    let (lab, index) = session();
    let diagram = diagram_of(&lab, &index, Detail::Overview);
    let (a, b) = (lab.host("a").unwrap(), lab.host("b").unwrap());
    let between = |arrow: &&Arrow| [arrow.from, arrow.to] == [a, b] || [arrow.from, arrow.to] == [b, a];
    let words: Vec<&str> = arrows(&diagram).filter(between).take(9).map(|arrow| &*arrow.label).collect();
    let begins =
        ["PING", "+PONG", "REPLCONF listening-port", "+OK", "REPLCONF", "+OK", "PSYNC ?", "+FULLRESYNC", "RDB"];
    for (word, begin) in words.iter().zip(begins) {
        assert!(word.starts_with(begin), "{words:?}");
    }
    let at_b: Vec<&str> = marks(&diagram).filter(|mark| mark.host == b).map(|mark| &*mark.label).collect();
    assert!(at_b.contains(&"CONNECTED"), "{at_b:?}");
}

#[test]
fn a_cut_and_what_it_took_are_seen() {
    let (lab, index) = session();
    let diagram = diagram_of(&lab, &index, Detail::Overview);
    assert!(arrows(&diagram).any(|arrow| arrow.fate == Fate::Cut && arrow.label.contains("SET k 1")), "{diagram:#?}");
    assert!(arrows(&diagram).any(|arrow| arrow.again && arrow.fate == Fate::Arrives), "sent again");
    let cut = marks(&diagram).find(|mark| mark.label.contains("cut")).expect("the cut");
    assert!(cut.other.is_some());
}

#[test]
fn packets_of_a_moving_stretch_are_those_of_a_fresh_one() {
    let (lab, _) = session();
    let mut moving = Packets::default();
    for to in (0..=12).map(|s| SimTime(s * 1_000_000)) {
        let from = SimTime(to.0.saturating_sub(2_500_000));
        moving.cover(&lab, from, to);
        let mut fresh = Packets::default();
        fresh.cover(&lab, from, to);
        let ids = |packets: &Packets| packets.within(from, to).map(|packet| packet.id).collect::<Vec<_>>();
        assert_eq!(ids(&moving), ids(&fresh), "up to {to:?}");
    }
    // Back in time.
    moving.cover(&lab, SimTime(500_000), SimTime(900_000));
    let ids: Vec<_> = moving.within(SimTime(500_000), SimTime(900_000)).map(|packet| packet.sent).collect();
    assert!(!ids.is_empty() && ids.iter().all(|sent| (500_000..=900_000).contains(&sent.0)));
}

#[test]
fn a_diagram_of_what_was_looked_up_before_is_a_fresh_one() {
    let (mut lab, mut index) = session();
    let mut cache = DiagramCache::default();
    let mut look = |lab: &Lab, from: u64, to: SimTime, detail: Detail| {
        index.extend(lab);
        let stretch = Stretch { from: SimTime(from), to, detail };
        let cached = Diagram::cached(lab, &index, stretch, Lang::En, &mut cache);
        assert_eq!(cached, Diagram::new(lab, &index, stretch, Lang::En), "{stretch:?}");
    };
    let names = || ("a".to_owned(), "b".to_owned());
    for round in 0..4 {
        // The second direction of the wire changes what is said about the first, at the same instant.
        for turned in [false, true] {
            let (from, to) = if turned { (names().1, names().0) } else { names() };
            let cut = Action::Cut { from: from.clone(), to: to.clone(), one_way: true };
            let heal = Action::Heal { from, to, one_way: true };
            lab.act(if round % 2 == 0 { cut } else { heal }).expect("the lab takes it");
            look(&lab, 0, lab.now(), Detail::Messages);
        }
        lab.run_for(100_000);
        look(&lab, 0, lab.now(), Detail::Messages);
    }
    // Forward in time, back, and with other words.
    for to in (0..=12).chain([3, 9]).map(|s| SimTime(s * 1_000_000)) {
        look(&lab, to.0.saturating_sub(2_500_000), to, Detail::Overview);
    }
    look(&lab, 0, lab.now(), Detail::Segments);
}

#[test]
fn nothing_lies_over_anything_else_beside_the_same_host() {
    let (lab, index) = session();
    for detail in Detail::ALL {
        let diagram = diagram_of(&lab, &index, detail);
        let layout = Layout::new(&diagram);
        // What takes a line of text beside each host: marks around their middle, texts of arrows above their beginning.
        // A text stands in the space beside its arrow's beginning, a mark reaches into the spaces on both sides.
        let mut taken: Vec<(usize, f64, f64)> = Vec::new();
        let column = |host| diagram.column(host).unwrap();
        for (item, place) in diagram.items.iter().zip(&layout.places) {
            match (item, place) {
                (Item::Arrow(arrow), Place::Arrow { from, to }) => {
                    assert!(to >= from && *to <= layout.height, "{arrow:?}");
                    let (left, right) = (column(arrow.from), column(arrow.to));
                    taken.push((if left < right { left } else { left - 1 }, from - 0.95, *from));
                }
                (Item::Mark(mark), Place::Mark(y)) => {
                    for host in [Some(mark.host), mark.other].into_iter().flatten() {
                        taken.push((column(host), y - 0.5, y + 0.5));
                    }
                }
                _ => panic!("{item:?} is placed as {place:?}"),
            }
        }
        for (nth, (space, top, bottom)) in taken.iter().enumerate() {
            for (other, other_top, other_bottom) in &taken[nth + 1..] {
                let apart = space != other || bottom <= other_top || other_bottom <= top;
                assert!(apart, "{detail:?}: {space} {top}..{bottom} and {other_top}..{other_bottom}");
            }
        }
    }
}

#[test]
fn later_is_lower() {
    let (lab, index) = session();
    let diagram = diagram_of(&lab, &index, Detail::Messages);
    let layout = Layout::new(&diagram);
    let mut before = 0.0;
    for ms in 0..=12_000 {
        let y = layout.y_of(SimTime(ms * 1000));
        assert!(y >= before && y <= layout.height, "{ms} ms");
        before = y;
    }
    let overview = Layout::new(&diagram_of(&lab, &index, Detail::Overview));
    assert!(!overview.quiet.is_empty(), "seconds without anything are told as such");
}

#[test]
fn files_name_every_host_and_item() {
    let (lab, index) = session();
    let diagram = diagram_of(&lab, &index, Detail::Messages);
    let (svg, mermaid) = (diagram.svg(), diagram.mermaid());
    assert_eq!(svg.matches("class=\"name\"").count(), 3);
    assert_eq!(svg.matches("<path class=\"arrow").count(), arrows(&diagram).count());
    assert_eq!(svg.matches("<g class=\"mark").count(), marks(&diagram).count());
    assert_eq!(mermaid.lines().count(), 1 + 3 + diagram.items.len());
    assert!(mermaid.contains("b->>a: PING\n") && mermaid.contains("Note over b: CONNECTED\n"), "{mermaid}");
    assert!(mermaid.contains("a-xb: "), "{mermaid}");
}
