#include "platform/control/conflicts.h"

#include <map>
#include <set>

#include <fmt/format.h>

namespace weft::control {
namespace {

using Part = Conflict::Part;
using Applications = std::span<const Application* const>;

class Search {
  public:
    explicit Search(Applications applications) : applications_(applications) {}

    /// Of those with one name only the first is looked at any further.
    void check_names() {
        std::set<std::string_view> names;
        for (std::size_t at = 0; at < applications_.size(); ++at)
            if (names.insert(applications_[at]->name).second)
                distinct_.push_back(at);
            else
                add(at, Part::application, 0,
                    fail(Errc::already_exists, "control.application_repeated",
                         "two applications are called '{}'; rename one", applications_[at]->name));
    }

    void check_ids() {
        for (const auto at : distinct_) {
            const auto& application = *applications_[at];
            for (std::size_t i = 0; i < application.providers.size(); ++i)
                take_id(at, Part::provider, i, application.providers[i].id);
            for (std::size_t i = 0; i < application.components.size(); ++i)
                take_id(at, Part::component, i, application.components[i].id);
        }
    }

    void check_keys() {
        std::set<capability::LinkKey> keys;
        for (const auto at : distinct_)
            for (std::size_t i = 0; i < applications_[at]->links.size(); ++i) {
                const auto& link = applications_[at]->links[i];
                if (!keys.insert(link.key()).second)
                    add(at, Part::link, i,
                        fail(Errc::already_exists, "control.link_taken",
                             "two links lead from '{}' to '{}' by the name '{}'; rename one",
                             link.source, link.target, link.name));
            }
    }

    void check_links(const capability::ProviderKind& kind) {
        std::vector<capability::Link> links;
        std::vector<std::pair<std::size_t, std::size_t>> origins;
        for (const auto at : distinct_)
            for (std::size_t i = 0; i < applications_[at]->links.size(); ++i)
                if (applications_[at]->links[i].provider == kind.name) {
                    links.push_back(applications_[at]->links[i]);
                    origins.emplace_back(at, i);
                }
        for (auto& fault : kind.check(links)) {
            const auto [at, i] = origins[fault.link];
            const auto other = fault.other ? origins[*fault.other].first : at;
            if (other != at)
                fault.error.message =
                    fmt::format("applications '{}' and '{}': {}", applications_[other]->name,
                                applications_[at]->name, fault.error.message);
            add(at, Part::link, i, Failure(std::move(fault.error)), std::move(fault.setting));
        }
    }

    std::vector<Conflict> take() && { return std::move(found_); }

  private:
    void take_id(std::size_t at, Part part, std::size_t i, const capability::ComponentId& id) {
        const auto [owner, is_free] = ids_.emplace(id, at);
        if (!is_free)
            add(at, part, i,
                fail(Errc::already_exists, "app.id_taken",
                     "the id '{}' is used by the applications '{}' and '{}'; set another 'id'", id,
                     applications_[owner->second]->name, applications_[at]->name));
    }

    void add(std::size_t application, Part part, std::size_t at, Failure failure,
             std::string setting = {}) {
        found_.push_back({application, part, at, std::move(setting), std::move(failure).error()});
    }

    Applications applications_;
    std::vector<std::size_t> distinct_;
    std::map<capability::ComponentId, std::size_t> ids_;
    std::vector<Conflict> found_;
};

}  // namespace

std::vector<Conflict> find_conflicts(Applications applications,
                                     std::span<const capability::ProviderKind> kinds) {
    Search search(applications);
    search.check_names();
    search.check_ids();
    search.check_keys();
    for (const auto& kind : kinds) search.check_links(kind);
    return std::move(search).take();
}

}  // namespace weft::control
