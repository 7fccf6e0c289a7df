#include "entry/app/progress_sink.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>

namespace weft::app {
namespace {

constexpr std::string_view erase_line = "\r\x1b[K";

std::uint64_t bytes_in(const obs::Event& event) {
    for (const auto& field : event.fields)
        if (const auto* const number = std::get_if<std::uint64_t>(&field.value);
            number != nullptr && field.key.text() == "bytes")
            return *number;
    return 0;
}

}  // namespace

obs::Colour wanted_colour() {
    const char* const none = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
    return (none != nullptr && *none != '\0') || is_dumb ? obs::Colour::off : obs::Colour::on;
}

ProgressSink::~ProgressSink() {
    const std::lock_guard lock(mutex_);
    compiling_ = 0;
    end();
}

void ProgressSink::write(const obs::Event& event) {
    const std::lock_guard lock(mutex_);
    const auto name = event.name.text();
    if (compiling_ > 0 && (name == "engine.code_compiled" || name == "engine.compile_failed") &&
        --compiling_ == 0)
        end();
    if (compiling_ > 0 && colour_ == obs::Colour::on) show(erase_line);
    if (sink_ != nullptr) sink_->write(event);
    if (name == "engine.compile_started" && ++compiling_ == 1) begin(bytes_in(event));
}

void ProgressSink::begin(std::uint64_t bytes) {
    if (colour_ == obs::Colour::off)
        return show(fmt::format("compiling {:.1f} MiB ...\n", double(bytes) / (1U << 20U)));
    ticker_ = std::thread([this, bytes] { keep_showing(bytes); });
}

/// Needs the lock; the ticker needs it too, so it is let go for a moment.
void ProgressSink::end() {
    if (!ticker_.joinable()) return;
    changed_.notify_all();
    mutex_.unlock();
    ticker_.join();
    mutex_.lock();
    show(erase_line);
}

void ProgressSink::keep_showing(std::uint64_t bytes) {
    const auto begin = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    while (compiling_ > 0) {
        const auto took = std::chrono::duration_cast<std::chrono::seconds>(
            std::chrono::steady_clock::now() - begin);
        show(fmt::format("{}compiling {:.1f} MiB, {} s ...", erase_line,
                         double(bytes) / (1U << 20U), took.count()));
        changed_.wait_for(lock, std::chrono::seconds(1));
    }
}

/// A terminal that does not take it is not worth a word.
void ProgressSink::show(std::string_view text) const {
    [[maybe_unused]] const auto wrote = ::write(terminal_, text.data(), text.size());
}

}  // namespace weft::app
