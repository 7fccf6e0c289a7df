//! Makes components as text. For functions of given types it exports, and imports from `test:echo/host`:
//!
//! - `f0`, `f1`, …: the exported one calls the imported one with what it was given and returns its answer;
//! - `call0`, …: a list of numbers that become the core arguments of the imported `f0`, whatever they are;
//! - `give0`, …: results in what lies in memory at 8, whatever that is;
//! - `poke`: copies bytes to an address.
//!
//! Numbers up to 64 KiB are no one's memory, so that answers and pokes may lie there; the allocator
//! starts behind it. Async functions are called and implemented the synchronous way.

use crate::value::shape::{Scalar, Shape};
use std::fmt::Write;

/// Of strings, in the canonical ABI.
pub const ENCODINGS: [&str; 3] = ["utf8", "utf16", "latin1+utf16"];

pub struct Signature {
    pub is_async: bool,
    pub params: Vec<Shape>,
    pub result: Option<Shape>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Core {
    I32,
    I64,
    F32,
    F64,
}

impl Core {
    fn name(self) -> &'static str {
        match self {
            Core::I32 => "i32",
            Core::I64 => "i64",
            Core::F32 => "f32",
            Core::F64 => "f64",
        }
    }

    fn or(self, other: Core) -> Core {
        match (self, other) {
            _ if self == other => self,
            (Core::I32, Core::F32) | (Core::F32, Core::I32) => Core::I32,
            _ => Core::I64,
        }
    }
}

fn flat_cases<'a>(cases: impl IntoIterator<Item = Option<&'a Shape>>) -> Vec<Core> {
    let mut all = Vec::new();
    for case in cases.into_iter().flatten() {
        for (index, core) in flat(case).into_iter().enumerate() {
            match all.get_mut(index) {
                None => all.push(core),
                Some(known) => *known = core.or(*known),
            }
        }
    }
    all.insert(0, Core::I32);
    all
}

fn flat(shape: &Shape) -> Vec<Core> {
    match shape {
        Shape::Scalar(Scalar::S64 | Scalar::U64) => vec![Core::I64],
        Shape::Scalar(Scalar::F32) => vec![Core::F32],
        Shape::Scalar(Scalar::F64) => vec![Core::F64],
        Shape::Text | Shape::List(..) | Shape::Map(..) => vec![Core::I32, Core::I32],
        Shape::FixedList(element, count) => flat(element).repeat(*count as usize),
        Shape::Record(fields) => fields.iter().flat_map(|(_, field)| flat(field)).collect(),
        Shape::Tuple(parts) => parts.iter().flat_map(flat).collect(),
        Shape::Variant(cases) => flat_cases(cases.iter().map(|(_, case)| case.as_ref())),
        Shape::Option(some) => flat_cases([Some(&**some)]),
        Shape::Result(ok, err) => flat_cases([ok.as_deref(), err.as_deref()]),
        _ => vec![Core::I32],
    }
}

/// Declares types: those with names of their own are exported by the instance type and known outside as
/// aliases of its exports, all others are written out on both sides.
struct Types {
    text: String,
    count: usize,
    inside: bool,
}

impl Types {
    fn new(inside: bool) -> Self {
        Types { text: String::new(), count: 0, inside }
    }

    fn declare(&mut self, body: &str, has_name: bool) -> String {
        let number = self.count;
        self.count += 1;
        match (has_name, self.inside) {
            (false, _) => writeln!(self.text, "(type $t{number} ({body}))"),
            (true, true) => writeln!(
                self.text,
                "(type $d{number} ({body})) (export \"t{number}\" (type $t{number} (eq $d{number})))"
            ),
            (true, false) => {
                writeln!(self.text, "(alias export $host \"t{number}\" (type $t{number}))")
            }
        }
        .unwrap();
        format!("$t{number}")
    }

