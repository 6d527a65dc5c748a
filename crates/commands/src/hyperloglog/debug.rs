//! PFDEBUG and PFSELFTEST.

use rand_core::RngCore;

use super::format::{self, HEADER, REGISTER_MAX, REGISTERS, Registers};
use super::{INVALID, checked, count, dense, put, sparse};
use crate::call::Call;

/// PFDEBUG GETREG | DECODE | ENCODING | TODENSE key. GETREG and TODENSE convert to dense, which counts as a change.
pub fn pfdebug(call: &mut Call<'_>) {
    let argv = call.argv;
    let (subcommand, key) = (argv[1].to_ascii_lowercase(), &argv[2]);
    let value = call.lookup_write_string(key);
    let Ok(value) = checked(call, value) else { return };
    let Some(value) = value else { return call.reply.error("ERR The specified key does not exist") };
    let what = subcommand.as_slice();
    if !matches!(what, b"getreg" | b"decode" | b"encoding" | b"todense") {
        return call.reply.error([b"ERR Unknown PFDEBUG subcommand '", argv[1].as_slice(), b"'"].concat());
    }
    if argv.len() != 3 {
        let text = [b"ERR Wrong number of arguments for the '", argv[1].as_slice(), b"' subcommand"];
        return call.reply.error(text.concat());
    }
    let is_dense = format::is_dense(&value);
    match what {
        b"encoding" => return call.reply.status(if is_dense { "dense" } else { "sparse" }),
        b"decode" if is_dense => return call.reply.error("ERR HLL encoding is not sparse"),
        b"decode" => return call.reply.bulk(sparse::describe(&value[HEADER..])),
        _ => {}
    }
    let mut bytes = value.to_vec();
    drop(value);
    if !is_dense {
        if format::make_dense(&mut bytes).is_err() {
            return call.reply.error(INVALID);
        }
        put(call, key, bytes.clone(), true);
    }
    if what == b"todense" {
        return call.reply.integer(i64::from(!is_dense));
    }
    let mut registers = Registers::default();
    if registers.merge(&bytes).is_err() {
        return call.reply.error(INVALID);
    }
    call.reply.array(REGISTERS);
    for value in registers.values() {
        call.reply.integer(i64::from(*value));
    }
}

/// How often PFSELFTEST writes and reads all registers (`HLL_TEST_CYCLES`).
const CYCLES: usize = 1000;

/// Elements that PFSELFTEST adds. Redis adds ten million, which would block a page.
const MEMBERS: u64 = 1_000_000;

/// PFSELFTEST: registers keep their values, both encodings agree, and the estimate is within bounds.
pub fn pfselftest(call: &mut Call<'_>) {
    match registers_hold(call).and_then(|()| estimates_hold(call)) {
        Ok(()) => call.reply.ok(),
        Err(error) => call.reply.error(error),
    }
}

fn registers_hold(call: &mut Call<'_>) -> Result<(), String> {
    let (mut registers, mut wanted) = (vec![0; dense::LEN], vec![0; REGISTERS]);
    for _ in 0..CYCLES {
        registers.fill(0);
        call.rng.fill_bytes(&mut wanted);
        for (index, value) in wanted.iter_mut().enumerate() {
            *value &= REGISTER_MAX;
            dense::set(&mut registers, index, *value);
        }
        for (index, wanted) in wanted.iter().enumerate() {
            let value = dense::get(&registers, index);
            if value != *wanted {
                return Err(format!("ERR TESTFAILED Register {index} should be {wanted} but is {value}"));
            }
        }
    }
    Ok(())
}

fn estimates_hold(call: &mut Call<'_>) -> Result<(), String> {
    let sparse_len_max = call.config.hll_sparse_max_bytes;
    let seed = call.rng.next_u64();
    let (mut one, mut other) = (format::empty(), format::empty());
    let corrupted = |_| "ERR TESTFAILED Corrupted HLL object".to_owned();
    format::make_dense(&mut one).map_err(corrupted)?;
    let estimate = |bytes: &[u8]| format::histogram(bytes).map(|histogram| count::estimate(&histogram));
    let mut checkpoint = 1;
    for number in 1..=MEMBERS {
        let element = (number ^ seed).to_le_bytes();
        for bytes in [&mut one, &mut other] {
            format::add(bytes, &element, sparse_len_max).map_err(corrupted)?;
        }
        if number != checkpoint {
            continue;
        }
        if number < sparse_len_max as u64 / 2 && format::is_dense(&other) {
            return Err("ERR TESTFAILED sparse encoding not used".to_owned());
        }
        let estimated = estimate(&one).map_err(corrupted)?;
        if estimate(&other).map_err(corrupted)? != estimated {
            return Err("ERR TESTFAILED dense/sparse disagree".to_owned());
        }
        let standard_error = 1.04 / (REGISTERS as f64).sqrt();
        // With ten elements one collision would already exceed the bound.
        let error_max = if number == 10 { 1 } else { (standard_error * 6.0 * number as f64).ceil() as u64 };
        let error = number.abs_diff(estimated);
        if error > error_max {
            return Err(format!("ERR TESTFAILED Too big error. card:{number} abserr:{error}"));
        }
        checkpoint *= 10;
    }
    Ok(())
}
