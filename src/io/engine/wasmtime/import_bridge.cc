#include "io/engine/wasmtime/import_bridge.h"

#include <utility>

#include "io/engine/wasmtime/guest_stream.h"

namespace weft::engine::wasmtime {
namespace {

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
    Reply(we_reply* reply, Streams* streams) : reply_(reply), streams_(streams) {}
    std::unique_ptr<rt::ByteSource> take_stream(std::uint32_t place) override {
        return streams_->reader(StreamHandle(we_reply_take_stream(reply_, place)));
    }
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) override {
        return streams_->attach(std::move(source), [this](const we_body* body) {
            return we_reply_attach(reply_, body);
        });
    }
    void answer(Payload result) override { we_reply_answer(reply_, give(std::move(result))); }
    void refuse(const Error& error) override {
        we_reply_refuse(reply_, WE_REFUSE_TRAP, borrow(std::string_view(error.message)));
    }
    LaterReply defer() override { return {later, we_reply_defer(reply_)}; }

  private:
    we_reply* reply_;
    Streams* streams_;
};

}  // namespace

we_imports ImportBridge::raw() {
    we_imports imports{};
    if (handler_ == nullptr) return imports;
    imports.context = this;
    imports.call = [](void* self, std::uint32_t function, we_buf arguments,
                      we_reply* raw) noexcept {
        auto& bridge = *static_cast<ImportBridge*>(self);
        Reply reply(raw, &bridge.streams());
        bridge.handler_->on_import(function, take(arguments), reply);
    };
    imports.drop_resource = [](void* self, std::uint32_t resource, we_str handle) noexcept {
        static_cast<ImportBridge*>(self)->handler_->on_drop(resource, view(handle));
    };
    return imports;
}

}  // namespace weft::engine::wasmtime
