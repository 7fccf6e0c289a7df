#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/providers/keyvalue/store.h"

namespace weft::providers::keyvalue {

/// What a link leads to.
struct LinkTarget {
    std::shared_ptr<Store> store;
    Limits limits;
    std::optional<std::vector<std::string>> buckets;  ///< That it may open; without: any.
    std::optional<std::string> one_bucket;  ///< The one to which all names lead, if there is one.
};

/// The link as its stubs on all shards see it: they outlive a change of its settings, and also the
/// link, from whose end on they find nothing. Any thread.
class LinkState {
  public:
    explicit LinkState(std::shared_ptr<const LinkTarget> target) : target_(std::move(target)) {}

    /// Null: the link was taken away.
    std::shared_ptr<const LinkTarget> target() const {
        const std::lock_guard lock(mutex_);
        return target_;
    }
    void lead_to(std::shared_ptr<const LinkTarget> target) {
        const std::lock_guard lock(mutex_);
        target_.swap(target);
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const LinkTarget> target_;
};

}  // namespace weft::providers::keyvalue
