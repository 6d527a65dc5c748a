//! Pasted INFO and logs: whatever is read can be answered for in each language, and nothing of it is lost.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psyncscope_lab::Lang;
use psyncscope_lab::observed::{Observed, advice, answers, groups, looks_observed, promotions, remarks};

fuzz_target!(|text: &str| {
    let _ = looks_observed(text);
    let Ok(observed) = Observed::read(text) else { return };
    let nodes = &observed.nodes;
    let lines = text.split('\n').count();
    assert!(observed.unread.iter().all(|unread| (1..=lines).contains(&unread.line)));
    assert!(observed.findings.iter().all(|finding| (1..=lines).contains(&finding.line)));
    for (place, node) in nodes.iter().enumerate() {
        assert!((1..=lines).contains(&node.line));
        assert!(!nodes[..place].iter().any(|other| other.name == node.name), "{}", node.name);
    }
    let cells = answers(nodes);
    assert_eq!(cells.len(), nodes.len() * nodes.len().saturating_sub(1));
    let promotions = promotions(nodes);
    assert_eq!(promotions.len(), nodes.len());
    for promotion in &promotions {
        assert_eq!(promotion.partial.len() + promotion.full.len() + promotion.unknown.len() + 1, nodes.len());
    }
    for lang in Lang::ALL {
        for cell in &cells {
            assert!(!advice(cell, nodes).is_empty());
            advice(cell, nodes).iter().for_each(|said| drop(said.text(lang)));
        }
        promotions.iter().flat_map(|promotion| promotion.said(nodes)).for_each(|said| drop(said.text(lang)));
        remarks(nodes).iter().for_each(|remark| drop(remark.said.text(lang)));
        observed.findings.iter().for_each(|finding| drop(finding.said.text(lang)));
    }
    let grouped: usize = groups(&observed.findings).iter().map(|group| group.findings.len()).sum();
    assert_eq!(grouped, observed.findings.len());
    let ruler = observed.ruler();
    assert!(ruler.axis.lo < ruler.axis.hi && ruler.rows.len() <= nodes.len() && ruler.ticks.len() < 20);
});
