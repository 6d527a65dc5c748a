//! Making two modules of one.

use std::collections::BTreeMap;

use walrus::ir::{BinaryOp, Value};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalId, GlobalKind,
    ImportKind, ImportedFunction, MemoryId, Module, ModuleConfig, TableId, ValType, passes,
};

use crate::data;
use crate::plan::{Plan, plan};

/// What the second part imports everything from: the first part's exports.
const CORE: &str = "core";

/// The two modules.
pub struct Parts {
    /// What is loaded first.
    pub core: Vec<u8>,
    /// What is loaded when it is needed.
    pub rest: Vec<u8>,
}

/// Divides a module. The first part calls the second through slots at the end of the function table; before each such
/// call it looks at the exported global `rest`, and as long as that is 0 calls the import `rest.need`, which must have
/// filled the slots when it returns (by instantiating the second part) and set the global.
pub fn cut(wasm: &[u8]) -> Result<Parts, String> {
    let mut core = parse(wasm)?;
    let mut rest = parse(wasm)?;
    // An id is good for one module only, though both were read from the same bytes and so are planned alike.
    let twins = Twins::of(&core, &rest);
    let plans = [plan(&core), plan(&rest)];
    stub(&mut core, &plans[0])?;
    lend(&mut rest, &plans[1])?;
    passes::gc::run(&mut rest);
    name_imports(&mut core, &mut rest, &twins);
    passes::gc::run(&mut core);
    data::divide(&mut core, &mut rest);
    Ok(Parts { core: core.emit_wasm(), rest: rest.emit_wasm() })
}

fn parse(wasm: &[u8]) -> Result<Module, String> {
    ModuleConfig::new()
        .generate_producers_section(false)
        .parse(wasm)
        .map_err(|error| format!("the module cannot be read: {error:#}"))
}

/// Makes room for `more` functions in the function table; says which table and where the room begins.
fn widen(module: &mut Module, more: usize) -> Result<(TableId, i32), String> {
    let id = module.tables.main_function_table().map_err(|error| error.to_string())?;
    let id = id.ok_or("the module has no function table")?;
    let table = module.tables.get_mut(id);
    let first = i32::try_from(table.initial).map_err(|_| "the function table is too large".to_owned())?;
    table.initial += more as u64;
    table.maximum = table.maximum.map(|maximum| maximum.max(table.initial));
    Ok((id, first))
}

/// Which item of the first part is which of the second.
struct Twins {
    funcs: BTreeMap<FunctionId, FunctionId>,
    tables: BTreeMap<TableId, TableId>,
    memories: BTreeMap<MemoryId, MemoryId>,
    globals: BTreeMap<GlobalId, GlobalId>,
}

impl Twins {
    /// Of two modules that were read from the same bytes: by their order.
    fn of(core: &Module, rest: &Module) -> Self {
        let funcs = rest.funcs.iter().map(walrus::Function::id).zip(core.funcs.iter().map(walrus::Function::id));
        let tables = rest.tables.iter().map(walrus::Table::id).zip(core.tables.iter().map(walrus::Table::id));
        let memories = rest.memories.iter().map(walrus::Memory::id).zip(core.memories.iter().map(walrus::Memory::id));
        let globals = rest.globals.iter().map(walrus::Global::id).zip(core.globals.iter().map(walrus::Global::id));
        Self {
            funcs: funcs.collect(),
            tables: tables.collect(),
            memories: memories.collect(),
            globals: globals.collect(),
        }
    }
}

