//! Which functions the page does without until somebody does something.

use std::collections::{BTreeMap, BTreeSet};

use walrus::ir::{Call, RefFunc, ReturnCall, Visitor, dfs_in_order};
use walrus::{ElementItems, ExportItem, FunctionId, FunctionKind, Module};

/// Places in the code, by path, and places in those that are excepted.
const LATER: &[(&str, &[&str])] = &include!("later.in");

/// What goes where.
pub struct Plan {
    /// The functions of the second part.
    pub later: BTreeSet<FunctionId>,
    /// Those of them that the first part calls or whose address it takes, in order of their names.
    pub entries: Vec<FunctionId>,
}

/// Chooses. A function goes into the second part if it lies in one of the places of [`LATER`], or if only such functions
/// call it.
pub fn plan(module: &Module) -> Plan {
    let users = users(module);
    let pinned = pinned(module);
    let mut later: BTreeSet<FunctionId> = module
        .funcs
        .iter()
        .filter(|function| matches!(function.kind, FunctionKind::Local(_)))
        .filter(|function| function.name.as_deref().is_some_and(is_later))
        .map(walrus::Function::id)
        .collect();
    loop {
        let more: Vec<FunctionId> = module
            .funcs
            .iter_local()
            .map(|(id, _)| id)
            .filter(|id| !later.contains(id) && !pinned.contains(id))
            .filter(|id| users.get(id).is_some_and(|users| users.iter().all(|user| later.contains(user))))
            .collect();
        if more.is_empty() {
            break;
        }
        later.extend(more);
    }
    let needed = |id: &FunctionId| {
        pinned.contains(id) || users.get(id).is_some_and(|users| users.iter().any(|user| !later.contains(user)))
    };
    let mut entries: Vec<FunctionId> = later.iter().copied().filter(needed).collect();
    entries.sort_by_cached_key(|id| module.funcs.get(*id).name.clone());
    Plan { later, entries }
}

/// Whether a function of this name lies in one of the places of [`LATER`]. Names of methods on traits and generics have
/// the place inside, as in `<psyncscope_engine::rdb::Loader as core::ops::Drop>::drop`: what counts is the first path.
fn is_later(name: &str) -> bool {
    let path = plain(name);
    LATER.iter().any(|(place, but)| lies_in(&path, place) && !but.iter().any(|place| lies_in(&path, place)))
}

/// Whether a path begins so. A star stands for the rest of a name but its end: `Node>::*_command`.
fn lies_in(path: &str, place: &str) -> bool {
    match place.split_once('*') {
        None => path.starts_with(place),
        Some((begin, end)) => {
            path.strip_prefix(begin).and_then(|rest| rest.split("::").next()).is_some_and(|name| name.ends_with(end))
        }
    }
}

/// The first path in a name, without the crates' hashes: `psyncscope_engine::node::Node>::client_command`.
fn plain(name: &str) -> String {
    let mut depth = 0;
    let name = name.trim_start_matches(['<', '&', '*', '(']);
    name.chars()
        .filter(|&char| {
            depth += i32::from(char == '[');
            let keep = depth == 0;
            depth -= i32::from(char == ']');
            keep
        })
        .collect()
}

/// Who calls or names each function.
fn users(module: &Module) -> BTreeMap<FunctionId, BTreeSet<FunctionId>> {
    struct Uses<'a> {
        user: FunctionId,
        users: &'a mut BTreeMap<FunctionId, BTreeSet<FunctionId>>,
    }
    impl Uses<'_> {
        fn note(&mut self, used: FunctionId) {
            if used != self.user {
                self.users.entry(used).or_default().insert(self.user);
            }
        }
    }
    impl<'instr> Visitor<'instr> for Uses<'_> {
        fn visit_call(&mut self, call: &Call) {
            self.note(call.func);
        }

        fn visit_return_call(&mut self, call: &ReturnCall) {
            self.note(call.func);
        }

        fn visit_ref_func(&mut self, reference: &RefFunc) {
            self.note(reference.func);
        }
    }
    let mut users = BTreeMap::new();
    for (user, function) in module.funcs.iter_local() {
        dfs_in_order(&mut Uses { user, users: &mut users }, function, function.entry_block());
    }
    users
}

/// Functions that something beside code refers to: tables, exports, the start.
fn pinned(module: &Module) -> BTreeSet<FunctionId> {
    let mut pinned: BTreeSet<FunctionId> = module.start.into_iter().collect();
    for element in module.elements.iter() {
        if let ElementItems::Functions(functions) = &element.items {
            pinned.extend(functions);
        }
    }
    pinned.extend(module.exports.iter().filter_map(|export| match export.item {
        ExportItem::Function(id) => Some(id),
        _ => None,
    }));
    pinned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_what_differs_from_build_to_build() {
        assert_eq!(plain("psyncscope_engine[ab12]::rdb::load"), "psyncscope_engine::rdb::load");
        assert_eq!(plain("<&mut a[1]::B as c[2]::D>::e"), "mut a::B as c::D>::e");
        assert!(is_later("psyncscope_engine[ab12]::command::keys::keys"));
        assert!(is_later("<psyncscope_engine[ab12]::node::Node>::config_command::{closure#0}"));
        assert!(!is_later("psyncscope_engine[ab12]::command::table::lookup"));
        assert!(!is_later("psyncscope_engine[ab12]::rdb::load"));
    }

    /// The functions' names live in a section of their own; without it nothing would be moved, silently.
    #[test]
    fn what_only_the_second_part_calls_goes_with_it() {
        let mut module = Module::default();
        let mut add = |name: &str, calls: &[FunctionId]| {
            let mut builder = walrus::FunctionBuilder::new(&mut module.types, &[], &[]);
            builder.name(name.to_owned());
            for &callee in calls {
                builder.func_body().call(callee);
            }
            builder.finish(Vec::new(), &mut module.funcs)
        };
        let shared = add("alloc::alloc", &[]);
        let helper = add("alloc::sort", &[shared]);
        let later = add("psyncscope_web::topbar::new::new", &[helper, shared]);
        let first = add("psyncscope_web::main", &[later, shared]);
        module.exports.add("main", first);
        let plan = plan(&module);
        assert_eq!(plan.later.into_iter().collect::<Vec<_>>(), [helper, later]);
        assert_eq!(plan.entries, [later]);
    }
}
