#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/nkeys.h"
#include "entry/cli/key_store.h"
#include "entry/cli/run.h"

namespace weft::cli {

/// The account keys that are kept, at least one. Errors: those of `KeyStore::list`;
/// failed_precondition (`sign.account_missing`).
Result<std::vector<StoredKey>> list_accounts(const Environment& environment);

/// The seed to sign with: of the kept key with that public key, or in that file, or else the one
/// account key that is kept. Errors: those of `KeyStore::get` and `read_seed`; failed_precondition
/// (`sign.account_missing`, `sign.account_several`).
Result<crypto::Seed> find_issuer_seed(const Environment& environment,
                                      const std::optional<std::string>& key);

/// The component's public key: `subject`, or the one kept as `<name>_module`, which is made when
/// it is missing, once however many ask for it at the same time. Errors: those of
/// `crypto::PublicKey::parse_as` and `KeyStore::save`; invalid_argument (`sign.name_unfit`: such a
/// name makes no file name).
Result<crypto::PublicKey> ensure_subject(const Environment& environment,
                                         const std::optional<std::string>& subject,
                                         const std::string& name);

/// Characters of a name that a key is kept for.
constexpr std::size_t key_name_chars_max = 64;

}  // namespace weft::cli
