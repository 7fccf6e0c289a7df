#include "entry/app/providers.h"

#include <array>

#include "platform/providers/http_server/provider.h"
#include "platform/providers/keyvalue/provider.h"

namespace weft::app {
namespace {

template <typename Provider>
std::unique_ptr<capability::Provider> make(const capability::ProviderContext& context) {
    return std::make_unique<Provider>(context);
}

/// Names of wasmCloud's mean the store of this host, with their own settings.
constexpr capability::ProviderKind keyvalue(std::string_view name) {
    return {name,
            {},
            providers::keyvalue::Provider::interfaces,
            &make<providers::keyvalue::Provider>,
            &providers::keyvalue::Provider::check,
            "keyvalue"};
}

/// A new provider is one folder under platform/providers/ and one row here.
constexpr std::array kinds{
    capability::ProviderKind{"http-server",
                             providers::http_server::Provider::interfaces,
                             {},
                             &make<providers::http_server::Provider>,
                             &providers::http_server::Provider::check},
    keyvalue("keyvalue"),
    keyvalue("keyvalue-nats"),
    keyvalue("keyvalue-redis"),
    keyvalue("keyvalue-vault"),
};

}  // namespace

std::span<const capability::ProviderKind> provider_kinds() { return kinds; }

}  // namespace weft::app
