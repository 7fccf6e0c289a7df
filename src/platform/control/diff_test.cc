#include <gtest/gtest.h>

#include "base/core/random.h"
#include "platform/control/desired.h"

namespace weft::control {
namespace {

using engine::Limit;
using Kind = Action::Kind;
using Actions = std::vector<Action>;

Component component(std::string id, std::string digest, engine::Limits limits = {}) {
    Component out;
    out.settings.id = std::move(id);
    out.settings.limits = limits;
    out.digest = std::move(digest);
    return out;
}

capability::Link link(std::string target, std::string path, std::string provider = "http-server") {
    capability::Link out;
    out.source = "http";
    out.target = std::move(target);
    out.source_config = {{"path", std::move(path)}};
    out.provider = std::move(provider);
    return out;
}

State state(const std::vector<Component>& components, const std::vector<capability::Link>& links) {
    State out;
    for (const auto& one : components) out.components.emplace(one.settings.id, one);
    for (const auto& one : links) out.links.emplace(one.key(), one);
    return out;
}

TEST(Diff, OfEqualStatesIsNothing) {
    const auto one = state({component("a", "1")}, {link("a", "/")});

    EXPECT_EQ(diff(one, one), Actions());
    EXPECT_EQ(diff({}, {}), Actions());
}

TEST(Diff, SaysHowAComponentChanges) {
    const auto before = state({component("a", "1")}, {});
    auto other_context = component("a", "1");
    other_context.settings.wasi.environment = {{"A", "1"}};
    auto moved = component("a", "1");
    moved.settings.path = "/elsewhere";

    EXPECT_EQ(diff(state({component("a", "2")}, {}), before), (Actions{{Kind::update, "a"}}));
    EXPECT_EQ(diff(state({other_context}, {}), before), (Actions{{Kind::update, "a"}}));
    EXPECT_EQ(diff(state({component("a", "1", {{Limit::queue, 1}})}, {}), before),
              (Actions{{Kind::scale, "a"}}));
    EXPECT_EQ(diff(state({moved}, {}), before), Actions()) << "the same code in another file";
}

TEST(Diff, NeverLeavesALinkWithoutItsComponent) {
    const auto before = state({component("old", "1"), component("stays", "1")},
                              {link("old", "/"), link("stays", "/s")});
    const auto after = state({component("new", "1"), component("stays", "2")},
                             {link("new", "/"), link("stays", "/s")});

    EXPECT_EQ(diff(after, before), (Actions{{Kind::start, "new"},
                                            {Kind::update, "stays"},
                                            {Kind::change_links, "http-server"},
                                            {Kind::retire, "old"}}));
    const auto change = link_change(after, before, "http-server", false);
    ASSERT_EQ(change.put.size(), 1U);
    EXPECT_EQ(change.put[0].target, "new");
    ASSERT_EQ(change.taken.size(), 1U);
    EXPECT_EQ(change.taken[0].target, "old");
}

TEST(Diff, ALinkThatMovesToAnotherKindOfProviderIsTakenFromTheOther) {
    const auto before = state({component("a", "1")}, {link("a", "/", "x")});
    const auto after = state({component("a", "1")}, {link("a", "/", "y")});

    EXPECT_EQ(diff(after, before), (Actions{{Kind::change_links, "x"}, {Kind::change_links, "y"}}));
    EXPECT_EQ(link_change(after, before, "x", false).taken.size(), 1U);
    EXPECT_EQ(link_change(after, before, "y", false).put.size(), 1U);
}

capability::Link call_of(std::string source, std::string target, std::string provider = "") {
    capability::Link out;
    out.source = std::move(source);
    out.target = std::move(target);
    out.is_answered_by_provider = !provider.empty();
    out.provider = std::move(provider);
    return out;
}

TEST(Diff, WhatAComponentCallsIsThereBeforeIt) {
    const auto after =
        state({component("a", "1")}, {link("a", "/"), call_of("a", "kv", "keyvalue")});

    EXPECT_EQ(diff(after, {}), (Actions{{Kind::open_links, "keyvalue"},
                                        {Kind::start, "a"},
                                        {Kind::change_links, "http-server"}}));
    EXPECT_EQ(link_change(after, {}, "keyvalue", true).put.size(), 1U);
    EXPECT_EQ(link_change(after, {}, "keyvalue", false).put.size(), 0U);
}

TEST(Diff, AComponentWhoseOwnLinksDifferIsBoundAnew) {
    auto kept = call_of("a", "kv", "keyvalue");
    const auto before = state({component("a", "1"), component("b", "1")}, {kept, link("a", "/")});
    auto set_up = kept;
    set_up.target_config = {{"bucket", "x"}};

    EXPECT_EQ(diff(state({component("a", "1"), component("b", "1")},
                         {kept, link("a", "/"), call_of("a", "b")}),
                   before),
              (Actions{{Kind::bind, "a"}}));
    EXPECT_EQ(
        diff(state({component("a", "1"), component("b", "1")}, {set_up, link("a", "/")}), before),
        (Actions{{Kind::open_links, "keyvalue"}, {Kind::bind, "a"}}));
    EXPECT_EQ(diff(state({component("a", "2"), component("b", "1")}, {link("a", "/")}), before),
              (Actions{{Kind::update, "a"}, {Kind::close_links, "keyvalue"}}))
        << "other code is bound with its start, and what the old one called goes last";
    auto configured = component("a", "1");
    configured.settings.config = {{"key", "value"}};
    EXPECT_EQ(diff(state({configured, component("b", "1")}, {kept, link("a", "/")}), before),
              (Actions{{Kind::bind, "a"}}));
}

/// Any state: each component in one of several versions or not there, links to those that are.
State arbitrary(SeededRandom& random) {
    State out;
    for (const char* id : {"a", "b", "c", "d"}) {
        if (random.next() % 3 == 0) continue;
        auto one =
            component(id, std::to_string(random.next() % 2), {{Limit::queue, random.next() % 2}});
        out.components.emplace(id, one);
        for (const char* provider : {"x", "y"})
            if (random.next() % 2 == 0) {
                auto to = link(id, std::to_string(random.next() % 2), provider);
                out.links.emplace(to.key(), to);
            }
    }
    return out;
}

/// Carries the actions out on a model, and looks at it after each.
TEST(Diff, LeadsFromAnyStateToAnyOther) {
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        SeededRandom random(seed);
        const auto desired = arbitrary(random);
        const auto running = arbitrary(random);
        auto now = running;
        for (const auto& action : diff(desired, running)) {
            if (action.kind == Kind::retire) {
                ASSERT_EQ(now.components.erase(action.name), 1U) << "seed " << seed;
            } else if (action.kind == Kind::change_links) {
                const auto change = link_change(desired, running, action.name, false);
                for (const auto& key : change.taken) {
                    const auto found = now.links.find(key);
                    if (found != now.links.end() && found->second.provider == action.name)
                        now.links.erase(found);
                }
                for (const auto& one : change.put) now.links.insert_or_assign(one.key(), one);
            } else {
                ASSERT_EQ(now.components.contains(action.name), action.kind != Kind::start)
                    << "seed " << seed;
                now.components.insert_or_assign(action.name, desired.components.at(action.name));
            }
            for (const auto& [key, one] : now.links)
                ASSERT_TRUE(now.components.contains(one.target)) << "seed " << seed;
        }
        EXPECT_EQ(now.links, desired.links) << "seed " << seed;
        EXPECT_EQ(diff(desired, now), Actions()) << "seed " << seed;
    }
}

}  // namespace
}  // namespace weft::control
