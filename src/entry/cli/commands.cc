#include "entry/cli/commands.h"

#include "entry/cli/call.h"
#include "entry/cli/doctor.h"
#include "entry/cli/guest.h"
#include "entry/cli/inspect.h"
#include "entry/cli/keys.h"
#include "entry/cli/sign.h"
#include "entry/cli/trust.h"
#include "entry/cli/up.h"
#include "entry/cli/validate.h"
#include "entry/cli/version.h"

namespace weft::cli {
namespace {

// clang-format off: one row each
constexpr const Command* all_commands[] = {
    &up_command,
    &run_command,
    &serve_command,
    &call_command,
    &keys_gen_command,
    &keys_list_command,
    &keys_get_command,
    &claims_sign_command,
    &claims_inspect_command,
    &claims_token_command,
    &app_validate_command,
    &inspect_command,
    &trust_add_command,
    &trust_list_command,
    &trust_remove_command,
    &doctor_command,
    &version_command,
};
// clang-format on

constexpr Group all_groups[] = {
    {"keys", "Make and show keys, offline",
     "Seeds are in $XDG_DATA_HOME/weft/keys; only you can read them."},
    {"claims", "Sign components and read tokens, offline", ""},
    {"app", "Applications and their manifests", ""},
    {"trust", "Choose whose signatures count, offline",
     "Kept in $XDG_CONFIG_HOME/weft/trust.yaml. An issuer that is not in it is not trusted."},
};

}  // namespace

std::span<const Command* const> commands() { return all_commands; }

std::span<const Group> groups() { return all_groups; }

}  // namespace weft::cli
