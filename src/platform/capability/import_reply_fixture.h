#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "io/engine/imports.h"

namespace weft::capability {

/// Takes the answers to one call of an import, at once or later, as an engine would.
class RecordingReply final : public engine::ImportReply {
  public:
    /// What became of the call. The guest waits until one of `result`, `error` and `dropped` is
    /// there.
    struct Outcome {
        std::optional<Bytes> result;
        std::optional<Error> error;
        bool deferred = false;
        bool dropped = false;  ///< The reply was destroyed unused.
        bool is_gone = false;  ///< The guest ended; the test says so.
        rt::Job abandoned;
        /// Null where the guest is to write.
        std::vector<std::unique_ptr<rt::ByteSource>> attached;
        std::map<std::uint32_t, std::unique_ptr<rt::ByteSink>> outputs;
        std::vector<std::unique_ptr<rt::ByteSource>> arguments;

        bool is_waiting() const { return !result && !error && !dropped; }
    };

    Outcome& outcome() { return *outcome_; }
    std::shared_ptr<Outcome> share() { return outcome_; }

    std::unique_ptr<rt::ByteSource> take_stream(std::uint32_t place) override;
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) override;
    Result<engine::Output> attach_output() override;
    void answer(engine::Payload result) override;
    void refuse(const Error& error) override;
    engine::LaterReply defer() override;

  private:
    std::shared_ptr<Outcome> outcome_ = std::make_shared<Outcome>();
};

}  // namespace weft::capability
