#include "entry/app/order.h"

#include "entry/cli/manifests.h"
#include "entry/cli/trust_options.h"

namespace weft::app {

control::Application application_of(const cli::ServedFile& served) {
    capability::Link link;
    link.source = served.guest.id + "-http-server";
    link.target = served.guest.id;
    link.ns = "wasi";
    link.package = "http";
    link.interfaces = {"incoming-handler"};
    link.source_config = {{"address", served.address}};
    if (!served.body_max.empty()) link.source_config.emplace("body_max", served.body_max);
    link.provider = "http-server";
    return {.name = "serve",
            .components = {served.guest},
            .providers = {{link.source, link.provider}},
            .links = {link}};
}

Result<Order> read_order(const cli::UpOptions& options, const cli::Console& console) {
    Order order;
    const auto strictness =
        options.strict ? manifest::Strictness::strict : manifest::Strictness::lenient;
    TRY(order.applications,
        cli::take_applications(
            console, cli::read_manifests(console.environment(), options.manifests, strictness,
                                         cli::Together::yes)));
    if (options.served) order.applications.push_back(application_of(*options.served));
    TRY(order.trust, cli::load_trust(options.trust));
    return order;
}

}  // namespace weft::app
