//! Random types and values through a guest and back, by this codec and by wasmtime's dynamic values in
//! every combination: all must agree byte for byte.

use super::echo::{ENCODINGS, component};
use super::random::{self, Random, rounds, values};
use super::world::{Way, World, engine};

const WAYS: [Way; 2] = [Way::Raw, Way::Dynamic];

/// As many seeds as said, on an engine with the event loop or without.
fn all_ways_agree(seeds: std::ops::Range<u64>, concurrency: bool) {
    let engine = engine(concurrency);
    for seed in seeds {
        let random = &mut Random(seed);
        let signatures = random::signatures(random, 8, concurrency);
        let text = component(&signatures, random.pick(&ENCODINGS));
        let world = World::new(&engine, concurrency, &text);
        for (imports, exports) in WAYS.into_iter().flat_map(|one| WAYS.map(|other| (one, other))) {
            let mut live = world.live(imports);
            for (index, signature) in signatures.iter().enumerate() {
                for _ in 0..4 {
                    let arguments = values(random, &signature.params);
                    let answer = values(random, signature.result.as_slice());
                    live.script.answers.push_back(answer.clone());
                    let case = format!("seed {seed}, {imports:?} {exports:?} f{index}");

                    let result = live.call(exports, world.number(&format!("f{index}")), &arguments);

                    assert_eq!(result.unwrap_or_else(|error| panic!("{case}: {error:?}")), answer);
                    assert_eq!(live.script.asked.pop(), Some((index as u32, arguments)), "{case}");
                }
            }
        }
    }
}

#[test]
fn all_ways_agree_on_values_of_random_types() {
    all_ways_agree(0..20 * rounds(), false);
}

#[test]
fn all_ways_agree_with_the_event_loop_and_async_functions() {
    all_ways_agree(500_000..500_000 + 8 * rounds(), true);
}
