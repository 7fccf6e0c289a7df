#include "io/engine/program_suite.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "io/engine/wasmtime/compile/compile_fixture_test.h"
#include "io/engine/wasmtime/wasmtime_engine.h"

namespace weft::engine::wasmtime {
namespace {

Bytes read(const std::string& name) {
    std::ifstream file(WEFT_SOURCE_DIR "/src/io/engine/testdata/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

EngineSetUp set_up(const EngineConfig& config, const std::string& program) {
    auto engine = make_engine(config);
    EXPECT_TRUE(engine) << engine.error().message;
    return {*engine, read("testguest.wasm"), {}, read(program)};
}
/// Compiled in a process of its own, then loaded from the cache.
EngineSetUp set_up_cached(const EngineConfig& config) {
    static const CacheFolder folder;
    auto options = with_worker(WEFT_COMPILE_WORKER);
    options.cache = folder.options();
    auto engine = make_engine(config, options);
    EXPECT_TRUE(engine) << engine.error().message;
    return {*engine, read("testguest.wasm"), {}, read("testmodule.wasm")};
}
EngineSetUp set_up_module(const EngineConfig& config) { return set_up(config, "testmodule.wasm"); }
EngineSetUp set_up_component(const EngineConfig& config) {
    return set_up(config, "testprogram.wasm");
}

/// A folder that is removed.
class Folder {
  public:
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "weft-program-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

class WasmtimePrograms : public EnginePrograms {};

TEST_P(WasmtimePrograms, SeeTheDirectoriesOfTheirWorld) {
    const Folder folder;
    WasiContext context;
    context.directories = {{folder.path(), "/seen", Directory::Access::read_write}};
    ASSERT_EQ(exit_of(told({"write", "/seen/file", "text"}, context)).value(), "0");

    context.directories[0].access = Directory::Access::read;
    EXPECT_EQ(exit_of(told({"write", "/seen/file", "other"}, context)).value(), "1");
    observer_->out.clear();
    EXPECT_EQ(exit_of(told({"read", "/seen/file"}, context)).value(), "0");
    EXPECT_EQ(observer_->out, "text");
}

TEST_P(WasmtimePrograms, CannotBePutIntoAWorldThatIsNotThere) {
    WasiContext context;
    context.directories = {{"/nowhere/at/all", "/", Directory::Access::read}};

    const auto refused = program_->with_context(context);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::failed_precondition);
    EXPECT_EQ(refused.error().slug.text(), "engine.wasi_context_refused");
    EXPECT_NE(refused.error().message.find("/nowhere/at/all"), std::string::npos);
}

TEST_P(WasmtimePrograms, CannotBeGivenTextThatWasiCannotCarry) {
    WasiContext context;
    context.arguments = {std::string("a\0b", 3)};

    const auto refused = program_->with_context(context);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug.text(), "engine.wasi_context_invalid");
}

class WasmtimeModules : public EnginePrograms {};

TEST_P(WasmtimeModules, WithoutAStartAreNoPrograms) {
    constexpr std::string_view empty("\0asm\1\0\0\0", 8);
    const auto module = engine_->compile(as_bytes(empty)).value();

    EXPECT_EQ(module->command_kind(), CommandKind::none);
    EXPECT_EQ(slug_of(exit_of(module)), "engine.no_command");
}

TEST_P(WasmtimeModules, ThatAreDamagedAreRefused) {
    const auto cut = engine_->compile(BytesView(read("testmodule.wasm")).first(1000));
    const auto version = engine_->compile(as_bytes(std::string_view("\0asm\7\0\0\0", 8)));

    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().slug.text(), "engine.component_corrupt");
    ASSERT_FALSE(version);
    EXPECT_EQ(version.error().slug.text(), "engine.component_corrupt");
}

TEST_P(WasmtimePrograms, SayThroughWhatTheyAreStarted) {
    const bool is_module = GetParam().name == "module";
    EXPECT_EQ(program_->command_kind(), is_module ? CommandKind::preview_1 : CommandKind::wasi_0_2);

    // WASI 0.2 knows success and failure only.
    EXPECT_EQ(exit_of(told({"exit", "33"})).value(), is_module ? "33" : "1");
}

}  // namespace
}  // namespace weft::engine::wasmtime

namespace weft::engine {
INSTANTIATE_TEST_SUITE_P(Wasmtime, EnginePrograms,
                         testing::Values(EngineUnderTest{"module", wasmtime::set_up_module},
                                         EngineUnderTest{"cached", wasmtime::set_up_cached}));
namespace wasmtime {
INSTANTIATE_TEST_SUITE_P(Own, WasmtimePrograms,
                         testing::Values(EngineUnderTest{"component", set_up_component},
                                         EngineUnderTest{"module", set_up_module}));
INSTANTIATE_TEST_SUITE_P(Own, WasmtimeModules,
                         testing::Values(EngineUnderTest{"module", set_up_module}));
}  // namespace wasmtime
}  // namespace weft::engine
