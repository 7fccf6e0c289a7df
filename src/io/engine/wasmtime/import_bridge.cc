#include "io/engine/wasmtime/import_bridge.h"

#include <utility>

#include "io/engine/wasmtime/guest_stream.h"

namespace weft::engine::wasmtime {
namespace {

class Later final : public LaterReply {
  public:
    Later(we_import* token, std::shared_ptr<Streams> streams)
        : token_(token), streams_(std::move(streams)) {}
    ~Later() override {
        if (token_ != nullptr)
            fail_with(WE_REFUSE_INTERNAL, literal("the host gave no answer to an import"));
    }
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) override {
        carries_ = true;
        return streams_->attach(std::move(source), [this](const we_body* body) {
            return we_import_attach(token_, body);
        });
    }
    bool answer(Payload result) override {
        return we_import_complete(use_token(), give(std::move(result))) == WE_ANSWER_TAKEN;
    }
    bool refuse(const Error& error) override {
        return fail_with(WE_REFUSE_TRAP, borrow(std::string_view(error.message)));
    }

  private:
    bool fail_with(std::int32_t kind, we_str message) {
        return we_import_fail(use_token(), kind, message) == WE_ANSWER_TAKEN;
    }
    /// With the token go what it carries and nobody reads, and their sources are shard-local.
    we_import* use_token() {
        WEFT_ASSERT(!carries_ || streams_->is_current(),
                    "a reply with streams is used on the executor of its instance");
        return std::exchange(token_, nullptr);
    }
    we_import* token_;  // Consumed once.
    std::shared_ptr<Streams> streams_;
    bool carries_ = false;
};

class Reply final : public ImportReply {
  public:
    Reply(we_reply* reply, const std::shared_ptr<Streams>* streams)
        : reply_(reply), streams_(streams) {}
    std::unique_ptr<rt::ByteSource> take_stream(std::uint32_t place) override {
        return (*streams_)->reader(StreamHandle(we_reply_take_stream(reply_, place)));
    }
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) override {
        return (*streams_)->attach(std::move(source), [this](const we_body* body) {
            return we_reply_attach(reply_, body);
        });
    }
    void answer(Payload result) override { we_reply_answer(reply_, give(std::move(result))); }
    void refuse(const Error& error) override {
        we_reply_refuse(reply_, WE_REFUSE_TRAP, borrow(std::string_view(error.message)));
    }
    std::unique_ptr<LaterReply> defer() override {
        return std::make_unique<Later>(we_reply_defer(reply_), *streams_);
    }

  private:
    we_reply* reply_;
    const std::shared_ptr<Streams>* streams_;
};

}  // namespace

we_imports ImportBridge::raw() {
    we_imports imports{};
    if (handler_ == nullptr) return imports;
    imports.context = this;
    imports.call = [](void* self, std::uint32_t function, we_buf arguments,
                      we_reply* raw) noexcept {
        auto& bridge = *static_cast<ImportBridge*>(self);
        Reply reply(raw, &bridge.streams_);
        bridge.handler_->on_import(function, take(arguments), reply);
    };
    imports.drop_resource = [](void* self, std::uint32_t resource, we_str handle) noexcept {
        static_cast<ImportBridge*>(self)->handler_->on_drop(resource, view(handle));
    };
    return imports;
}

}  // namespace weft::engine::wasmtime
