#include "io/engine/wasmtime/call/response_buffer.h"

#include <span>

#include "io/engine/wasmtime/failure.h"

namespace weft::engine::wasmtime {
namespace {

net::HttpHeaders copy_of(std::span<const we_header> headers) {
    net::HttpHeaders copied;
    copied.reserve(headers.size());
    for (const auto& header : headers)
        copied.push_back({std::string(text(header.name)), std::string(text(header.value))});
    return copied;
}

}  // namespace

void ResponseBuffer::connect(we_http_sink& sink) {
    sink.context = this;
    sink.head = [](void* self, std::uint16_t status, const we_header* headers,
                   std::size_t count) noexcept {
        auto& buffer = *static_cast<ResponseBuffer*>(self);
        auto& head = buffer.head_.emplace();
        head.status = status;
        head.headers = copy_of({headers, count});
        buffer.news_ = true;
    };
    sink.chunk = [](void* self, we_str bytes) noexcept -> std::int32_t {
        auto& buffer = *static_cast<ResponseBuffer*>(self);
        const auto chunk = view(bytes);
        buffer.content_.insert(buffer.content_.end(), chunk.begin(), chunk.end());
        buffer.news_ = true;
        buffer.paused_ = buffer.content_.size() >= window_bytes;
        return buffer.paused_ ? 1 : 0;
    };
    sink.trailers = [](void* self, const we_header* fields, std::size_t count) noexcept {
        auto trailers = std::make_unique<rt::Trailers>();
        for (const auto& field : std::span(fields, count))
            trailers->emplace_back(text(field.name), text(field.value));
        static_cast<ResponseBuffer*>(self)->trailers_ = std::move(trailers);
    };
    sink.end = [](void* self, const we_error* error) noexcept {
        auto& buffer = *static_cast<ResponseBuffer*>(self);
        if (error != nullptr) buffer.error_ = failure_of(error).error();
        buffer.ended_ = true;
        buffer.news_ = true;
    };
}

net::HttpResponse ResponseBuffer::take_head() {
    net::HttpResponse head = std::move(*head_);
    head_.reset();
    return head;
}

std::optional<Result<rt::Chunk>> ResponseBuffer::take_chunk() {
    if (!content_.empty()) {
        const bool last = ended_ && !error_;
        return rt::Chunk{std::exchange(content_, {}), last, last ? std::move(trailers_) : nullptr};
    }
    if (error_) return failure();
    if (ended_) return rt::Chunk{{}, true, std::move(trailers_)};
    return std::nullopt;
}

bool ResponseBuffer::take_resume() {
    return content_.size() < window_bytes && std::exchange(paused_, false);
}

void ResponseBuffer::fail_with(Failure failure) {
    if (ended_) return;
    error_ = std::move(failure).error();
    ended_ = true;
    news_ = true;
}

}  // namespace weft::engine::wasmtime
