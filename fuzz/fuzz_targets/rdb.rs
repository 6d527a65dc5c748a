//! RDB files and DUMP payloads: everything that loads is saved and loads again as the same, in steps and at once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psyncscope_rdb::{self as rdb, EncodingLimits, LoadOptions, Loaded, Loader, Progress, SaveInfo, SaveJob};

fn in_steps(bytes: &[u8], options: LoadOptions, bytes_max: usize) -> Option<Loaded> {
    let mut loader = Loader::new(bytes.into(), options).ok()?;
    loop {
        match loader.step(bytes_max).ok()? {
            Progress::More(more) => loader = more,
            Progress::Done(loaded) => return Some(loaded),
        }
    }
}

// The first byte chooses: bit 0 a version up to 9 or up to 12, bit 1 a payload, the others the size of a step.
fuzz_target!(|data: &[u8]| {
    let Some((&how, bytes)) = data.split_first() else { return };
    let max_version = if how & 1 == 0 { 9 } else { 12 };
    if how & 2 != 0 {
        // Sealed, or no payload would ever get as far as its value.
        let sealed = seal(bytes, max_version);
        if let Ok(value) = rdb::restore(&sealed, max_version, &EncodingLimits::default()) {
            assert_eq!(
                rdb::restore(&rdb::dump(&value, how & 4 != 0), 9, &EncodingLimits::default()).as_ref(),
                Ok(&value)
            );
        }
        return;
    }
    let options = LoadOptions { max_version, ..LoadOptions::default() };
    let loaded = rdb::load(bytes, &options);
    let stepped = in_steps(bytes, options, usize::from(how >> 2));
    assert_eq!(loaded.is_ok(), stepped.is_some());
    let (Ok(loaded), Some(stepped)) = (loaded, stepped) else { return };
    assert!(loaded.keyspace.equal_data(&stepped.keyspace));
    let info = SaveInfo {
        unix_s: 0,
        used_mem: 0,
        repl: loaded.repl.clone(),
        scripts: loaded.scripts.iter().map(|body| body.as_slice().into()).collect(),
        compress: how & 4 != 0,
        checksum: true,
    };
    let saved = SaveJob::new(&loaded.keyspace, info.clone()).run();
    let again = rdb::load(&saved, &LoadOptions::default()).expect("what we wrote loads");
    assert!(again.keyspace.equal_data(&loaded.keyspace));
    assert_eq!(again.keyspace.counts(), loaded.keyspace.counts());
    assert_eq!(again.repl, loaded.repl);
    assert_eq!(SaveJob::new(&again.keyspace, info).run(), saved);
});

/// A payload of this version with this type and value.
fn seal(body: &[u8], version: u32) -> Vec<u8> {
    let mut bytes = [body, &(version as u16).to_le_bytes()].concat();
    let checksum = psyncscope_fuzz::crc64(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}
