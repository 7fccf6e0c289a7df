#include "platform/host/import_dispatch.h"

#include <algorithm>
#include <utility>

namespace weft::host {

void ImportDispatch::begin_call(const rt::CallCtx& ctx) {
    if (table_ && ctx.span_id == call_ && call_ != 0) return;
    call_ = ctx.span_id;
    if (table_ != imports_->table) own_.clear();
    table_ = imports_->table;
    chosen_.clear();
}

capability::ImportTarget& ImportDispatch::target_of(std::uint32_t interface) {
    const auto& found = table_->interfaces()[interface];
    if (found.own) {
        if (own_.empty()) own_.resize(table_->interfaces().size());
        if (!own_[interface]) own_[interface] = found.own(*this);
        return *own_[interface];
    }
    const auto route = chosen_.empty() ? 0 : chosen_[interface];
    return route < found.routes.size() ? *found.routes[route].target : *found.unlinked;
}

void ImportDispatch::on_import(rt::CallCtx ctx, std::uint32_t function, engine::Payload arguments,
                               engine::ImportReply& reply) {
    begin_call(ctx);
    const auto place = table_->function(function);
    target_of(place.interface).call(std::move(ctx), place.at, std::move(arguments), reply);
}

void ImportDispatch::on_drop(std::uint32_t resource, BytesView handle) {
    if (!table_) return;  // It has called nothing, so it has nothing.
    const auto place = table_->resource(resource);
    target_of(place.interface).drop(place.at, handle);
}

bool ImportDispatch::choose_link(std::string_view link_name,
                                 const std::vector<std::string>& interfaces) {
    const auto& all = table_->interfaces();
    bool is_found = true;
    if (chosen_.empty()) chosen_.resize(all.size());
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (std::ranges::find(interfaces, all[at].name) == interfaces.end()) continue;
        const auto& routes = all[at].routes;
        const auto route = std::ranges::find(routes, link_name, &ImportTable::Route::link_name);
        chosen_[at] = static_cast<std::size_t>(route - routes.begin());
        is_found &= route != routes.end();
    }
    return is_found;
}

}  // namespace weft::host
