#include "io/engine/wasmtime/import_bridge.h"

#include <utility>

namespace weft::engine::wasmtime {
namespace {

class Later final : public LaterReply {
  public:
    explicit Later(we_import* token) : token_(token) {}
    ~Later() override {
        if (token_ != nullptr)
            fail_with(WE_REFUSE_INTERNAL, literal("the host gave no answer to an import"));
    }
    bool answer(Payload result) override {
        return we_import_complete(std::exchange(token_, nullptr), give(std::move(result))) ==
               WE_ANSWER_TAKEN;
    }
    bool refuse(const Error& error) override {
        return fail_with(WE_REFUSE_TRAP, borrow(std::string_view(error.message)));
    }

  private:
    bool fail_with(std::int32_t kind, we_str message) {
        return we_import_fail(std::exchange(token_, nullptr), kind, message) == WE_ANSWER_TAKEN;
    }
    we_import* token_;  // Consumed once.
};

class Reply final : public ImportReply {
  public:
    explicit Reply(we_reply* reply) : reply_(reply) {}
    void answer(Payload result) override { we_reply_answer(reply_, give(std::move(result))); }
    void refuse(const Error& error) override {
        we_reply_refuse(reply_, WE_REFUSE_TRAP, borrow(std::string_view(error.message)));
    }
    std::unique_ptr<LaterReply> defer() override {
        return std::make_unique<Later>(we_reply_defer(reply_));
    }

  private:
    we_reply* reply_;
};

}  // namespace

we_imports imports_of(ImportHandler* handler) {
    we_imports imports{};
    if (handler == nullptr) return imports;
    imports.context = handler;
    imports.call = [](void* self, std::uint32_t function, we_buf arguments,
                      we_reply* raw) noexcept {
        Reply reply(raw);
        static_cast<ImportHandler*>(self)->on_import(function, take(arguments), reply);
    };
    imports.drop_resource = [](void* self, std::uint32_t resource, we_str handle) noexcept {
        static_cast<ImportHandler*>(self)->on_drop(resource, view(handle));
    };
    return imports;
}

}  // namespace weft::engine::wasmtime
