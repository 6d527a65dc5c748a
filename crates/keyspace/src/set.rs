//! A set (t_set.c, intset.c).

use indexmap::IndexSet;
use psyncscope_resp::parse_i64_strict;
use rustc_hash::FxBuildHasher;

/// Approximate bytes per member besides its content: a `dictEntry` and an sds header.
const MEMBER_OVERHEAD_BYTES: usize = 32;

/// Unordered members. Their order here depends only on the history of changes; all commands use it.
#[derive(Clone, Debug)]
pub struct Set {
    members: Members,
    bytes: usize,
}

/// Redis has two encodings and shows which one it uses; the order in the first is visible too.
#[derive(Clone, Debug)]
enum Members {
    /// `intset`: only integers, ascending. Each with its text, so that members can be borrowed as bytes.
    Integers(Vec<(i64, Box<[u8]>)>),
    /// `hashtable`: in insertion order, but a removal moves the last member into the gap.
    Table(IndexSet<Box<[u8]>, FxBuildHasher>),
}

impl Default for Set {
    fn default() -> Self {
        Self { members: Members::Integers(Vec::new()), bytes: 0 }
    }
}

impl Set {
    /// The most members of an intset unless `set-max-intset-entries` says otherwise.
    pub const INTEGERS_MAX: usize = 512;

    /// Members.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.members {
            Members::Integers(integers) => integers.len(),
            Members::Table(table) => table.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An approximate size in bytes.
    #[must_use]
    pub const fn approximate_bytes(&self) -> usize {
        self.bytes
    }

    /// The encoding's name, as OBJECT ENCODING replies it.
    #[must_use]
    pub const fn encoding_name(&self) -> &'static str {
        match self.members {
            Members::Integers(_) => "intset",
            Members::Table(_) => "hashtable",
        }
    }

    /// Whether `member` is in the set.
    #[must_use]
    pub fn contains(&self, member: &[u8]) -> bool {
        match &self.members {
            Members::Integers(integers) => find(integers, member).is_some(),
            Members::Table(table) => table.contains(member),
        }
    }

    /// The member at `index` in the set's order.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<&[u8]> {
        match &self.members {
            Members::Integers(integers) => integers.get(index).map(|(_, text)| text.as_ref()),
            Members::Table(table) => table.get_index(index).map(AsRef::as_ref),
        }
    }

    /// All members, in the set's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        // Every index below the length has a member.
        (0..self.len()).map(|index| self.at(index).unwrap_or_default())
    }

    /// [`Set::insert_within`] the default limit.
    pub fn insert(&mut self, member: &[u8]) -> bool {
        self.insert_within(member, Self::INTEGERS_MAX)
    }

    /// Adds a member; returns whether it is new (`setTypeAdd`). A set with a member that is not an integer, or with
    /// more than `integers_max` members, is converted to a hash table.
    pub fn insert_within(&mut self, member: &[u8], integers_max: usize) -> bool {
        let new = match &mut self.members {
            Members::Integers(integers) => match parse_i64_strict(member) {
                Some(integer) => match integers.binary_search_by_key(&integer, |(integer, _)| *integer) {
                    Ok(_) => false,
                    Err(at) => {
                        integers.insert(at, (integer, member.into()));
                        if integers.len() > integers_max {
                            self.convert();
                        }
                        true
                    }
                },
                None => self.convert().insert(member.into()),
            },
            Members::Table(table) => !table.contains(member) && table.insert(member.into()),
        };
        if new {
            self.bytes += cost(member);
        }
        new
    }

    /// `setTypeConvert`.
    fn convert(&mut self) -> &mut IndexSet<Box<[u8]>, FxBuildHasher> {
        if let Members::Integers(integers) = &mut self.members {
            let table = std::mem::take(integers).into_iter().map(|(_, text)| text).collect();
            self.members = Members::Table(table);
        }
        match &mut self.members {
            Members::Table(table) => table,
            Members::Integers(_) => unreachable!("converted above"),
        }
    }

    /// Removes a member. Returns whether it existed.
    pub fn remove(&mut self, member: &[u8]) -> bool {
        let was = match &mut self.members {
            Members::Integers(integers) => match find(integers, member) {
                Some(at) => {
                    integers.remove(at);
                    true
                }
                None => false,
            },
            Members::Table(table) => table.swap_remove(member),
        };
        if was {
            self.bytes -= cost(member);
        }
        was
    }

    /// Removes the member at `index` in the set's order and returns it.
    pub fn take(&mut self, index: usize) -> Option<Box<[u8]>> {
        let member = match &mut self.members {
            Members::Integers(integers) if index < integers.len() => integers.remove(index).1,
            Members::Integers(_) => return None,
            Members::Table(table) => table.swap_remove_index(index)?,
        };
        self.bytes -= cost(&member);
        Some(member)
    }
}

fn find(integers: &[(i64, Box<[u8]>)], member: &[u8]) -> Option<usize> {
    let integer = parse_i64_strict(member)?;
    integers.binary_search_by_key(&integer, |(integer, _)| *integer).ok()
}

fn cost(member: &[u8]) -> usize {
    member.len() + MEMBER_OVERHEAD_BYTES
}

impl PartialEq for Set {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|member| other.contains(member))
    }
}
