//! What a component's description says, and what is refused when it is linked.

use super::echo::{Signature, component};
use super::random::{Random, signatures};
use super::world::{World, engine};
use crate::error::{Fault, Status};
use crate::value::shape::Shape;
use crate::value::{describe, extend};
use wasmtime::component::{Component, Linker};

fn compile(text: &str) -> Component {
    let wasm = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
    Component::from_binary(&engine(true), &wasm).unwrap_or_else(|error| panic!("{error:#}"))
}

fn described(text: &str) -> String {
    String::from_utf8(describe(&compile(text)).unwrap().as_slice().to_vec()).unwrap()
}

fn refusal(text: &str) -> Fault {
    let component = compile(text);
    let linker = Linker::new(component.engine());
    let fault = extend(&linker, &component, true).err().expect("it must be refused");
    assert_eq!(fault.status, Status::Link);
    fault
}

#[test]
fn a_description_names_functions_types_and_resources() {
    let text = r#"(component
      (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
      (alias export $error "error" (type $error_type))
      (import "acme:book/types@1.2.0" (instance $types
        (type $entry (record (field "id" u64) (field "tags" (list string))))
        (export "entry" (type (eq $entry)))
        (export "page" (type (sub resource)))))
      (alias export $types "entry" (type $entry))
      (alias export $types "page" (type $page))
      (import "acme:book/ledger@1.2.0" (instance
        (alias outer 1 $entry (type $e)) (alias outer 1 $page (type $p))
        (export "entry" (type $entry (eq $e)))
        (export "page" (type $page (eq $p)))
        (export "cover" (type $cover (sub resource)))
        (export "[method]page.find" (func async (param "self" (borrow $page)) (param "id" u64)
          (result (result $entry (error (tuple u8 char))))))
        (export "close" (func (param "cover" (own $cover))))))
      (import "log" (func (param "text" string))))"#;

    assert_eq!(
        described(text),
        concat!(
            r#"{"imports":[{"name":"acme:book/types@1.2.0","functions":[],"resources":["page"]},"#,
            r#"{"name":"acme:book/ledger@1.2.0","functions":[{"name":"[method]page.find","async":true,"#,
            r#""params":[["self",{"borrow":"page"}],["id","u64"]],"result":{"result":["#,
            r#"{"record":[["id","u64"],["tags",{"list":"string"}]]},{"tuple":["u8","char"]}]}},"#,
            r#"{"name":"close","async":false,"params":[["cover",{"own":"cover"}]],"result":null}],"#,
            r#""resources":["cover"]},"#,
            r#"{"name":"","functions":[{"name":"log","async":false,"params":[["text","string"]],"#,
            r#""result":null}],"resources":[]}],"exports":[]}"#,
        )
    );
}

