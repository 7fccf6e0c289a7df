#include "io/engine/wasmtime/call/import_bridge.h"

#include <utility>

#include "io/engine/wasmtime/streams/guest_stream.h"

namespace weft::engine::wasmtime {
namespace {

/// What is posted if a call of an import is abandoned.
struct Watch {
    rt::Executor* executor;
    rt::Job job;

    static void over(void* self, std::int32_t abandoned) noexcept {
        const std::unique_ptr<Watch> watch(static_cast<Watch*>(self));
        if (abandoned != 0) watch->executor->post(std::move(watch->job));
    }
};

/// Tokens are those of the library.
class Later final : public LaterReply::Backend {
  public:
    Result<std::uint32_t> attach(void* token,
                                 std::unique_ptr<rt::ByteSource> source) const override {
        auto* const import = of(token);
        auto* const bridge = static_cast<ImportBridge*>(we_import_context(import));
        if (bridge == nullptr) return Streams::unwanted();
        return bridge->streams().attach(std::move(source), [import](const we_body* body) {
            return we_import_attach(import, body);
        });
    }
    Result<Output> attach_output(void* token) const override {
        auto* const import = of(token);
        auto* const bridge = static_cast<ImportBridge*>(we_import_context(import));
        if (bridge == nullptr) return Streams::unwanted();
        return bridge->streams().attach_output(
            [import](const we_body* body) { return we_import_attach(import, body); });
    }
    bool watch(void* token, rt::Job abandoned) const override {
        const auto* const bridge = static_cast<ImportBridge*>(we_import_context(of(token)));
        if (bridge == nullptr) return false;
        auto* const watch = new Watch{bridge->executor(), std::move(abandoned)};
        return we_import_watch(of(token), Watch::over, watch) == WE_ANSWER_TAKEN;
    }
    bool answer(void* token, Payload result) const override {
        return we_import_complete(of(token), give(std::move(result))) == WE_ANSWER_TAKEN;
    }
    bool refuse(void* token, const Error& error) const override {
        return fail_with(token, WE_REFUSE_TRAP, borrow(std::string_view(error.message)));
    }
    void drop(void* token) const override {
        fail_with(token, WE_REFUSE_INTERNAL, literal("the host gave no answer to an import"));
    }

  private:
    static we_import* of(void* token) { return static_cast<we_import*>(token); }
    static bool fail_with(void* token, std::int32_t kind, we_str message) {
        return we_import_fail(of(token), kind, message) == WE_ANSWER_TAKEN;
    }
};

constexpr Later later;

class Reply final : public ImportReply {
  public:
    Reply(we_reply* reply, ImportBridge* bridge) : reply_(reply), bridge_(bridge) {}
    std::unique_ptr<rt::ByteSource> take_stream(std::uint32_t place) override {
        return GuestStream::of(StreamHandle(we_reply_take_stream(reply_, place)),
                               bridge_->executor());
    }
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) override {
        return bridge_->streams().attach(std::move(source), [this](const we_body* body) {
            return we_reply_attach(reply_, body);
        });
    }
    Result<Output> attach_output() override {
        return bridge_->streams().attach_output(
            [this](const we_body* body) { return we_reply_attach(reply_, body); });
    }
    void answer(Payload result) override { we_reply_answer(reply_, give(std::move(result))); }
    void refuse(const Error& error) override {
        we_reply_refuse(reply_, WE_REFUSE_TRAP, borrow(std::string_view(error.message)));
    }
    LaterReply defer() override { return {later, we_reply_defer(reply_)}; }

  private:
    we_reply* reply_;
    ImportBridge* bridge_;
};

}  // namespace

we_imports ImportBridge::raw() {
    we_imports imports{};
    if (handler_ == nullptr) return imports;
    imports.context = this;
    imports.call = [](void* self, std::uint64_t call, std::uint32_t function, we_buf arguments,
                      we_reply* raw) noexcept {
        auto& bridge = *static_cast<ImportBridge*>(self);
        Reply reply(raw, &bridge);
        bridge.handler_->on_import(bridge.calls_->context_of(call), function, take(arguments),
                                   reply);
    };
    imports.drop_resource = [](void* self, std::uint32_t resource, we_str handle) noexcept {
        static_cast<ImportBridge*>(self)->handler_->on_drop(resource, view(handle));
    };
    return imports;
}

}  // namespace weft::engine::wasmtime
