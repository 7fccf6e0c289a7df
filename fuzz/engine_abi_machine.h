#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include "engine_abi_host.h"

/// The engine and the guests of the fuzz target, and breaks of the contract that the library finds.
namespace engine_abi {

inline constexpr auto testdata = "src/io/engine/testdata/";

/// The settings of the engine.
inline we_engine_config settings() {
    auto config = sized<we_engine_config>();
    config.instances_max = 4;
    config.epoch_tick_ms = 1;
    config.memory_bytes_max = 32U << 20U;
    config.allocation = WE_ALLOC_POOL_IF_POSSIBLE;
    return config;
}

/// Native code in a file without a name, -1 if there is none.
struct Code {
    int file = -1;
    std::uint64_t size = 0;

    static Code of(const Bytes& wasm) {
        const auto config = settings();
        we_buf compiled{};
        we_error* error = nullptr;
        const auto status = we_artifact_new(&config, view(wasm), &compiled, &error);
        check_error(status, error);
        if (status != WE_OK) return {};
        const auto bytes = taken(compiled);
        const int file = memfd_create("artifact", 0);
        expect(write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
               "the artefact is kept");
        return {file, bytes.size()};
    }
};

/// What all inputs share, made once.
struct Machine {
    /// Of `resources.wat` among the components.
    static constexpr std::size_t resources_place = 2;

    we_engine* engine = nullptr;
    std::vector<we_component*> components;
    we_module* module = nullptr;
    Bytes calculator;
    int artifact = -1;
    std::uint64_t artifact_size = 0;

    static Machine& the() {
        static auto* machine = new Machine;
        return *machine;
    }

