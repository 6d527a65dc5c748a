//! What `psyncscope export` writes as packets, read by tshark.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use psyncscope_lab::{Lab, examples};

use crate::server::program;

/// The lines that tshark prints of these packets: the fields, separated by tabs.
fn dissected(pcap: Vec<u8>, fields: &[&str]) -> Vec<Vec<String>> {
    let mut tshark = Command::new(program("PSYNCSCOPE_TSHARK"));
    // Not found wrong unless it is looked at.
    for check in ["tcp.check_checksum:TRUE", "ip.check_checksum:TRUE", "tcp.analyze_sequence_numbers:TRUE"] {
        tshark.args(["-o", check]);
    }
    tshark.args(["-r", "-", "-T", "fields"]);
    for field in fields {
        tshark.args(["-e", field]);
    }
    let mut running =
        tshark.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("tshark");
    let mut stdin = running.stdin.take().expect("it was asked for");
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, &pcap));
    let output = running.wait_with_output().expect("tshark ends");
    writer.join().expect("no panic").expect("tshark reads all");
    assert!(output.status.success(), "{:?}", output.status);
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[test]
fn tshark_reads_the_packets_of_a_run_and_finds_no_fault() {
    let mut log = examples::opening();
    log.end_us = 20_000_000;
    let lab = Lab::replay(&log).expect("the example is a good run");
    let fields = [
        "_ws.col.Protocol",
        "tcp.checksum.status",
        "ip.checksum.status",
        "_ws.malformed",
        "_ws.col.Info",
        "_ws.expert",
    ];
    let packets = dissected(lab.pcap().expect("it was done before"), &fields);
    assert!(packets.len() > 50, "{} packets", packets.len());
    // 1 is good, 0 is bad, 2 was not looked at.
    for packet in &packets {
        assert_eq!((&*packet[1], &*packet[2], &*packet[3]), ("1", "1", ""), "{packet:?}");
    }
    let resp: BTreeSet<&str> = packets.iter().filter(|packet| packet[0] == "RESP").map(|packet| &*packet[4]).collect();
    for info in ["Request: PING", "Response: PONG", "Request: PSYNC ? -1", "Request: REPLCONF capa eof capa psync2"] {
        assert!(resp.contains(info), "{info} in {resp:?}");
    }
    assert!(resp.iter().any(|info| info.starts_with("Response: FULLRESYNC ")), "{resp:?}");
    assert!(resp.iter().any(|info| info.starts_with("Request: REPLCONF ACK ")), "{resp:?}");
}
