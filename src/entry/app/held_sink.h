#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/obs/log.h"

namespace weft::app {

/// Keeps events back until something else was said first, then passes them on. What is still kept
/// when it is destroyed is passed on too. The sink behind it is borrowed.
class HeldSink final : public obs::Sink {
  public:
    static constexpr std::size_t kept_max = 1024;  ///< More are dropped, counted and said.

    explicit HeldSink(obs::Sink* sink) : sink_(sink) {}
    ~HeldSink() override { release(); }

    void write(const obs::Event& event) override;
    /// From now on nothing is kept back.
    void release();

  private:
    struct KeptField {
        obs::FieldKey key;
        obs::FieldValue value;            // Unless it is a text,
        std::optional<std::string> text;  // which is kept here.
    };
    struct Kept {
        std::chrono::system_clock::time_point time;
        obs::Level level;
        obs::EventName name;
        std::vector<KeptField> fields;
    };

    obs::Sink* sink_;
    std::mutex mutex_;
    bool released_ = false;  // Guarded by mutex_, as `kept_` is.
    std::vector<Kept> kept_;
    std::uint64_t lost_ = 0;
};

}  // namespace weft::app
