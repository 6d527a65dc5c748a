//! Whether two datasets are equal.

use psyncscope_keyspace::Keyspace;
use psyncscope_resp::escape;

/// Compares keys, values, and whether keys expire, but not when: EXPIRE is propagated with a relative time, so the
/// absolute time depends on each node's clock.
///
/// # Errors
/// The first difference.
pub fn same_values(one: &Keyspace, other: &Keyspace) -> Result<(), String> {
    let databases = one.databases().max(other.databases());
    for db in 0..databases {
        let len = |keyspace: &Keyspace| if db < keyspace.databases() { keyspace.db(db).len() } else { 0 };
        if len(one) == 0 && len(other) == 0 {
            continue;
        }
        if len(one) != len(other) {
            return Err(format!("database {db} has {} keys here and {} there", len(one), len(other)));
        }
        for (key, entry) in one.iter(db) {
            let name = || format!("key {} of database {db}", escape(key));
            let Some(twin) = other.get(db, key) else {
                return Err(format!("{} is missing", name()));
            };
            if entry.value() != twin.value() {
                return Err(format!("{} is {:?} here and {:?} there", name(), entry.value(), twin.value()));
            }
            if entry.expire_ms().is_some() != twin.expire_ms().is_some() {
                return Err(format!(
                    "{} expires here at {:?}, there at {:?}",
                    name(),
                    entry.expire_ms(),
                    twin.expire_ms()
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Keyspace {
        let mut keyspace = Keyspace::new(4);
        keyspace.set(0, b"a", b"1".as_slice());
        keyspace.set(2, b"b", b"2".as_slice());
        keyspace.set_expire(2, b"b", 1000);
        keyspace
    }

    #[test]
    fn only_the_time_of_expiry_may_differ() {
        let mut other = filled();
        assert_eq!(same_values(&filled(), &other), Ok(()));
        other.set_expire(2, b"b", 1001);
        assert_eq!(same_values(&filled(), &other), Ok(()));
        other.persist(2, b"b");
        assert!(same_values(&filled(), &other).is_err());
    }

    #[test]
    fn every_difference_is_found() {
        let differs = |change: fn(&mut Keyspace)| {
            let mut other = filled();
            change(&mut other);
            same_values(&filled(), &other).is_err() && same_values(&other, &filled()).is_err()
        };
        assert!(differs(|keyspace| {
            keyspace.set(0, b"a", b"2".as_slice());
        }));
        assert!(differs(|keyspace| {
            keyspace.set(0, b"c", b"1".as_slice());
        }));
        assert!(differs(|keyspace| {
            keyspace.delete(0, b"a");
        }));
        assert!(differs(|keyspace| {
            keyspace.rename(0, b"a", b"A");
        }));
        assert!(differs(|keyspace| keyspace.swap_db(2, 3)));
    }
}
