#include "base/value/world.h"

namespace weft::value {

std::string function_text(const Function& function) {
    std::string text = function.name + (function.is_async ? ": async func(" : ": func(");
    bool first = true;
    for (const auto& param : function.params) {
        if (!std::exchange(first, false)) text += ", ";
        text.append(param.name).append(": ").append(type_text(param.type));
    }
    text += ')';
    if (function.result) text.append(" -> ").append(type_text(*function.result));
    return text;
}

}  // namespace weft::value
