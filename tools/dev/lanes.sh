# shellcheck shell=bash
# The lanes of ./dev check: lane_NAME fails by its exit code. Sourced by check.sh, which runs them in the root.

lane_title() {
    case $1 in
    lint) echo "shell and Python sources" ;;
    format) echo "clang-format, rustfmt" ;;
    clippy) echo "clippy over the engine" ;;
    house) echo "layers, sizes, slugs, signatures, words, and the checkers' own tests" ;;
    headers) echo "each header compiles alone" ;;
    test) echo "./dev test" ;;
    tidy) echo "clang-tidy where something changed" ;;
    tsan) echo "base/rt under ThreadSanitizer" ;;
    fuzz) echo "the corpora of all fuzz targets replayed" ;;
    release) echo "the binary that ships" ;;
    system) echo "tests of the release binary" ;;
    tidy_tests) echo "clang-tidy over the tests too" ;;
    tsan_all) echo "all tests that run no guests under ThreadSanitizer" ;;
    release_tests) echo "all tests of the release build" ;;
    fuzz_long) echo "each fuzz target for ${WEFT_FUZZ_SECONDS:-300} seconds" ;;
    soak) echo "a million calls of the engine leave nothing behind" ;;
    seeds) echo "simulations with ${WEFT_SIM_SEEDS:-5000} seeds" ;;
    esac
}

run_ctest() {
    local preset=$1
    shift
    ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$WEFT_JOBS" "$@"
}

lane_lint() {
    local scripts status=0 script
    mapfile -t scripts < <(git ls-files --cached --others --exclude-standard -- dev .ci/run '*.sh' 'bench/*/run')
    for script in "${scripts[@]}"; do
        head -n 1 "$script" | grep -qE 'bash|/sh|shellcheck' || continue
        bash -n "$script" || status=1
        shellcheck --external-sources --source-path=SCRIPTDIR:. "$script" || status=1
    done
    python3 - <<'PYTHON' || status=1
import pathlib, subprocess, sys
listing = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.py"],
                         capture_output=True, check=True, text=True).stdout
bad = 0
for name in filter(None, listing.split("\0")):
    try:
        compile(pathlib.Path(name).read_bytes(), name, "exec")
    except FileNotFoundError:
        continue
    except SyntaxError as error:
        print(f"{name}:{error.lineno}: {error.msg}")
        bad = 1
sys.exit(bad)
PYTHON
    return $status
}

lane_format() { tools/dev/fmt.sh --check; }

lane_clippy() {
    use_cargo_target
    (cd engine-rs && cargo clippy --locked --profile fast --all-targets -- -D warnings)
}

lane_house() {
    local status=0 check
    for check in layers ratchet slugs events signatures life howto words rust_modules; do
        python3 -m "tools.$check" || status=1
    done
    for check in errors layers.page wit; do
        python3 -m "tools.$check" --check || status=1
    done
    python3 -m unittest discover --start-directory tools/tests --top-level-directory . || status=1
    return $status
}

lane_headers() { python3 -m tools.headers; }

lane_test() { ./dev test; }

lane_tidy() {
    configure asan
    python3 -m tools.tidy "$@"
}

lane_tidy_tests() { lane_tidy --tests; }

lane_tsan() {
    build_targets tsan weft_rt_test
    run_ctest tsan -R '^rt$'
}

lane_tsan_all() {
    build_targets tsan
    # TSan does not see how Rust orders its accesses, so nothing that runs guests: docs/reference/engine-abi.md.
    run_ctest tsan -LE '^(house|system)$' -E '^engine_wasmtime$'
}

# each_fuzzer ARGS...: every target with its corpus; what fails is kept in build/fuzz/found.
each_fuzzer() {
    local names name corpus status=0
    mapfile -t names < <(find fuzz -maxdepth 1 -name '*_fuzz.cc' -printf '%f\n' | sed 's/\.cc$//' | sort)
    ((${#names[@]} > 0)) || die "there is no fuzz/*_fuzz.cc; every parser has a target"
    build_targets fuzz "${names[@]}"
    mkdir -p build/fuzz/found
    for name in "${names[@]}"; do
        corpus=fuzz/corpus/$name
        [[ -n $(find "$corpus" -type f -print -quit 2>/dev/null) ]] || {
            say "fuzz: '$corpus' holds no input; add at least one for each branch of the parser"
            status=1
            continue
        }
        # What a long run finds worth keeping goes to build/, not into the repository's corpus.
        mkdir -p "build/fuzz/corpus/$name"
        "build/fuzz/fuzz/$name" -artifact_prefix=build/fuzz/found/ -print_final_stats=0 -verbosity=0 -timeout=20 \
            -rss_limit_mb=2048 "$@" "build/fuzz/corpus/$name" "$corpus" || status=1
        say "fuzz: $name: $(find "$corpus" -type f | wc -l) inputs"
    done
    return $status
}

lane_fuzz() { each_fuzzer -runs=0; }

lane_fuzz_long() { each_fuzzer "-max_total_time=${WEFT_FUZZ_SECONDS:-300}"; }

lane_release() {
    local size
    ./dev build release
    size=$(stat -c %s build/release/weft)
    echo "build/release/weft: $((size / 1000)) kB, limit 20000 kB"
    ((size <= 20000000)) || die "the binary is over its limit; find what the last change links"
}

# Programs that the tests of the release binary need are dependencies of the target system_tests. The soak is built so that it stays
# whole; it runs in a lane of its own.
lane_system() {
    build_targets release weft system_tests engine_soak
    run_ctest release -L '^system$'
}

lane_release_tests() {
    build_targets release
    run_ctest release -LE house
}

# Without a sanitizer, whose allocator keeps what was freed.
lane_soak() {
    build_targets dev engine_soak
    build/dev/tests/soak/engine_soak
}

lane_seeds() {
    build_targets dev
    WEFT_SIM_SEEDS=${WEFT_SIM_SEEDS:-5000} ctest --test-dir build/dev --output-on-failure -j "$WEFT_JOBS" -L '^sim$'
}