    fn of(&mut self, shape: &Shape) -> String {
        let body = match shape {
            Shape::Scalar(kind) => return kind.name().to_owned(),
            Shape::Text => return "string".to_owned(),
            Shape::List(element, _) => format!("list {}", self.of(element)),
            Shape::FixedList(element, count) => format!("list {} {count}", self.of(element)),
            Shape::Map(key, content, _) => {
                let key = self.of(key);
                format!("map {key} {}", self.of(content))
            }
            Shape::Option(some) => format!("option {}", self.of(some)),
            Shape::Tuple(parts) => {
                parts.iter().fold("tuple".to_owned(), |body, part| body + " " + &self.of(part))
            }
            Shape::Result(ok, err) => {
                let ok = ok.as_ref().map(|ok| format!(" {}", self.of(ok))).unwrap_or_default();
                let err = err.as_ref().map(|err| format!(" (error {})", self.of(err)));
                format!("result{ok}{}", err.unwrap_or_default())
            }
            named => return self.named(named),
        };
        self.declare(&body, false)
    }

    fn named(&mut self, shape: &Shape) -> String {
        let body = match shape {
            Shape::Record(fields) => {
                fields.iter().fold("record".to_owned(), |body, (name, field)| {
                    format!("{body} (field \"{name}\" {})", self.of(field))
                })
            }
            Shape::Variant(cases) => {
                cases.iter().fold("variant".to_owned(), |body, (name, case)| {
                    let case = case.as_ref().map(|case| self.of(case)).unwrap_or_default();
                    format!("{body} (case \"{name}\" {case})")
                })
            }
            Shape::Enum(names) => format!("enum \"{}\"", names.join("\" \"")),
            Shape::Flags(names) => format!("flags \"{}\"", names.join("\" \"")),
            other => panic!("{other:?} cannot be echoed"),
        };
        self.declare(&body, true)
    }

    fn function(&mut self, signature: &Signature) -> String {
        let mut text = if signature.is_async { " async".to_owned() } else { String::new() };
        for (index, param) in signature.params.iter().enumerate() {
            write!(text, " (param \"p{index}\" {})", self.of(param)).unwrap();
        }
        if let Some(result) = &signature.result {
            write!(text, " (result {})", self.of(result)).unwrap();
        }
        text
    }
}

