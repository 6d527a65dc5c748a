//! Random commands on streams, and what a Redis 5.0.14 replied, propagated and published: `recorded-*.txt`. Times are
//! a `T` in them, and how long entries are pending is 0.

use psyncscope_engine::ConnId;
use psyncscope_resp::{encode_command, split_args};

use crate::common::solo::{Solo, master};

const RECORDED: &[&str] = &[include_str!("recorded-1.txt"), include_str!("recorded-2.txt")];

/// A time in milliseconds is a number of 13 digits that begins with these.
fn mask(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let is_time = rest.len() >= 13 && rest[0] == b'1' && matches!(rest[1], b'7' | b'8');
        if is_time && rest[..13].iter().all(u8::is_ascii_digit) {
            out.push(b'T');
            at += 13;
        } else {
            out.push(rest[0]);
            at += 1;
        }
    }
    out
}

/// A word as the recording has it: quoted if it has something other than printable characters.
fn quoted(word: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"'\\".contains(byte);
    if !word.is_empty() && word.iter().all(plain) {
        return String::from_utf8_lossy(word).into_owned();
    }
    let byte = |byte: &u8| match byte {
        32..127 if !b"\"\\".contains(byte) => char::from(*byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    format!("\"{}\"", word.iter().map(byte).collect::<String>())
}

/// The first reply in these bytes as the recording has it, and the rest.
fn shown(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n").expect("a whole reply");
    let (line, mut rest) = (&bytes[..end], &bytes[end + 2..]);
    let number = || psyncscope_resp::parse_i64_strict(&line[1..]).expect("a number");
    let text = match (line[0], line.contains(&b' ')) {
        (b'$' | b'*', _) if number() < 0 => if line[0] == b'$' { "nil" } else { "nil*" }.to_owned(),
        (b'$', _) => {
            let (word, after) = rest.split_at(number() as usize);
            rest = &after[2..];
            quoted(&mask(word))
        }
        (b'*', _) => {
            let mut elements = Vec::new();
            for _ in 0..number() {
                let (element, after) = shown(rest);
                elements.push(element);
                rest = after;
            }
            format!("[{}]", elements.join(" "))
        }
        (_, true) => String::from_utf8_lossy(&mask(line)).into_owned(),
        (_, false) => quoted(&mask(line)),
    };
    (text, rest)
}

fn replies(bytes: &[u8]) -> Vec<String> {
    let (mut all, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let (text, after) = shown(rest);
        all.push(text);
        rest = after;
    }
    all
}

fn bytes_sent(solo: &mut Solo, conn: ConnId) -> Vec<u8> {
    let mut sent = Vec::new();
    solo.outputs.retain(|output| match output {
        psyncscope_engine::Output::Send { conn: to, bytes } if *to == conn => {
            sent.extend_from_slice(bytes);
            false
        }
        _ => true,
    });
    sent
}

fn check(recorded: &str) {
    let mut solo = master(&["notify-keyspace-events KEA"]);
    let replica = solo.attach_replica();
    let [client, subscriber] = [solo.accept(), solo.accept()];
    solo.say(subscriber, b"PSUBSCRIBE *\r\n");
    solo.sent(subscriber);
    let (commands, effects) = recorded.split_once("propagated\n").expect("what was propagated");
    let (propagated, published) = effects.split_once("published\n").expect("what was published");
    let lines: Vec<&str> = commands.lines().collect();
    for (n, pair) in lines.chunks(2).enumerate() {
        let words = split_args(pair[0].trim_start_matches("> ").as_bytes()).expect("a command");
        solo.say(client, &encode_command(&words));
        let reply = replies(&bytes_sent(&mut solo, client));
        assert_eq!(reply, [pair[1]], "command {n}: {}", pair[0]);
    }
    let stream = bytes_sent(&mut solo, replica);
    for (n, (ours, theirs)) in replies(&stream).iter().zip(propagated.lines()).enumerate() {
        assert_eq!(ours[1..ours.len() - 1], *theirs, "propagated command {n}");
    }
    assert_eq!(replies(&stream).len(), propagated.lines().count());
    let messages = replies(&bytes_sent(&mut solo, subscriber));
    let messages: Vec<_> = messages.iter().map(|message| message.trim_start_matches("[pmessage * ")).collect();
    let expected: Vec<_> = published.lines().map(|line| format!("{line}]")).collect();
    assert_eq!(messages, expected);
}

#[test]
fn recorded_commands_have_the_same_effects() {
    RECORDED.iter().for_each(|recorded| check(recorded));
}
