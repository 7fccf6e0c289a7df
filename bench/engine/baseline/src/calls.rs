//! The calls, in batches; the figures have the names that the native side gives them.

use crate::machine::{Flavour, Machine, block_on};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use wasmtime::component::{Func, Instance, InstancePre, TypedFunc};
use wasmtime::{Error, Result, Store};

pub struct Options {
    pub batches: usize,
    /// Operations of a batch; none: as many as take some milliseconds.
    pub count: Option<u32>,
    pub only: String,
}

impl Default for Options {
    fn default() -> Self {
        Options { batches: 25, count: None, only: String::new() }
    }
}

struct Figure {
    name: String,
    wall_ns: Vec<f64>,
    cpu_ns: Vec<f64>,
}

impl Figure {
    fn json(mut self) -> String {
        let median = |values: &mut Vec<f64>| {
            values.sort_by(f64::total_cmp);
            (values[values.len() / 2], values[0])
        };
        let ((wall, best), (cpu, best_cpu)) = (median(&mut self.wall_ns), median(&mut self.cpu_ns));
        format!(
            "\"{}\":{{\"wall_ns\":{wall:.1},\"best_ns\":{best:.1},\"cpu_ns\":{cpu:.1},\"best_cpu_ns\":{best_cpu:.1}}}",
            self.name
        )
    }
}

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}
unsafe extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}
const CLOCK_THREAD_CPUTIME_ID: i32 = 3;

fn thread_cpu_ns() -> f64 {
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.seconds as f64 * 1e9 + time.nanoseconds as f64
}

struct Bench<'a> {
    options: &'a Options,
    flavour: &'static str,
    figures: Vec<Figure>,
}

impl Bench<'_> {
    /// `repeat(n)` does the operation `n` times.
    fn measure(
        &mut self,
        name: &str,
        usual_count: u32,
        mut repeat: impl FnMut(u32) -> Result<()>,
    ) -> Result<()> {
        let name = format!("{name}.{}", self.flavour);
        if !name.starts_with(&self.options.only) {
            return Ok(());
        }
        let count = self.options.count.unwrap_or(usual_count);
        let mut figure = Figure { name, wall_ns: Vec::new(), cpu_ns: Vec::new() };
        if self.options.count.is_none() {
            repeat(count)?;
        }
        for _ in 0..self.options.batches {
            let (wall, cpu) = (Instant::now(), thread_cpu_ns());
            repeat(count)?;
            let (cpu, wall) = (thread_cpu_ns() - cpu, wall.elapsed().as_nanos() as f64);
            figure.wall_ns.push(wall / f64::from(count));
            figure.cpu_ns.push(cpu / f64::from(count));
        }
        self.figures.push(figure);
        Ok(())
    }
}

/// Name, how often it is done in one batch, bytes.
const SIZES: [(&str, u32, u32); 3] =
    [("64b", 8_000, 64), ("4k", 6_000, 4 << 10), ("1m", 40, 1 << 20)];

fn define_service(machine: &mut Machine) -> Result<()> {
    let mut service = machine.linker.instance("bench:engine/service")?;
    service.func_wrap_async("nop", |_, ()| Box::new(async { Ok(()) }))?;
    service.func_wrap_async("add", |_, (a, b): (u32, u32)| {
        Box::new(async move { Ok((a.wrapping_add(b),)) })
    })?;
    service.func_wrap_async("echo", |_, (data,): (Vec<u8>,)| Box::new(async move { Ok((data,)) }))
}

fn instance(machine: &Machine, pre: &InstancePre<()>) -> Result<(Store<()>, Instance)> {
    let mut store = machine.store();
    let instance = block_on(pre.instantiate_async(&mut store))?;
    Ok((store, instance))
}

fn imports(bench: &mut Bench, machine: &Machine) -> Result<()> {
    let (mut store, caller) = instance(machine, &machine.load("caller")?)?;
    let run: TypedFunc<(u32, u32, u32), ()> = caller.get_typed_func(&mut store, "run")?;
    let mut repeat = |what, size, count| block_on(run.call_async(&mut store, (what, size, count)));
    bench.measure("import.nop", 20_000, |count| repeat(0, 0, count))?;
    bench.measure("import.add", 20_000, |count| repeat(1, 1, count))?;
    for (name, usual, size) in SIZES {
        bench.measure(&format!("import.{name}"), usual, |count| repeat(2, size, count))?;
    }
    Ok(())
}

struct Exports {
    nop: Func,
    echo: Func,
}

