//! Splits a module in two: one that is there from the start, and one that is loaded later into the same memory and table.
//!
//! The second imports from the first whatever of it it uses. Until it is loaded, the first must not call what has moved:
//! that traps.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::error::Error;

use walrus::ir::{Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalKind,
    ImportKind, ImportedFunction, Module, ModuleImports, TableId,
};

/// The name by which the second module imports from the first (`public/start.js`).
const FIRST: &str = "first";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The indices of functions. The same bytes read twice have the same indices.
type Indices = HashSet<usize>;

/// What the second module puts into the table: functions by their places.
type Places = BTreeMap<u32, FunctionId>;

/// Moves the functions of these names out of `module` into a second one, which it returns, and which also writes this data
/// to these addresses of the memory. What is exported stays.
///
/// # Errors
/// If the module is not of the shape that wasm-bindgen gives it.
pub fn split(module: &mut Module, later: &HashSet<String>, data: Vec<(u32, Vec<u8>)>) -> Result<Module> {
    let whole = module.emit_wasm();
    let (mut first, mut second) = (Module::from_buffer(&whole)?, Module::from_buffer(&whole)?);
    let moved = moved(&first, later);
    let table = first.tables.main_function_table()?.ok_or("the module has no table")?;

    // What stays calls what has moved by places of their own at the end of the table.
    let called = called(&first, &moved);
    let (mut own, next) = places(&second, &moved)?;
    for (place, index) in (next..).zip(&called) {
        call_by_place(&mut first, *index, table, place)?;
    }
    clear_places(&mut first, &moved)?;
    let end = u64::from(next) + called.len() as u64;
    for tables in [&mut first.tables, &mut second.tables] {
        for table in tables.iter_mut().filter(|own| own.id().index() == table.index()) {
            (table.initial, table.maximum) = (table.initial.max(end), table.maximum.map(|maximum| maximum.max(end)));
        }
    }

    let ids: BTreeMap<usize, FunctionId> = second.funcs.iter().map(|one| (one.id().index(), one.id())).collect();
    own.extend((next..).zip(called.iter().filter_map(|index| ids.get(index).copied())));
    keep_only_moved(&mut second, &moved, own, data)?;
    export_what_is_imported(&mut first, &second);
    walrus::passes::gc::run(&mut first);
    *module = first;
    Ok(second)
}

/// The functions of these names that are not exported.
fn moved(module: &Module, later: &HashSet<String>) -> Indices {
    let exported = |id| module.exports.get_exported_func(id).is_some() || module.start == Some(id);
    let own = module.funcs.iter().filter(|function| matches!(function.kind, FunctionKind::Local(_)));
    own.filter(|function| function.name.as_ref().is_some_and(|name| later.contains(name)) && !exported(function.id()))
        .map(|function| function.id().index())
        .collect()
}

/// Those of the functions that are called, or referred to, in others.
fn called(module: &Module, moved: &Indices) -> BTreeSet<usize> {
    #[derive(Default)]
    struct Functions(BTreeSet<usize>);
    impl Visitor<'_> for Functions {
        fn visit_function_id(&mut self, function: &FunctionId) {
            self.0.insert(function.index());
        }
    }
    let mut functions = Functions::default();
    for (_, local) in module.funcs.iter_local().filter(|(id, _)| !moved.contains(&id.index())) {
        dfs_in_order(&mut functions, local, local.entry_block());
    }
    functions.0.retain(|index| moved.contains(index));
    functions.0
}

/// The functions of an element segment.
fn functions_of(items: &ElementItems) -> Result<Vec<FunctionId>> {
    match items {
        ElementItems::Functions(functions) => Ok(functions.clone()),
        ElementItems::Expressions(_, expressions) => expressions
            .iter()
            .map(|one| {
                if let ConstExpr::RefFunc(id) = one { Ok(*id) } else { Err("the table has no plain functions".into()) }
            })
            .collect(),
    }
}

/// The places of the table at which these functions stand, and the first place after all others.
fn places(module: &Module, moved: &Indices) -> Result<(Places, u32)> {
    let (mut places, mut end) = (Places::new(), 0);
    for element in module.elements.iter() {
        let ElementKind::Active { offset: ConstExpr::Value(Value::I32(offset)), .. } = element.kind else {
            return Err("a part of the table has no place".into());
        };
        for (place, function) in (offset.cast_unsigned()..).zip(functions_of(&element.items)?) {
            end = end.max(place + 1);
            if moved.contains(&function.index()) {
                places.insert(place, function);
            }
        }
    }
    for table in module.tables.iter().filter(|table| table.elem_segments.iter().next().is_some()) {
        end = end.max(u32::try_from(table.initial)?);
    }
    Ok((places, end))
}

/// Gives a function code that calls what stands at this place of the table.
fn call_by_place(module: &mut Module, index: usize, table: TableId, place: u32) -> Result<()> {
    let id = module.funcs.iter().map(|one| one.id()).find(|id| id.index() == index).ok_or("a function is gone")?;
    let ty = module.funcs.get(id).ty();
    let (params, results) = (module.types.params(ty).to_vec(), module.types.results(ty).to_vec());
    let arguments: Vec<_> = params.iter().map(|param| module.locals.add(*param)).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    let mut body = builder.func_body();
    for argument in &arguments {
        body.local_get(*argument);
    }
    body.i32_const(place.cast_signed()).call_indirect(ty, table);
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(arguments));
    Ok(())
}

