//! Random commands against a model that is one sorted vector of pairs.

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::super::*;
use crate::call::testing::Bench;

const SEEDS: u64 = 20;
const STEPS: usize = 1500;

struct Model {
    members: Vec<(f64, String)>,
}

impl Model {
    fn sort(&mut self) {
        self.members.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    }

    fn score(&self, member: &str) -> Option<f64> {
        self.members.iter().find(|(_, other)| other == member).map(|(score, _)| *score)
    }

    fn set(&mut self, member: &str, score: f64) {
        self.members.retain(|(_, other)| other != member);
        self.members.push((score, member.to_owned()));
        self.sort();
    }
}

fn array(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    let mut reply = format!("*{}|", words.len());
    for word in words {
        reply += &format!("${}|{word}|", word.len());
    }
    reply
}

fn pairs<'a>(members: impl IntoIterator<Item = &'a (f64, String)>) -> String {
    array(members.into_iter().flat_map(|(score, member)| [member.clone(), score.to_string()]))
}

#[test]
fn random_commands_match_a_simple_model() {
    for seed in 0..SEEDS {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut next = |below: u64| rng.next_u64() % below;
        let (mut bench, mut model) = (Bench::new(), Model { members: Vec::new() });
        for step in 0..STEPS {
            let member = format!("m{}", next(400));
            let score = next(40) as f64 - 20.0;
            let other = next(40) as f64 - 20.0;
            let at = next(1 + model.members.len() as u64) as usize;
            let (line, handler, expect): (String, fn(&mut Call<'_>), String) = match next(14) {
                0..=4 => {
                    let new = model.score(&member).is_none();
                    model.set(&member, score);
                    (format!("zadd z {score} {member}"), zadd, format!(":{}|", u8::from(new)))
                }
                5 => {
                    let sum = model.score(&member).unwrap_or(0.0) + score;
                    model.set(&member, sum);
                    let text = sum.to_string();
                    (format!("zincrby z {score} {member}"), zincrby, format!("${}|{text}|", text.len()))
                }
                6 => {
                    let before = model.members.len();
                    model.members.retain(|(_, other)| *other != member);
                    (format!("zrem z {member}"), zrem, format!(":{}|", before - model.members.len()))
                }
                7 => {
                    let rank = model.members.iter().position(|(_, other)| *other == member);
                    (format!("zrank z {member}"), zrank, rank.map_or("$-1|".into(), |rank| format!(":{rank}|")))
                }
                8 => {
                    let end = at + 7;
                    let found = model.members.iter().skip(at).take(8);
                    (format!("zrange z {at} {end} withscores"), zrange, pairs(found))
                }
                9 => {
                    let found = model.members.iter().rev().filter(|(s, _)| *s > score && *s <= other).skip(1).take(5);
                    let line = format!("zrevrangebyscore z {other} ({score} withscores limit 1 5");
                    (line, zrevrangebyscore, pairs(found))
                }
                10 => {
                    let count = model.members.iter().filter(|(s, _)| *s >= score && *s < other).count();
                    (format!("zcount z {score} ({other}"), zcount, format!(":{count}|"))
                }
                11 if step % 3 == 0 => {
                    let before = model.members.len();
                    model.members.retain(|(s, _)| !(*s >= score && *s <= score + 1.0));
                    let line = format!("zremrangebyscore z {score} {}", score + 1.0);
                    (line, zremrangebyscore, format!(":{}|", before - model.members.len()))
                }
                12 => {
                    let count = next(4) as usize;
                    let keep = model.members.len().saturating_sub(count);
                    let popped = model.members.split_off(keep);
                    (format!("zpopmax z {count}"), zpopmax, pairs(popped.iter().rev()))
                }
                _ => {
                    let end = (at + 2).min(model.members.len());
                    let removed = model.members.drain(at..end).count();
                    let line = format!("zremrangebyrank z {at} {}", at + 1);
                    (line, zremrangebyrank, format!(":{removed}|"))
                }
            };
            let done = bench.run(handler, &line);
            assert_eq!(done.reply, expect, "seed {seed}, step {step}: {line}");
            let kept = match bench.keyspace.get(0, b"z").map(|entry| entry.value()) {
                None => Vec::new(),
                Some(psyncscope_keyspace::Value::Zset(zset)) => {
                    assert!(!zset.is_empty(), "seed {seed}, step {step}: {line}");
                    zset.iter().map(|(member, score)| (score, String::from_utf8_lossy(member).into_owned())).collect()
                }
                Some(other) => panic!("{other:?}"),
            };
            assert_eq!(kept, model.members, "seed {seed}, step {step}: {line}");
        }
    }
}
