#include "base/codec/json.h"

#include "base/core/assert.h"

namespace weft::codec {

Json::Json() = default;
Json::Json(bool value) : value_(value) {}
Json::Json(double value) : value_(value) {}
Json::Json(std::string value) : value_(std::move(value)) {}
Json::Json(std::string_view value) : value_(std::string(value)) {}
Json::Json(const char* value) : value_(std::string(value)) {}
Json::Json(Array value) : value_(std::move(value)) {}
Json::Json(Object value) : value_(std::move(value)) {}
Json::Json(const Json& other) = default;
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(const Json& other) = default;
Json& Json::operator=(Json&& other) noexcept = default;
Json::~Json() = default;

void Json::assign_signed(std::int64_t value) { value_ = value; }
void Json::assign_unsigned(std::uint64_t value) { value_ = value; }

bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }
bool operator==(const JsonMember& a, const JsonMember& b) {
    return a.key == b.key && a.value == b.value;
}

Json& Json::set(std::string_view key, Json value) {
    if (is_null()) value_ = Object{};
    auto* object = std::get_if<Object>(&value_);
    WEFT_ASSERT(object != nullptr, "a member is set on something that is not an object");
    for (auto& member : *object) {
        if (member.key != key) continue;
        member.value = std::move(value);
        return *this;
    }
    object->push_back({std::string(key), std::move(value)});
    return *this;
}

Json& Json::push(Json value) {
    if (is_null()) value_ = Array{};
    auto* array = std::get_if<Array>(&value_);
    WEFT_ASSERT(array != nullptr, "an item is pushed to something that is not an array");
    array->push_back(std::move(value));
    return *this;
}

}  // namespace weft::codec