/// An instance of the service and its functions.
fn service(machine: &Machine) -> Result<(Store<()>, Exports)> {
    let (mut store, service) = instance(machine, &machine.load("service")?)?;
    let interface = service
        .get_export_index(&mut store, None, "bench:engine/service")
        .ok_or_else(|| Error::msg("the service exports its interface"))?;
    let mut function = |name| {
        let index = service.get_export_index(&mut store, Some(&interface), name);
        index
            .and_then(|index| service.get_func(&mut store, index))
            .ok_or_else(|| Error::msg("the interface has its functions"))
    };
    let exports = Exports { nop: function("nop")?, echo: function("echo")? };
    Ok((store, exports))
}

fn exports(bench: &mut Bench, machine: &Machine) -> Result<()> {
    let (mut store, functions) = service(machine)?;
    let nop = functions.nop.typed::<(), ()>(&store)?;
    let echo = functions.echo.typed::<(&[u8],), (Vec<u8>,)>(&store)?;
    bench.measure("export.nop", 10_000, |count| {
        (0..count).try_for_each(|_| block_on(nop.call_async(&mut store, ())))
    })?;
    for (name, usual, size) in SIZES {
        let data = vec![0; size as usize];
        bench.measure(&format!("export.{name}"), usual, |count| {
            (0..count).try_for_each(|_| block_on(echo.call_async(&mut store, (&data,))).map(drop))
        })?;
    }
    let pre = machine.load("service")?;
    bench.measure("instantiate", 400, |count| {
        (0..count).try_for_each(|_| instance(machine, &pre).map(drop))
    })
}

/// The service as another guest calls it through functions of the host that wait for it.
struct Joined {
    store: Store<()>,
    nop: TypedFunc<(), ()>,
    echo: TypedFunc<(Vec<u8>,), (Vec<u8>,)>,
}

/// Taken while a call runs.
type Place = Arc<Mutex<Option<Joined>>>;

fn take(place: &Place) -> Result<Joined> {
    let joined = place.lock().unwrap_or_else(PoisonError::into_inner).take();
    joined.ok_or_else(|| Error::msg("the service takes one call after the other"))
}

fn put(place: &Place, joined: Joined) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(joined);
}

fn define_joined(machine: &mut Machine) -> Result<()> {
    let (store, functions) = service(machine)?;
    let (nop, echo) = (functions.nop.typed(&store)?, functions.echo.typed(&store)?);
    let place = Place::new(Mutex::new(Some(Joined { store, nop, echo })));
    let other = place.clone();
    let mut service = machine.linker.instance("bench:engine/service")?;
    service.func_wrap_async("nop", move |_, ()| {
        let place = place.clone();
        Box::new(async move {
            let mut joined = take(&place)?;
            joined.nop.call_async(&mut joined.store, ()).await?;
            put(&place, joined);
            Ok(())
        })
    })?;
    service.func_wrap_async("add", |_, (a, b): (u32, u32)| {
        Box::new(async move { Ok((a.wrapping_add(b),)) })
    })?;
    service.func_wrap_async("echo", move |_, (data,): (Vec<u8>,)| {
        let place = other.clone();
        Box::new(async move {
            let mut joined = take(&place)?;
            let echoed = joined.echo.call_async(&mut joined.store, (data,)).await?;
            put(&place, joined);
            Ok(echoed)
        })
    })
}

/// Without event loop only: with it, a guest cannot run inside of another one's call.
fn joined(bench: &mut Bench, guests: &Path) -> Result<()> {
    let mut machine = Machine::new(Flavour::Plain, guests)?;
    define_joined(&mut machine)?;
    let (mut store, caller) = instance(&machine, &machine.load("caller")?)?;
    let run: TypedFunc<(u32, u32, u32), ()> = caller.get_typed_func(&mut store, "run")?;
    let mut repeat = |what, size, count| block_on(run.call_async(&mut store, (what, size, count)));
    bench.measure("guest.nop", 5_000, |count| repeat(0, 0, count))?;
    for (name, usual, size) in SIZES {
        bench.measure(&format!("guest.{name}"), usual, |count| repeat(2, size, count))?;
    }
    Ok(())
}

pub fn run(guests: &Path, options: &Options) -> Result<()> {
    let mut figures = Vec::new();
    for (flavour, name) in [(Flavour::Plain, "plain"), (Flavour::Concurrent, "concurrent")] {
        let mut machine = Machine::new(flavour, guests)?;
        define_service(&mut machine)?;
        let mut bench = Bench { options, flavour: name, figures: Vec::new() };
        imports(&mut bench, &machine)?;
        exports(&mut bench, &machine)?;
        if flavour == Flavour::Plain {
            joined(&mut bench, guests)?;
        }
        figures.append(&mut bench.figures);
    }
    let figures: Vec<String> = figures.into_iter().map(Figure::json).collect();
    println!("{{\"figures\":{{{}}}}}", figures.join(","));
    Ok(())
}
