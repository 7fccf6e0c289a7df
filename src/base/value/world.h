#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/value/type.h"

namespace weft::value {

struct Parameter {
    std::string name;
    Type type;
    friend bool operator==(const Parameter& a, const Parameter& b) = default;
};

struct Function {
    std::string name;  ///< As in a component: "add", "[method]bucket.get".
    bool is_async = false;
    std::vector<Parameter> params;
    std::optional<Type> result;
    friend bool operator==(const Function& a, const Function& b) = default;
};

struct Interface {
    std::string name;  ///< "wasi:cli/run@0.2.0" or a label; empty for the functions of the world.
    std::vector<Function> functions;
    std::vector<std::string> resources;  ///< Those that it defines.
    friend bool operator==(const Interface& a, const Interface& b) = default;
};

/// What a component needs and what it offers. No name is there twice in one list.
struct World {
    std::vector<Interface> imports;
    std::vector<Interface> exports;
    friend bool operator==(const World& a, const World& b) = default;
};

/// `add: func(a: u32, b: u32) -> u32`
std::string function_text(const Function& function);

}  // namespace weft::value