/// Puts into the place of each function that the first part calls in the second one that calls it there.
fn stub(core: &mut Module, plan: &Plan) -> Result<(), String> {
    let (table, first_slot) = widen(core, plan.entries.len())?;
    let loaded = core.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
    core.exports.add("rest", loaded);
    let nothing = core.types.add(&[], &[]);
    let (need, _) = core.add_import_func("rest", "need", nothing);
    for (slot, &id) in (first_slot..).zip(&plan.entries) {
        let ty = core.funcs.get(id).ty();
        let signature = core.types.get(ty);
        let (params, results) = (signature.params().to_vec(), signature.results().to_vec());
        let mut builder = FunctionBuilder::new(&mut core.types, &params, &results);
        let args: Vec<_> = params.iter().map(|&param| core.locals.add(param)).collect();
        let mut body = builder.func_body();
        body.global_get(loaded).i32_const(0).binop(BinaryOp::I32Eq).if_else(
            None,
            |then| {
                then.call(need);
            },
            |_| {},
        );
        for &arg in &args {
            body.local_get(arg);
        }
        body.i32_const(slot).call_indirect(ty, table);
        core.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(args));
    }
    Ok(())
}

/// Turns everything of the second part that is not its own into imports, and fills its slots of the table.
fn lend(rest: &mut Module, plan: &Plan) -> Result<(), String> {
    let (table, first_slot) = widen(rest, plan.entries.len())?;
    let exports: Vec<_> = rest.exports.iter().map(walrus::Export::id).collect();
    for id in exports {
        rest.exports.delete(id);
    }
    let data: Vec<_> = rest.data.iter().map(walrus::Data::id).collect();
    for id in data {
        rest.data.delete(id);
    }
    let elements: Vec<_> = rest.elements.iter().map(walrus::Element::id).collect();
    for id in elements {
        rest.elements.delete(id);
    }
    rest.start = None;
    for table in rest.tables.iter_mut() {
        table.elem_segments.clear();
    }
    for memory in rest.memories.iter_mut() {
        memory.data_segments.clear();
    }

    let theirs: Vec<FunctionId> =
        rest.funcs.iter().map(walrus::Function::id).filter(|id| !plan.later.contains(id)).collect();
    for id in theirs {
        let ty = rest.funcs.get(id).ty();
        if let FunctionKind::Import(imported) = &rest.funcs.get(id).kind {
            let old = imported.import;
            rest.imports.delete(old);
        }
        let import = rest.imports.add(CORE, "", id);
        rest.funcs.get_mut(id).kind = FunctionKind::Import(ImportedFunction { import, ty });
    }
    let memories: Vec<_> = rest.memories.iter().map(walrus::Memory::id).collect();
    for id in memories {
        let import = rest.imports.add(CORE, "", id);
        rest.memories.get_mut(id).import = Some(import);
    }
    let tables: Vec<_> = rest.tables.iter().map(walrus::Table::id).collect();
    for id in tables {
        let import = rest.imports.add(CORE, "", id);
        rest.tables.get_mut(id).import = Some(import);
    }
    let globals: Vec<_> = rest.globals.iter().map(walrus::Global::id).collect();
    for id in globals {
        let import = rest.imports.add(CORE, "", id);
        rest.globals.get_mut(id).kind = GlobalKind::Import(import);
    }

    let slots = ElementKind::Active { table, offset: ConstExpr::Value(Value::I32(first_slot)) };
    let segment = rest.elements.add(slots, ElementItems::Functions(plan.entries.clone()));
    rest.tables.get_mut(table).elem_segments.insert(segment);
    Ok(())
}

/// Agrees on short names for what the second part still imports.
fn name_imports(core: &mut Module, rest: &mut Module, twins: &Twins) {
    for (number, import) in rest.imports.iter_mut().enumerate() {
        let item: ExportItem = match import.kind {
            ImportKind::Function(id) => twins.funcs[&id].into(),
            ImportKind::Table(id) => twins.tables[&id].into(),
            ImportKind::Memory(id) => twins.memories[&id].into(),
            ImportKind::Global(id) => twins.globals[&id].into(),
            ImportKind::Tag(_) => unreachable!("Rust's wasm throws no exceptions of its own"),
        };
        import.name = format!("_{}", short(number));
        core.exports.add(&import.name, item);
    }
}

/// A short name: `a`, `b` … `aa`.
fn short(mut number: usize) -> String {
    let mut name = String::new();
    loop {
        name.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return name;
        }
        number -= 1;
    }
}