  private:
    Machine() {
        expect(we_abi_version() == WE_ABI_VERSION, "one version on both sides");
        const auto wakers = Waiter::vtable();
        expect(we_runtime_init(&wakers, nullptr) == WE_OK, "the runtime starts");
        we_thread_attach();
        const auto config = settings();
        expect(we_engine_new(&config, &engine, nullptr) == WE_OK, "the engine starts");
        for (const auto* name : {"calculator", "doubling", "resources", "waiting", "testguest",
                                 "testguest_p3", "testprogram", "passing"})
            components.push_back(compile(read_file(std::string(testdata) + name + ".wasm")));
        const auto module_bytes = read_file(std::string(testdata) + "testmodule.wasm");
        auto code = Code::of(module_bytes);
        expect(we_module_load(engine, code.file, code.size, &module, nullptr) == WE_OK, "it loads");
        close(code.file);
        calculator = read_file(std::string(testdata) + "calculator.wasm");
        code = Code::of(calculator);
        artifact = code.file;
        artifact_size = code.size;
    }
    we_component* compile(const Bytes& wasm) const {
        const auto code = Code::of(wasm);
        we_component* component = nullptr;
        we_error* error = nullptr;
        const auto status =
            we_component_load(engine, code.file, code.size, WE_IMPORTS_CALLER, &component, &error);
        const auto message = we_error_message(error);
        const std::string text(message.data, message.data + message.size);
        expect(status == WE_OK, text.c_str());
        close(code.file);
        return component;
    }
};

/// Breaks of the contract that the library finds.
inline void break_rule(unsigned which, Buffers& buffers) {
    auto& machine = Machine::the();
    auto config = settings();
    auto options = sized<we_instance_options>();
    auto metrics = sized<we_metrics>();
    we_engine* engine = nullptr;
    we_component* component = nullptr;
    we_task* task = nullptr;
    we_body* body = nullptr;
    we_error* error = nullptr;
    const auto call = sized<we_call_sink>();
    std::uint64_t id = 0;
    we_status status = WE_INVALID;
    switch (which) {
        case 0:
            config.size -= 8;
            status = we_engine_new(&config, &engine, &error);
            break;
        case 1:
            config.instances_max = 0;
            status = we_engine_new(&config, &engine, &error);
            break;
        case 2: status = we_engine_new(nullptr, &engine, &error); break;
        case 3:
            options.size = 0;
            status = we_instance_new(machine.components[0], &options, &task, &error);
            break;
        case 4: status = we_instance_new(nullptr, &options, &task, &error); break;
        case 5: status = we_instance_new(machine.components[0], &options, nullptr, &error); break;
        case 6:
            status = we_component_load(nullptr, machine.artifact, machine.artifact_size, 0,
                                       &component, &error);
            break;
        case 7:
            status = we_component_load(machine.engine, machine.artifact, machine.artifact_size, 0,
                                       nullptr, &error);
            break;
        case 8:
            metrics.size += 8;
            return expect(we_engine_metrics(machine.engine, &metrics) == WE_INVALID, "a size");
        case 9: status = we_body_new(nullptr, nullptr, &body, &error); break;
        case 10:
            status = we_call_start(nullptr, 0, buffers.give({1}), nullptr, 0, &call, &id, &error);
            break;
        case 11: status = we_component_describe(nullptr, nullptr, &error); break;
        case 12: status = we_wasi_context_new(nullptr, nullptr, &error); break;
        default: {
            const auto wakers = Waiter::vtable();
            status = we_runtime_init(&wakers, &error);
            check_error(status, error);
            return expect(status == WE_STATE, "the runtime is started once");
        }
    }
    check_error(status, error);
    expect(status == WE_INVALID, "a broken contract is WE_INVALID");
    expect(engine == nullptr && component == nullptr && task == nullptr && body == nullptr,
           "out parameters are written only on WE_OK");
}

/// Null is accepted where handles are freed, and refused or ignored elsewhere.
inline void call_with_nulls(Buffers& buffers) {
    we_engine_free(nullptr);
    we_component_free(nullptr);
    we_module_free(nullptr);
    we_task_drop(nullptr);
    we_body_free(nullptr);
    we_body_finish(nullptr, nullptr, 0);
    we_body_fail(nullptr, 0);
    we_stream_free(nullptr);
    we_wasi_context_free(nullptr);
    we_error_free(nullptr);
    we_instance_close(nullptr);
    we_call_resume(nullptr, 1);
    we_call_drop(nullptr, 1);
    we_reply_answer(nullptr, buffers.give({1}));
    we_reply_refuse(nullptr, 0, {});
    expect(we_reply_defer(nullptr) == nullptr, "no token of nothing");
    expect(we_reply_take_stream(nullptr, 0) == nullptr, "no stream of nothing");
    expect(we_reply_attach(nullptr, nullptr) == UINT32_MAX, "no place");
    expect(we_output_of(nullptr) == nullptr, "no output of nothing");
    expect(we_output_new(nullptr, nullptr, nullptr) == WE_INVALID, "nowhere to put it");
    expect(we_import_attach(nullptr, nullptr) == UINT32_MAX, "no place");
    expect(we_import_context(nullptr) == nullptr, "no guest");
    expect(we_import_watch(nullptr, nullptr, nullptr) == WE_ANSWER_GUEST_GONE, "no guest");
    expect(we_import_complete(nullptr, buffers.give({1})) == WE_ANSWER_GUEST_GONE, "no guest");
    expect(we_import_fail(nullptr, 0, {}) == WE_ANSWER_GUEST_GONE, "no guest");
    expect(we_body_feed(nullptr, buffers.give({1})) == WE_FEED_GONE, "nobody to feed");
    we_buf chunk{};
    expect(we_stream_poll(nullptr, &Waiter::the(), &chunk) == WE_STREAM_CLOSED, "nothing to read");
    expect(we_task_poll(nullptr, &Waiter::the()).state == WE_DONE, "nothing to run");
    expect(we_component_http(nullptr) == 0 && we_component_command(nullptr) == 0, "nothing");
    expect(we_module_is_command(nullptr) == 0 && we_error_code(nullptr) == WE_OK, "nothing");
}

}  // namespace engine_abi
