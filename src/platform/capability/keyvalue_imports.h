#pragma once

#include <memory>

#include "base/rt/executor.h"
#include "base/value/world.h"
#include "platform/capability/imports.h"
#include "platform/capability/keyvalue.h"

namespace weft::capability {

/// Answers `store`, `atomics` or `batch` of wasi:keyvalue 0.2.0-draft or 0.2.0-draft2 from `store`,
/// which its calls share. Deadline and cancelling end the guest's call; every other error of
/// `store` is a value that the guest sees.
///
/// A handle holds what it stands for: the name of a bucket; of a cas also its key and version. So
/// nothing is kept for it, and with names longer than a handle (`wit::handle_bytes_max`) `open` and
/// `cas.new` give the guest an error. Of a store's keys those that are not UTF-8 are left out of
/// lists. A cursor of 0.2.0-draft is the number of keys before it, and each page walks over those;
/// after 1,000 pages of the store it is an error.
///
/// Errors: unsupported (`capability.import_mismatch`).
Result<std::unique_ptr<ImportTarget>> serve_keyvalue(rt::Executor* executor,
                                                     std::shared_ptr<KeyValue> store,
                                                     const value::Interface& wanted);

}  // namespace weft::capability
