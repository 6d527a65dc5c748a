use super::*;
use psyncscope_engine::known_bugs::{Bug, enable};

fn of(words: &[&str]) -> Result<(String, bool), String> {
    match args::parse(words.iter().map(Into::into))? {
        Wanted::Sweep { seeds, part, time, json, script } => {
            Ok(swept(seeds, part, time, json, script.as_deref(), &ProgressDrawTarget::hidden()))
        }
        Wanted::Merge { files, json } => {
            let summary = merged(&files)?;
            Ok((if json { json_of(&summary) } else { text::of_parts(&summary) }, summary.failures.is_empty()))
        }
        Wanted::Help => unreachable!("nobody asks for it"),
    }
}

fn place(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("psyncscope-sweep-{}-{name}", std::process::id()))
}

#[test]
fn parts_that_are_merged_are_the_whole() {
    let files: Vec<PathBuf> = (0..3)
        .map(|index| {
            let (text, held) = of(&["--seeds", "0..10", "--shard", &format!("{index}/3"), "--json"]).expect("good");
            assert!(held && text.ends_with("}\n") && text.lines().count() == 1, "{text}");
            let file = place(&format!("{index}.json"));
            std::fs::write(&file, text).expect("a place for it");
            file
        })
        .collect();
    let names: Vec<&str> = files.iter().map(|file| file.to_str().expect("UTF-8")).collect();
    let (merged, held) = of(&[&["--merge"], &names[..]].concat()).expect("they fit");
    let (whole, _) = of(&["--seeds", "0..10", "--json"]).expect("good");
    let whole: Summary = serde_json::from_str(&whole).expect("its own writing");
    assert_eq!((merged, held), (text::of_parts(&whole), true));
    // As logs are collected: one behind the other.
    let all = place("all.json");
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).expect("it is there")).collect();
    std::fs::write(&all, text).expect("a place for it");
    let all = all.to_str().expect("UTF-8");
    let (again, _) = of(&["--merge", "--json", all]).expect("they fit");
    assert_eq!(serde_json::from_str::<Summary>(&again).expect("its own writing").totals, whole.totals);
    let (two, _) = of(&["--merge", names[0], names[2]]).expect("they fit");
    assert!(two.contains("not checked: 3 seeds; psyncscope sweep --seeds 3..6"), "{two}");
    let twice = of(&["--merge", names[0], all]).expect_err("the same twice");
    assert!(
        twice.contains("all.json, summary 1 and ") && twice.ends_with("seeds 0..3 were checked in both"),
        "{twice}"
    );
    std::fs::write(all, "{\"version\":1}").expect("a place for it");
    let damaged = of(&["--merge", names[1], all]).expect_err("damaged");
    assert!(damaged.contains("all.json: no summary of a sweep: missing field"), "{damaged}");
    std::fs::write(all, " ").expect("a place for it");
    assert!(of(&["--merge", all]).expect_err("empty").ends_with("the file is empty"));
    let none = of(&["--merge", "/nowhere/a.json"]).expect_err("no such file");
    assert!(none.starts_with("/nowhere/a.json: "), "{none}");
    files.iter().chain([&PathBuf::from(all)]).for_each(|file| std::fs::remove_file(file).expect("it is there"));
}

/// The time is over before the second world begins, at the latest.
#[test]
fn the_time_ends_a_sweep_cleanly() {
    let (text, held) = of(&["--seeds", "0..1000000", "--minutes", "0.0000001", "--json"]).expect("good");
    let summary: Summary = serde_json::from_str(&text).expect("its own writing");
    assert!(held && summary.totals.worlds <= 1, "{text}");
    assert_eq!(summary.left(), [Seeds { from: summary.parts[0].done.to, to: 1_000_000 }]);
    let shown = text::of_parts(&summary);
    assert!(shown.contains("..1000000\n") && shown.contains("not checked: "), "{shown}");
}

/// What a sweep prints of a bug is found by `psyncscope check` of the same program, at the same rule.
#[test]
fn a_failure_is_found_again_by_check() {
    enable(Some(Bug::StreamGap));
    let file = place("failure.psync");
    let name = file.to_str().expect("UTF-8");
    let (text, held) = of(&["--seeds", "0..1000", "--script", name]).expect("good");
    assert!(!held);
    let script = std::fs::read_to_string(&file).expect("it was written");
    assert!(text.ends_with(&script), "{text}");
    let seed: u64 = text
        .split("--seeds ")
        .last()
        .and_then(|text| text.split("..").next())
        .expect("a seed")
        .parse()
        .expect("a number");
    assert!(script.starts_with(&format!("# Seed {seed} of psyncscope ")), "{script}");
    // The rule that the comment tells of.
    let told = script.lines().nth(1).expect("what it shows");
    let rule = told.split("not true that ").nth(1).and_then(|text| text.split(':').next()).expect("a rule");
    let check = || crate::text_of(crate::args::parse(["check", name].map(Into::into)).expect("good"));
    let found = check().expect_err("the bug is there");
    let by_rule = format!(" ✗ {rule}: ");
    assert!(found.contains(&by_rule), "{found}\n{told}");
    let (again, held) = of(&["--seeds", &seed.to_string()]).expect("good");
    assert!(!held && again.contains(&format!("seed {seed} violates ")), "{again}");
    enable(None);
    let held = check().expect("nothing is wrong without the bug");
    assert!(held.contains(&format!("✓ {rule}\n")), "{held}");
    std::fs::remove_file(&file).expect("it is there");
}

/// What the documentation shows is understood, and so are the arguments of the Kubernetes Job.
#[test]
fn what_is_documented_can_be_asked_for() {
    let docs = include_str!("../../../../docs/sweep.md");
    let commands: Vec<Vec<&str>> = docs
        .lines()
        .filter_map(|line| {
            line.split("psyncscope sweep ").nth(1).filter(|_| !line.contains('|') || line.contains("parallel"))
        })
        .filter(|line| !line.contains("N..N+1"))
        .map(|line| line.split(['>', '\'']).next().unwrap_or_default().split_whitespace().collect())
        .collect();
    assert_eq!(commands.len(), 5, "{commands:?}");
    for words in commands {
        args::parse(words.iter().map(|word| word.replace("{}", "3").into()))
            .unwrap_or_else(|why| panic!("{words:?}: {why}"));
    }
    let job = include_str!("../../../../docs/sweep/job.yaml");
    let args = job.lines().skip_while(|line| line.trim() != "args:").skip(1);
    let args = args.map_while(|line| line.trim().strip_prefix("- ")).map(|word| word.trim_matches('"'));
    let args: Vec<String> = args.map(|word| word.replace("$(JOB_COMPLETION_INDEX)", "15")).collect();
    assert_eq!(args[0], "sweep");
    let wanted = args::parse(args[1..].iter().map(Into::into)).expect("good arguments");
    let Wanted::Sweep { part, json: true, .. } = wanted else { panic!("a sweep as JSON: {wanted:?}") };
    for field in ["completions", "parallelism"] {
        assert!(job.contains(&format!("  {field}: {}\n", part.of)), "{field} is the number of parts");
    }
}