/// Lets a function that traps stand in the table at the places of these functions.
fn clear_places(module: &mut Module, moved: &Indices) -> Result<()> {
    let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
    builder.func_body().unreachable();
    let trap = builder.finish(Vec::new(), &mut module.funcs);
    for element in module.elements.iter_mut() {
        let mut functions = functions_of(&element.items)?;
        for function in functions.iter_mut().filter(|function| moved.contains(&function.index())) {
            *function = trap;
        }
        element.items = ElementItems::Functions(functions);
    }
    Ok(())
}

/// Makes of the whole module the second one.
fn keep_only_moved(module: &mut Module, moved: &Indices, places: Places, data: Vec<(u32, Vec<u8>)>) -> Result<()> {
    module.start = None;
    for id in module.exports.iter().map(|export| export.id()).collect::<Vec<_>>() {
        module.exports.delete(id);
    }
    for id in module.elements.iter().map(|element| element.id()).collect::<Vec<_>>() {
        module.elements.delete(id);
    }
    for id in module.data.iter().map(|data| data.id()).collect::<Vec<_>>() {
        module.data.delete(id);
    }
    import_the_rest(module, moved);

    let (memory, table) = (module.get_memory_id()?, module.tables.main_function_table()?.ok_or("there is no table")?);
    for table in module.tables.iter_mut() {
        table.elem_segments.clear();
    }
    module.memories.get_mut(memory).data_segments.clear();
    for (address, bytes) in data {
        let offset = ConstExpr::Value(Value::I32(address.cast_signed()));
        let id = module.data.add(DataKind::Active { memory, offset }, bytes);
        module.memories.get_mut(memory).data_segments.insert(id);
    }
    let mut runs: Vec<(u32, Vec<FunctionId>)> = Vec::new();
    for (place, function) in places {
        match runs.last_mut() {
            Some((start, run)) if *start + run.len() as u32 == place => run.push(function),
            _ => runs.push((place, vec![function])),
        }
    }
    for (start, run) in runs {
        let offset = ConstExpr::Value(Value::I32(start.cast_signed()));
        let id = module.elements.add(ElementKind::Active { table, offset }, ElementItems::Functions(run));
        module.tables.get_mut(table).elem_segments.insert(id);
    }
    walrus::passes::gc::run(module);
    Ok(())
}

/// Has all but these functions imported from the first module, under names that say what they are and their index.
fn import_the_rest(module: &mut Module, moved: &Indices) {
    fn import(imports: &mut ModuleImports, name: String, kind: impl Into<ImportKind>) -> walrus::ImportId {
        imports.add(FIRST, &name, kind)
    }
    for id in module.imports.iter().map(|import| import.id()).collect::<Vec<_>>() {
        module.imports.delete(id);
    }
    let Module { imports, funcs, tables, memories, globals, .. } = module;
    for function in funcs.iter_mut().filter(|function| !moved.contains(&function.id().index())) {
        let (id, ty) = (function.id(), function.ty());
        let import = import(imports, format!("f{}", id.index()), id);
        function.kind = FunctionKind::Import(ImportedFunction { import, ty });
    }
    for table in tables.iter_mut() {
        table.import = Some(import(imports, format!("t{}", table.id().index()), table.id()));
    }
    for memory in memories.iter_mut() {
        memory.import = Some(import(imports, format!("m{}", memory.id().index()), memory.id()));
    }
    for id in globals.iter().map(|global| global.id()).collect::<Vec<_>>() {
        globals.get_mut(id).kind = GlobalKind::Import(import(imports, format!("g{}", id.index()), id));
    }
}

/// Has the first module export whatever the second imports.
fn export_what_is_imported(first: &mut Module, second: &Module) {
    for import in second.imports.iter() {
        let found: Option<ExportItem> = match import.kind {
            ImportKind::Function(id) => {
                at(first.funcs.iter().map(|one| one.id()), id.index(), |id| id.index()).map(Into::into)
            }
            ImportKind::Table(id) => {
                at(first.tables.iter().map(|one| one.id()), id.index(), |id| id.index()).map(Into::into)
            }
            ImportKind::Memory(id) => {
                at(first.memories.iter().map(|one| one.id()), id.index(), |id| id.index()).map(Into::into)
            }
            ImportKind::Global(id) => {
                at(first.globals.iter().map(|one| one.id()), id.index(), |id| id.index()).map(Into::into)
            }
            ImportKind::Tag(_) => None,
        };
        if let Some(item) = found {
            first.exports.add(&import.name, item);
        }
    }
}

/// The id with this index.
fn at<I>(mut ids: impl Iterator<Item = I>, index: usize, index_of: impl Fn(&I) -> usize) -> Option<I> {
    ids.find(|id| index_of(id) == index)
}
