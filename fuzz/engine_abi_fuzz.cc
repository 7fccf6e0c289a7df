// The engine's C boundary is called in any order that its header allows, with any arguments: an
// input is a program of calls. Whatever it does, callbacks keep their promises, each buffer is
// freed once, and nothing is alive at the end.
#include <algorithm>

#include "engine_abi_buckets.h"
#include "engine_abi_host.h"
#include "engine_abi_machine.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// As in src/io/engine/wasmtime/runtime.cc: guests run on stacks that the sanitizer does not know.
extern "C" const char* __asan_default_options() {
    return "detect_stack_use_after_return=0:use_sigaltstack=0";
}
#endif
#endif

namespace {

using namespace engine_abi;

constexpr std::size_t tasks_max = 6;
constexpr std::size_t bodies_max = 6;
constexpr unsigned steps_max = 300;

class Host;

/// One task, and what its callbacks need.
struct Guest {
    Host* host = nullptr;
    we_task* task = nullptr;
    bool is_instance = true;
    bool is_done = false;
    bool is_dropped = false;
    bool has_fault = false;
    Buckets buckets;
    std::vector<std::unique_ptr<Sink>> sinks;

    bool is_alive() const { return !is_done && !is_dropped; }
};

struct Token {
    we_import* raw;
    Guest* guest;
    std::uint32_t function;
    struct Watched* watched = nullptr;  // What the library is to tell of it, if that was asked.
};

/// How the guest's part of a call of an import ended.
struct Watched {
    const Guest* guest;
    int told = 0;
    bool abandoned = false;
};

/// The C side for one input.
class Host {
  public:
    explicit Host(Input input) : input_(input) {}
    void run();

  private:
    void step();
    void end();

    // Tasks.
    void open();
    void start_program();
    void poll(Guest& guest, unsigned polls_max);
    void call(Guest& guest);
    void request(Guest& guest);
    void drop(Guest& guest);
    void use_call(Guest& guest);
    we_instance_options options(Guest& guest);
    we_imports imports(Guest& guest);
    Guest* alive();
    Sink& new_sink(Guest& guest);

    // What beside tasks is made, used and freed.
    void make_body();
    void feed(Body& body);
    void free_body(Body& body);
    Body* body();
    void watch(Token& token);
    void complete(Token token);
    void use_token();
    void use_stream();
    void free_component();
    void ask_engine();
    void compile();
    void load();
    void wasi_context();

    // Callbacks of the library.
    void on_import(Guest& guest, std::uint32_t function, we_buf arguments, we_reply* reply);
    void on_done(Sink& sink, we_buf result, const we_error* error);
    void on_want(Body& body);

    Bytes arguments();
    Bytes value();
    Bytes answer_of(Guest& guest, std::uint32_t function);