#[test]
fn every_shape_has_its_form() {
    let signature = |shape| Signature { is_async: false, params: vec![], result: Some(shape) };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let text = || Box::new(Shape::Text);
    let shapes = [
        (Shape::Option(text()), r#"{"option":"string"}"#),
        (Shape::Result(None, Some(text())), r#"{"result":[null,"string"]}"#),
        (Shape::Enum(names(&["a", "b-c"])), r#"{"enum":["a","b-c"]}"#),
        (Shape::Flags(names(&["a", "b"])), r#"{"flags":["a","b"]}"#),
        (Shape::map(text(), text()), r#"{"map":["string","string"]}"#),
        (Shape::FixedList(text(), 3), r#"{"fixed_list":["string",3]}"#),
        (
            Shape::Variant(vec![("a".into(), None), ("b".into(), Some(Shape::Text))]),
            r#"{"variant":[["a",null],["b","string"]]}"#,
        ),
    ];
    for (shape, expected) in shapes {
        let json = described(&component(&[signature(shape)], "utf8"));
        assert!(json.contains(&format!(r#""result":{expected}"#)), "{json}");
    }
}

#[test]
fn streams_and_futures_are_described() {
    let text = r#"(component (import "acme:a/b" (instance (export "f" (func
      (param "a" (stream u8)) (param "b" (stream)) (param "c" (future string)))))))"#;
    let params = r#"[["a",{"stream":"u8"}],["b",{"stream":null}],["c",{"future":"string"}]]"#;

    assert!(described(text).contains(params), "{}", described(text));
}

#[test]
fn the_shapes_of_random_types_are_read_back() {
    for seed in 0..20 {
        let signatures = signatures(&mut Random(seed), 6, true);
        let world = World::new(&engine(true), true, &component(&signatures, "utf8"));
        for (function, signature) in world.description.imports[0].functions.iter().zip(&signatures)
        {
            let params: Vec<_> = function.params.iter().map(|(_, shape)| shape.clone()).collect();
            assert_eq!(params, signature.params);
            assert_eq!(function.result, signature.result);
            assert_eq!(function.is_async, signature.is_async);
        }
    }
}

/// A type that doubles `levels` times.
fn doubling(levels: usize) -> String {
    let mut text = String::from("(type $t0 (list u8))");
    for level in 1..=levels {
        text += &format!("(type $t{level} (tuple $t{0} $t{0}))", level - 1);
    }
    format!(
        r#"(component {text} (import "a:b/c" (instance (alias outer 1 $t{levels} (type $t))
           (export "f" (func (param "x" $t))))))"#
    )
}

#[test]
fn types_that_are_too_large_are_refused() {
    assert!(describe(&compile(&doubling(11))).is_ok());

    let fault = describe(&compile(&doubling(14))).err().unwrap();

    assert_eq!(fault.status, Status::Link);
    assert!(fault.message.contains("more than 20000 parts"), "{}", fault.message);
    assert_eq!(refusal(&doubling(14)).message, fault.message);
}

#[test]
fn names_that_are_too_long_are_refused() {
    let name = "n".repeat(90_000);
    let fields: String = (0..12).map(|i| format!(r#"(field "{name}{i}" u8)"#)).collect();
    let text = format!(
        r#"(component (type $r (record {fields})) (import "a:b/c" (instance
           (alias outer 1 $r (type $x)) (export "r" (type $y (eq $x)))
           (export "f" (func (param "x" $y))))))"#
    );

    assert!(refusal(&text).message.contains("1 MiB of names"));
}

#[test]
fn what_cannot_be_carried_is_refused_by_name() {
    let function = |ty: &str| {
        format!(r#"(component (import "acme:a/b@1.0.0" (instance (export "f" (func {ty})))))"#)
    };
    let nested = r#"(component (type $bytes (stream u8)) (type $future (future $bytes))
        (import "acme:a/b@1.0.0" (instance (alias outer 1 $future (type $f))
          (export "f" (func (param "a" $f))))))"#
        .to_owned();
    let cases = [
        (function(r#"(param "a" (stream string))"#), "a stream of anything but u8"),
        (function(r#"(param "a" (stream))"#), "a stream of anything but u8"),
        (function(r#"(result (list (future)))"#), "a future of nothing"),
        (nested, "a future of a stream or future"),
    ];
    for (text, reason) in cases {
        let fault = refusal(&text);
        assert!(fault.message.contains("'acme:a/b@1.0.0#f'"), "{}", fault.message);
        assert!(fault.message.contains(reason), "{}", fault.message);
    }
}

#[test]
fn resources_of_wasi_stay_with_the_engine() {
    let function = |ty: &str| {
        format!(
            r#"(component
               (import "wasi:io/streams@0.2.0" (instance $io
                 (export "input-stream" (type (sub resource)))))
               (alias export $io "input-stream" (type $stream))
               (import "acme:a/b@1.0.0" (instance (alias outer 1 $stream (type $s))
                 (export "stream" (type $stream (eq $s)))
                 (export "f" (func {ty})))))"#
        )
    };
    let message = refusal(&function(r#"(param "a" (borrow $stream))"#)).message;
    assert!(message.contains("a borrowed 'input-stream', which only moves"), "{message}");

    let passed_on = compile(&function(r#"(param "a" (own $stream)) (result (own $stream))"#));
    let mut linker = Linker::new(passed_on.engine());
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    extend(&linker, &passed_on, true).unwrap().instantiate_pre(&passed_on).unwrap();
}

#[test]
fn what_the_engine_offers_is_not_asked_of_the_host() {
    let text = r#"(component
      (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
      (import "wasi:keyvalue/store@0.2.0-draft" (instance (export "open" (func)))))"#;

    let json = described(text);

    assert!(!json.contains("random") && json.contains("wasi:keyvalue/store"), "{json}");
}