const LIBC: &str = r#"
(core module $libc_module
  (memory (export "memory") 2)
  (global $heap (mut i32) (i32.const 65536))
  (func (export "realloc") (param $old i32) (param $had i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and
      (i32.sub (i32.add (global.get $heap) (local.get $align)) (i32.const 1))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $heap (i32.add (local.get $at) (local.get $size)))
    (block $fits (loop $grow
      (br_if $fits (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
      (br_if $grow (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0)))
      unreachable))
    (if (local.get $old) (then (memory.copy (local.get $at) (local.get $old)
      (select (local.get $had) (local.get $size) (i32.lt_u (local.get $had) (local.get $size))))))
    (local.get $at)))
(core instance $libc (instantiate $libc_module))
"#;

/// Where answers are put: no allocation ever reaches it.
const ANSWER: usize = 1024;

fn core_list(kind: &str, cores: &[Core]) -> String {
    if cores.is_empty() {
        return String::new();
    }
    let names: Vec<_> = cores.iter().map(|core| core.name()).collect();
    format!(" ({kind} {})", names.join(" "))
}

struct CoreType {
    params: Vec<Core>,
    results: Vec<Core>,
    /// The import puts its answer where its last argument says.
    answers_in_memory: bool,
}

fn core_type(signature: &Signature) -> CoreType {
    let mut params: Vec<_> = signature.params.iter().flat_map(flat).collect();
    if params.len() > 16 {
        params = vec![Core::I32];
    }
    let results: Vec<_> = signature.result.iter().flat_map(flat).collect();
    let answers_in_memory = results.len() > 1;
    let results = if answers_in_memory { vec![Core::I32] } else { results };
    CoreType { params, results, answers_in_memory }
}

fn import_type(ty: &CoreType) -> String {
    let (mut params, mut results) = (ty.params.clone(), ty.results.clone());
    if ty.answers_in_memory {
        params.push(Core::I32);
        results.clear();
    }
    core_list("param", &params) + &core_list("result", &results)
}

fn main_functions(index: usize, ty: &CoreType) -> String {
    let (params, results) = (core_list("param", &ty.params), core_list("result", &ty.results));
    let answer = if ty.answers_in_memory { format!("(i32.const {ANSWER})") } else { String::new() };
    let last = if ty.answers_in_memory { answer.as_str() } else { "" };
    let given: String = (0..ty.params.len()).map(|i| format!("(local.get {i})")).collect();
    let mut loaded = String::new();
    for (place, core) in ty.params.iter().enumerate() {
        write!(loaded, "({}.load offset={} (local.get 0))", core.name(), place * 8).unwrap();
    }
    let drop = if ty.results.is_empty() || ty.answers_in_memory { "" } else { "drop" };
    let gift = ty.results.first().map(|core| format!("({}.load (i32.const 8))", core.name()));
    let gift = gift.unwrap_or_default();
    format!(
        r#"(func (export "f{index}"){params}{results} (call $h{index} {given} {answer}) {last})
           (func (export "call{index}") (param i32 i32) (call $h{index} {loaded} {answer}) {drop})
           (func (export "give{index}"){results} {gift})
        "#
    )
}

/// The component. `encoding` is one of `ENCODINGS`.
pub fn component(signatures: &[Signature], encoding: &str) -> String {
    let options = format!(
        r#"(memory (core memory $libc "memory")) (realloc (core func $libc "realloc")) string-encoding={encoding}"#
    );
    let (mut inside, mut outside) = (Types::new(true), Types::new(false));
    let (mut lowered, mut offered, mut imported) = (String::new(), String::new(), String::new());
    let (mut functions, mut lifted) = (String::new(), String::new());
    for (index, signature) in signatures.iter().enumerate() {
        let ty = core_type(signature);
        let declared = inside.function(signature);
        writeln!(inside.text, "(export \"f{index}\" (func {declared}))").unwrap();
        writeln!(
            lowered,
            "(core func $l{index} (canon lower (func $host \"f{index}\") {options}))"
        )
        .unwrap();
        writeln!(offered, "(export \"f{index}\" (func $l{index}))").unwrap();
        let import = import_type(&ty);
        writeln!(imported, "(import \"host\" \"f{index}\" (func $h{index}{import}))").unwrap();
        functions.push_str(&main_functions(index, &ty));
        let known = outside.function(signature);
        let result = known.find("(result").map_or("", |at| &known[at..]);
        let is_async = if signature.is_async { "async" } else { "" };
        let exports = [
            ("f", known.clone()),
            ("call", format!("{is_async} (param \"words\" (list u64))")),
            ("give", result.to_owned()),
        ];
        for (name, ty) in exports {
            writeln!(
                lifted,
                r#"(func ${name}{index} {ty} (canon lift (core func $main "{name}{index}") {options}))
                   (export "{name}{index}" (func ${name}{index}))"#
            )
            .unwrap();
        }
    }
    let (inside, outside) = (inside.text, outside.text);
    format!(
        r#"(component
(import "test:echo/host" (instance $host
{inside}))
{outside}
{LIBC}
{lowered}
(core module $main_module
{imported}
(import "libc" "memory" (memory 2))
{functions}
(func (export "poke") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2))))
(core instance $main (instantiate $main_module
  (with "host" (instance {offered})) (with "libc" (instance $libc))))
{lifted}
(func $poke (param "at" u32) (param "bytes" (list u8)) (canon lift (core func $main "poke") {options}))
(export "poke" (func $poke)))"#
    )
}