    Input input_;
    Buffers buffers_;
    std::vector<std::unique_ptr<Guest>> guests_;
    std::vector<std::unique_ptr<Body>> bodies_;
    std::vector<Token> tokens_;
    std::vector<std::unique_ptr<Watched>> watched_;
    std::vector<we_stream*> streams_;
    std::vector<Bytes> handles_;
    std::vector<we_component*> components_;
    we_wasi_context* wasi_context_ = nullptr;
    unsigned compiled_ = 0;
    std::uint64_t buckets_made_ = 0;
};

// ------------------------------------------------------------------------------------------ values

/// Handles that guests gave, and others; text; numbers; any bytes.
Bytes Host::arguments() {
    Bytes out;
    for (auto parts = input_.below(5); parts > 0; --parts) {
        const auto part = value();
        out.insert(out.end(), part.begin(), part.end());
    }
    return out;
}

Bytes Host::value() {
    const auto counted = [](Bytes bytes) {
        bytes.insert(bytes.begin(), static_cast<std::uint8_t>(bytes.size()));
        return bytes;
    };
    switch (input_.below(8)) {
        case 0: return {input_.next()};
        case 1: return handles_.empty() ? Bytes{0} : *input_.pick(handles_);
        case 2: return counted(Bytes(16, input_.next()));
        case 3: return counted(input_.take(input_.below(64)));
        case 4: return {static_cast<std::uint8_t>(input_.next() | 0x80U), 0x80, 0};
        case 5: return input_.take(input_.below(16));
        case 6: {
            // Many handles of the C side.
            Bytes bytes{0xe9, 0x07};
            for (int i = 0; i < 1001; ++i) bytes.insert(bytes.end(), {1, 'h'});
            return bytes;
        }
        default: return {1, 'h'};
    }
}

/// What an answer says that will be taken.
Bytes Host::answer_of(Guest& guest, std::uint32_t function) {
    if (!guest.buckets.can_come_from(function) || input_.below(4) == 3) return value();
    return guest.buckets.give(buckets_made_++, input_.below(8) == 7);
}

// --------------------------------------------------------------------------------------- callbacks

void Host::on_import(Guest& guest, std::uint32_t function, we_buf given, we_reply* reply) {
    const auto asked = taken(given);
    expect(guest.is_alive(), "imports are asked inside of polls");
    guest.buckets.take_arguments(function, asked);
    if (input_.below(2) == 1)
        if (auto* stream = we_reply_take_stream(reply, input_.below(2))) streams_.push_back(stream);
    if (input_.below(2) == 1) {
        if (auto* one = body()) we_reply_attach(reply, one->raw);
    } else if (input_.below(4) == 1) {
        attach_output(reply, streams_, input_.pick(streams_));
    }
    switch (input_.below(8)) {
        case 0: return we_reply_answer(reply, buffers_.give(asked));
        case 1: return we_reply_refuse(reply, input_.below(3), view(std::string("no")));
        case 2:
        case 3: {
            if (auto* token = we_reply_defer(reply)) tokens_.push_back({token, &guest, function});
            if (input_.below(4) == 1) watch(tokens_.back());
            expect(we_reply_defer(reply) == nullptr, "an answer is deferred once");
            // A second answer is not taken.
            if (input_.below(4) == 1) we_reply_answer(reply, buffers_.give(value()));
            if (input_.below(4) == 1) {
                complete(tokens_.back());
                tokens_.pop_back();
            }
            return;
        }
        case 4: return;
        case 5: we_reply_answer(reply, buffers_.give({0})); return we_reply_refuse(reply, 0, {});
        default: return we_reply_answer(reply, buffers_.give(answer_of(guest, function)));
    }
}

void Host::on_done(Sink& sink, we_buf result, const we_error* error) {
    sink.tell(true);
    look_at(error);
    auto bytes = taken(result);
    expect(error == nullptr || bytes.empty(), "a result or a failure");
    if (bytes.size() == 17) handles_.push_back(std::move(bytes));
}

void Host::on_want(Body& body) {
    expect(!body.is_closed, "nothing follows 'closed'");
    expect(!body.wanted, "'want' is not repeated");
    body.wanted = true;
    if (body.raw != nullptr && input_.below(2) == 1) feed(body);
}

we_imports Host::imports(Guest& guest) {
    we_imports imports{};
    imports.context = &guest;
    if (input_.below(8) == 7) return imports;
    imports.call = [](void* context, std::uint64_t call, std::uint32_t function, we_buf arguments,
                      we_reply* reply) {
        auto& asking = *static_cast<Guest*>(context);
        expect(call <= asking.sinks.size(), "a guest is in a call that it was given");
        asking.host->on_import(asking, function, arguments, reply);
    };
    imports.drop_resource = [](void* context, std::uint32_t resource, we_str handle) {
        auto& dropping = *static_cast<Guest*>(context);
        expect(!dropping.is_dropped, "resources are dropped with the task");
        dropping.buckets.take_back({handle.data, handle.size});
        expect(resource < 2, "resources are those of the description");
    };
    return imports;
}

// ------------------------------------------------------------------------------------------- tasks

we_instance_options Host::options(Guest& guest) {
    auto options = sized<we_instance_options>();
    options.cpu_time_ns_max = (1 + input_.below(3)) * 1'000'000U;
    options.concurrent_max = input_.below(4);
    const auto small = input_.next();
    if ((small & 1U) != 0) options.handles_max = 3;
    if ((small & 2U) != 0) options.memory_bytes_max = 2U << 20U;
    if ((small & 4U) != 0) options.host_data_bytes_max = 100;
    if ((small & 8U) != 0) options.table_elements_max = 1;
    if ((small & 16U) != 0) options.parts_max = 2;
    options.context = &guest;
    options.output = [](void* context, std::int32_t stream, we_str bytes) {
        expect(static_cast<Guest*>(context)->is_alive(), "output comes inside of polls");
        expect(stream == WE_STDOUT || stream == WE_STDERR, "there are two streams");
        expect(bytes.size <= 64 * 1024, "at most 64 KiB at once");
    };
    options.fault = [](void* context, const we_error* error) {
        auto& told = *static_cast<Guest*>(context);
        expect(!told.has_fault && told.is_alive(), "a guest ends badly once");
        expect(error != nullptr, "a fault is one");
        look_at(error);
        told.has_fault = true;
    };
    options.imports = imports(guest);
    options.wasi_context = input_.below(2) == 1 ? wasi_context_ : nullptr;
    return options;
}

void Host::open() {
    if (guests_.size() >= tasks_max * 4) return;
    auto guest = std::make_unique<Guest>();
    guest->host = this;
    auto all = Machine::the().components;
    all.insert(all.end(), components_.begin(), components_.end());
    const auto how = options(*guest);
    we_error* error = nullptr;
    auto* const component = *input_.pick(all);
    guest->buckets.are_counted = component == Machine::the().components[Machine::resources_place];
    const auto status = we_instance_new(component, &how, &guest->task, &error);
    check_error(status, error);
    if (status == WE_OK) guests_.push_back(std::move(guest));
}

void Host::start_program() {
    if (guests_.size() >= tasks_max * 4) return;
    auto guest = std::make_unique<Guest>();
    guest->host = this;
    guest->is_instance = false;
    auto& machine = Machine::the();
    const auto how = options(*guest);
    auto sink = sized<we_command_sink>();
    sink.context = &new_sink(*guest);
    sink.end = [](void* context, std::int32_t, const we_error* failure) {
        static_cast<Sink*>(context)->tell(true);
        look_at(failure);
    };
    we_error* error = nullptr;
    const auto status =
        input_.below(2) == 0
            ? we_module_start(machine.module, &how, &sink, &guest->task, &error)
            : we_command_start(*input_.pick(machine.components), &how, &sink, &guest->task, &error);
    check_error(status, error);
    if (status == WE_OK) guests_.push_back(std::move(guest));
}

Guest* Host::alive() {
    std::vector<Guest*> found;
    for (const auto& guest : guests_)
        if (guest->is_alive()) found.push_back(guest.get());
    return found.empty() ? nullptr : *input_.pick(found);
}

Sink& Host::new_sink(Guest& guest) { return *guest.sinks.emplace_back(std::make_unique<Sink>()); }

void Host::poll(Guest& guest, unsigned polls_max) {
    auto& waiter = Waiter::the();
    while (polls_max-- > 0) {
        waiter.take_wake();
        const auto polled = we_task_poll(guest.task, &waiter);
        expect(polled.state == WE_PENDING || polled.state == WE_DONE, "there are two states");
        guest.is_done = polled.state == WE_DONE;
        if (guest.is_done || (polled.yielded == 0 && !waiter.take_wake())) break;
    }
    if (!guest.is_done) return;
    for (const auto& sink : guest.sinks)
        expect(sink->has_ended || sink->given_up, "every call has ended when its task is done");
}

void Host::call(Guest& guest) {
    auto& told = new_sink(guest);
    told.host = this;
    auto sink = sized<we_call_sink>();
    sink.context = &told;
    sink.done = [](void* context, we_buf result, we_stream* const* streams, std::size_t count,
                   const we_error* failure) {
        auto& to = *static_cast<Sink*>(context);
        auto& host = *static_cast<Host*>(to.host);
        expect(failure == nullptr || count == 0, "a failure brings no streams");
        host.streams_.insert(host.streams_.end(), streams, streams + count);
        host.on_done(to, result, failure);
    };
    we_error* error = nullptr;
    const auto function = input_.below(20);
    std::vector<const we_body*> ends;
    for (auto more = input_.below(3); more > 0; --more)
        if (const auto* one = body()) ends.push_back(one->raw);
    const auto status = we_call_start(guest.task, function, buffers_.give(arguments()), ends.data(),
                                      ends.size(), &sink, &told.id, &error);
    check_error(status, error);
    told.given_up = status != WE_OK;
}

we_http_sink http_sink(Sink& told) {
    auto sink = sized<we_http_sink>();
    sink.context = &told;
    sink.head = [](void* context, std::uint16_t status, const we_header*, std::size_t) {
        auto& to = *static_cast<Sink*>(context);
        expect(!std::exchange(to.has_head, true), "one head");
        expect(status >= 100 && status < 1000, "a status has three digits");
        to.tell(false);
    };
    sink.chunk = [](void* context, we_str bytes) -> std::int32_t {
        auto& to = *static_cast<Sink*>(context);
        expect(to.has_head && !to.has_trailers, "chunks come between head and trailers");
        expect(!to.is_paused, "no chunk before the pause is ended");
        to.tell(false);
        to.is_paused = bytes.size % 2 == 1;
        return to.is_paused ? 1 : 0;
    };
    sink.trailers = [](void* context, const we_header*, std::size_t) {
        auto& to = *static_cast<Sink*>(context);
        expect(!std::exchange(to.has_trailers, true), "trailers come once");
        to.tell(false);
    };
    sink.end = [](void* context, const we_error* failure) {
        auto& to = *static_cast<Sink*>(context);
        expect(failure != nullptr || to.has_head, "a complete response has a head");
        to.tell(true);
        look_at(failure);
    };
    return sink;
}

void Host::request(Guest& guest) {
    static const std::vector<std::string> paths = {
        "/ignore", "/echo",    "/big?100001", "/trap",    "/trap-late", "/spin",  "/none",
        "/cut",    "/sleep?1", "/print",      "/handles", "/fields",    "/error", "/trailers",
        "/late?1", "/grow?9",  "/eat",        "/exit?3",  "/overflow",  "/leak",  "/count"};
    auto& told = new_sink(guest);
    const auto bytes = input_.take(input_.below(16));
    const std::string get = "GET";
    const std::string http = "http";
    const std::string authority = "example.test";
    const auto odd = input_.next();
    const we_header header{view(get), view(bytes)};
    auto request = sized<we_http_request>();
    request.method = (odd & 1U) != 0 ? view(bytes) : view(get);
    request.scheme = (odd & 2U) != 0 ? view(bytes) : view(http);
    request.authority = (odd & 4U) != 0 ? view(bytes) : view(authority);
    request.path_with_query =
        (odd & 8U) != 0 ? view(bytes) : view(paths[input_.below(paths.size())]);
    if ((odd & 16U) != 0) {
        request.headers = &header;
        request.header_count = 1;
    }
    const auto* content = (odd & 32U) != 0 ? body() : nullptr;
    request.body = content == nullptr ? nullptr : content->raw;
    const auto sink = http_sink(told);
    we_error* error = nullptr;
    const auto status = we_http_start(guest.task, &request, &sink, &told.id, &error);
    check_error(status, error);
    told.given_up = status != WE_OK;
}

void Host::drop(Guest& guest) {
    for (const auto& sink : guest.sinks) sink->given_up = true;
    we_task_drop(guest.task);
    guest.is_dropped = true;
    expect(guest.buckets.is_empty(), "every handle comes back");
}

/// Names a call of the guest's, or none.
void Host::use_call(Guest& guest) {
    auto* sink = input_.pick(guest.sinks);
    const auto id = sink == nullptr ? input_.next() : (*sink)->id;
    if (input_.below(2) == 0) {
        if (sink != nullptr) (*sink)->is_paused = false;
        return we_call_resume(guest.task, id);
    }
    we_call_drop(guest.task, id);
    if (sink != nullptr) (*sink)->given_up = true;
}

// ------------------------------------------------------------------------- bodies, streams, tokens

void Host::make_body() {
    if (bodies_.size() >= bodies_max) return;
    auto& made = *bodies_.emplace_back(std::make_unique<Body>());
    made.host = this;
    auto callbacks = sized<we_body_vtable>();
    callbacks.want = [](void* context) {
        auto& wanted = *static_cast<Body*>(context);
        static_cast<Host*>(wanted.host)->on_want(wanted);
    };
    callbacks.closed = [](void* context) {
        auto& closed = *static_cast<Body*>(context);
        expect(!std::exchange(closed.is_closed, true), "a body is closed once");
    };
    expect(we_body_new(&callbacks, &made, &made.raw, nullptr) == WE_OK, "a body is made");
}

Body* Host::body() {
    std::vector<Body*> found;
    for (const auto& one : bodies_)
        if (one->raw != nullptr) found.push_back(one.get());
    return found.empty() ? nullptr : *input_.pick(found);
}

void Host::feed(Body& body) {
    switch (input_.below(6)) {
        case 0: {
            const auto name = input_.take(input_.below(4));
            const we_header field{view(name), view(name)};
            const auto status = we_body_finish(body.raw, &field, input_.below(2));
            return expect(status == WE_OK || status == WE_BAD_REQUEST, "an end, or a bad field");
        }
        case 1: return we_body_fail(body.raw, input_.below(6));
        default: {
            const auto was_wanted = std::exchange(body.wanted, false);
            const auto fed = we_body_feed(body.raw, buffers_.give(input_.take(input_.below(40))));
            expect(fed == WE_FED || fed == WE_FEED_GONE || fed == WE_FEED_FULL, "three outcomes");
            // Nothing was taken, or it was empty: who waits still does.
            if (fed != WE_FED) body.wanted = was_wanted;
        }
    }
}

void Host::free_body(Body& body) { we_body_free(std::exchange(body.raw, nullptr)); }

/// A call that is watched is over once, and not before the guest's part of it is.
void Host::watch(Token& token) {
    auto& made = *watched_.emplace_back(std::make_unique<Watched>(Watched{token.guest}));
    const auto over = [](void* data, std::int32_t abandoned) {
        auto& watched = *static_cast<Watched*>(data);
        expect(watched.told++ == 0, "a watch is told once");
        expect(!watched.guest->is_dropped, "a watch is told before its task is gone");
        watched.abandoned = abandoned != 0;
    };
    const bool wanted = we_import_context(token.raw) != nullptr;
    const auto fate = we_import_watch(token.raw, over, &made);
    expect(fate == (wanted ? WE_ANSWER_TAKEN : WE_ANSWER_GUEST_GONE), "a guest that is gone");
    if (!wanted)
        watched_.pop_back();
    else if (auto* const before = std::exchange(token.watched, &made))
        expect(before->told == 1 && !before->abandoned, "a second watch ends the first");
}

void Host::complete(Token token) {
    const bool was_abandoned = token.watched != nullptr && token.watched->abandoned;
    if (input_.below(3) == 1)
        if (auto* one = body()) we_import_attach(token.raw, one->raw);
    const bool wanted = we_import_context(token.raw) != nullptr;
    const auto fate =
        input_.below(4) == 1
            ? we_import_fail(token.raw, input_.below(3), view(std::string("late")))
            : we_import_complete(
                  token.raw,
                  buffers_.give(wanted ? answer_of(*token.guest, token.function) : value()));
    expect(fate == (wanted ? WE_ANSWER_TAKEN : WE_ANSWER_GUEST_GONE), "two fates, both foreseen");
    expect(token.watched == nullptr || was_abandoned != wanted, "a watch foretells the fate");
    expect(!token.guest->is_dropped || fate == WE_ANSWER_GUEST_GONE,
           "a guest that is gone is told");
}

// ------------------------------------------------------------------------------------------ engine

void Host::ask_engine() {
    auto& machine = Machine::the();
    we_error* error = nullptr;
    we_buf out{};
    switch (input_.below(3)) {
        case 0: {
            const auto status =
                we_component_describe(*input_.pick(machine.components), &out, &error);
            check_error(status, error);
            expect(taken(out).size() > 10, "a description is JSON");
            break;
        }
        case 1: {
            auto metrics = sized<we_metrics>();
            expect(we_engine_metrics(machine.engine, &metrics) == WE_OK, "figures are given");
            expect(metrics.instances <= 4, "no more instances than may be");
            break;
        }
        default:
            check_error(we_engine_fingerprint(machine.engine, &out, &error), error);
            expect(!taken(out).empty(), "a fingerprint is something");
    }
}

/// A component of bytes that are mostly none.
void Host::compile() {
    if (compiled_++ > 2) return;
    auto& machine = Machine::the();
    auto wasm = machine.calculator;
    const auto damages = input_.below(3);
    for (unsigned i = 0; i < damages; ++i) wasm[input_.next() % wasm.size()] = input_.next();
    if (input_.below(4) == 1) wasm.resize(input_.next() % wasm.size());
    we_component* component = nullptr;
    we_error* error = nullptr;
    const auto code = Code::of(wasm);
    const auto imports = input_.below(2) == 0 ? WE_IMPORTS_NOBODY : WE_IMPORTS_CALLER;
    if (code.file < 0) return;
    const auto status =
        we_component_load(machine.engine, code.file, code.size, imports, &component, &error);
    close(code.file);
    check_error(status, error);
    if (status == WE_OK) components_.push_back(component);
}

/// The bytes are trusted, their count and the descriptor are not.
void Host::load() {
    auto& machine = Machine::the();
    const std::vector<std::int32_t> descriptors = {machine.artifact, -1, 1 << 30, -7};
    const auto fd = descriptors[input_.below(descriptors.size())];
    const std::vector<std::uint64_t> sizes = {machine.artifact_size, 0, machine.artifact_size + 1,
                                              ~std::uint64_t{0}};
    const auto size = sizes[input_.below(sizes.size())];
    we_component* component = nullptr;
    we_module* module = nullptr;
    we_error* error = nullptr;
    if (input_.below(3) == 1) {
        const auto status = we_module_load(machine.engine, fd, size, &module, &error);
        expect(status == (fd == machine.artifact ? WE_ARTIFACT : WE_INVALID), "it is not a module");
        return check_error(status, error);
    }
    const auto imports = static_cast<std::int32_t>(input_.below(3));
    const auto status = we_component_load(machine.engine, fd, size, imports, &component, &error);
    check_error(status, error);
    if (fd != machine.artifact) expect(status == WE_INVALID, "a descriptor that is not open");
    if (status == WE_OK) components_.push_back(component);
}

void Host::wasi_context() {
    const auto bytes = input_.take(input_.below(12));
    const auto text = view(bytes);
    const we_header variable{text, text};
    const we_directory directory{text, text, 0, 0};
    we_address_range range{};
    range.family = input_.next();
    range.bits = input_.next();
    auto config = sized<we_wasi_context_config>();
    const auto parts = input_.next();
    if ((parts & 1U) != 0) config.arguments = &text, config.argument_count = 1;
    if ((parts & 2U) != 0) config.environment = &variable, config.environment_count = 1;
    if ((parts & 4U) != 0) config.directories = &directory, config.directory_count = 1;
    if ((parts & 8U) != 0) config.addresses = &range, config.address_count = 1;
    if ((parts & 16U) != 0) config.network = input_.below(2) * 7;
    we_wasi_context* made = nullptr;
    we_error* error = nullptr;
    const auto status = we_wasi_context_new(&config, &made, &error);
    check_error(status, error);
    if (status == WE_OK) we_wasi_context_free(std::exchange(wasi_context_, made));
}

// ------------------------------------------------------------------------------------- the program

void Host::step() {
    const auto what = input_.below(24);
    auto* guest = alive();
    auto* open_instance = guest != nullptr && guest->is_instance ? guest : nullptr;
    switch (what) {
        case 0:
        case 1: return open();
        case 2: return start_program();
        case 3:
        case 4: return guest != nullptr ? poll(*guest, 1) : void();
        case 5:
        case 6: return guest != nullptr ? poll(*guest, 16) : void();
        case 7:
        case 8:
        case 9: return open_instance != nullptr ? call(*open_instance) : void();
        case 10:
        case 11: return open_instance != nullptr ? request(*open_instance) : void();
        case 12: return open_instance != nullptr ? use_call(*open_instance) : void();
        case 13: return open_instance != nullptr ? we_instance_close(open_instance->task) : void();
        case 14: return guest != nullptr ? drop(*guest) : void();
        case 15: return make_body();
        case 16:
            if (auto* one = body()) feed(*one);
            return;
        case 17:
            if (auto* one = body()) free_body(*one);
            return;
        case 18: return use_token();
        case 19: return use_stream();
        case 20:
            return input_.below(2) == 0 ? ask_engine() : break_rule(input_.below(14), buffers_);
        case 21: return input_.below(2) == 0 ? compile() : load();
        case 22: return input_.below(4) == 0 ? call_with_nulls(buffers_) : wasi_context();
        default: return free_component();
    }
}

void Host::use_token() {
    auto* token = input_.pick(tokens_);
    if (token == nullptr) return;
    if (input_.below(8) == 1) return watch(*token);
    const auto given = *token;
    tokens_.erase(tokens_.begin() + (token - tokens_.data()));
    complete(given);
}

void Host::use_stream() {
    auto* stream = input_.pick(streams_);
    if (stream == nullptr) return;
    if (input_.below(4) != 1) return read_stream(*stream);
    we_stream_free(*stream);
    streams_.erase(streams_.begin() + (stream - streams_.data()));
}

void Host::free_component() {
    auto* component = input_.pick(components_);
    if (component == nullptr) return;
    we_component_free(*component);
    components_.erase(components_.begin() + (component - components_.data()));
}

/// Frees everything, in one order or the other.
void Host::end() {
    const auto order = input_.next();
    const auto drop_tasks = [this] {
        for (const auto& guest : guests_)
            if (!guest->is_dropped) drop(*guest);
    };
    if ((order & 1U) == 0) drop_tasks();
    for (const auto& one : bodies_)
        if (one->raw != nullptr) free_body(*one);
    for (auto* stream : streams_) we_stream_free(stream);
    if ((order & 2U) == 0) drop_tasks();
    while (!tokens_.empty()) {
        complete(tokens_.back());
        tokens_.pop_back();
    }
    drop_tasks();
    while (!components_.empty()) free_component();
    we_wasi_context_free(wasi_context_);

    auto metrics = sized<we_metrics>();
    expect(we_engine_metrics(Machine::the().engine, &metrics) == WE_OK, "figures are given");
    expect(metrics.tasks == 0 && metrics.instances == 0, "no task and no instance is left");
    expect(metrics.pool_memories == 0 && metrics.pool_stacks == 0, "the pool has all back");
    for (const auto& one : bodies_) expect(one->is_closed, "every body is closed");
    for (const auto& one : watched_) expect(one->told == 1, "every watch is told");
    buffers_.expect_all_freed();
    Waiter::the().expect_no_references();
}

void Host::run() {
    Machine::the();
    for (unsigned steps = 0; steps < steps_max && !input_.is_over(); ++steps) step();
    end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Host(Input({data, size})).run();
    return 0;
}
