//! A description as JSON, for the C side.

use super::describe::{Description, Function, Interface};
use super::shape::Shape;
use std::fmt::Write;

pub fn describe(description: &Description) -> String {
    let mut json = Json(String::new());
    json.push("{\"imports\":");
    json.list(&description.imports, Json::interface);
    json.push(",\"exports\":");
    json.list(&description.exports, Json::interface);
    json.push("}");
    json.0
}

struct Json(String);

impl Json {
    fn push(&mut self, text: &str) {
        self.0.push_str(text);
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.push("[");
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.push(",");
            }
            each(self, item);
        }
        self.push("]");
    }

    /// Writing to a string cannot fail.
    fn number(&mut self, value: u32) {
        let _ = write!(self.0, "{value}");
    }

    fn text(&mut self, text: &str) {
        self.push("\"");
        for character in text.chars() {
            match character {
                '"' | '\\' => self.0.extend(['\\', character]),
                '\0'..' ' => drop(write!(self.0, "\\u{:04x}", character as u32)),
                other => self.0.push(other),
            }
        }
        self.push("\"");
    }

    fn interface(&mut self, interface: &Interface) {
        self.push("{\"name\":");
        self.text(&interface.name);
        self.push(",\"functions\":");
        self.list(&interface.functions, Json::function);
        self.push(",\"resources\":");
        self.list(&interface.resources, |json, name| json.text(name));
        self.push("}");
    }

    fn function(&mut self, function: &Function) {
        self.push("{\"name\":");
        self.text(&function.name);
        self.push(if function.is_async { ",\"async\":true" } else { ",\"async\":false" });
        self.push(",\"params\":");
        self.list(&function.params, |json, (name, shape)| json.pair(name, Some(shape)));
        self.push(",\"result\":");
        self.maybe(function.result.as_ref());
        self.push("}");
    }

    fn pair(&mut self, name: &str, shape: Option<&Shape>) {
        self.push("[");
        self.text(name);
        self.push(",");
        self.maybe(shape);
        self.push("]");
    }

    fn maybe(&mut self, shape: Option<&Shape>) {
        match shape {
            Some(shape) => self.shape(shape),
            None => self.push("null"),
        }
    }

    fn object(&mut self, key: &str, value: impl FnOnce(&mut Self)) {
        self.push("{\"");
        self.push(key);
        self.push("\":");
        value(self);
        self.push("}");
    }

    fn names(&mut self, key: &str, names: &[String]) {
        self.object(key, |json| json.list(names, |json, name| json.text(name)));
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Scalar(scalar) => self.text(scalar.name()),
            Shape::Text => self.text("string"),
            Shape::ErrorContext => self.text("error-context"),
            Shape::Io(io) => self.text(io.name()),
            Shape::List(element, _) => self.object("list", |json| json.shape(element)),
            Shape::Option(some) => self.object("option", |json| json.shape(some)),
            Shape::Enum(names) => self.names("enum", names),
            Shape::Flags(names) => self.names("flags", names),
            Shape::Own(resource) => self.object("own", |json| json.text(&resource.name)),
            Shape::Borrow(resource) => self.object("borrow", |json| json.text(&resource.name)),
            Shape::Stream(item) => self.object("stream", |json| json.maybe(item.as_deref())),
            Shape::Future(item) => self.object("future", |json| json.maybe(item.as_deref())),
            Shape::Tuple(parts) => self.object("tuple", |json| json.list(parts, Json::shape)),
            Shape::Record(fields) => self.object("record", |json| {
                json.list(fields, |json, (name, field)| json.pair(name, Some(field)))
            }),
            Shape::Variant(cases) => self.object("variant", |json| {
                json.list(cases, |json, (name, case)| json.pair(name, case.as_ref()))
            }),
            Shape::Result(ok, err) => self.object("result", |json| {
                json.list(&[ok, err], |json, side| json.maybe(side.as_deref()))
            }),
            Shape::Map(key, value, _) => {
                self.object("map", |json| json.list(&[key, value], |json, side| json.shape(side)))
            }
            Shape::FixedList(element, count) => self.object("fixed_list", |json| {
                json.push("[");
                json.shape(element);
                json.push(",");
                json.number(*count);
                json.push("]");
            }),
        }
    }
}
