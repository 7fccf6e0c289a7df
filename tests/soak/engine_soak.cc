// Goal: calls leave nothing behind, and neither does a guest that takes whatever it gets. Method:
// each kind of call some thousand times until everything is warm, then a million calls in all, then
// what the process holds is compared; the same for guests that grow their memory, table and handles
// until they are refused. Needs a build without a sanitizer, whose allocator keeps what was freed.
#include "soak_host.h"

namespace {

using namespace soak;

constexpr std::int64_t resident_growth_bytes_max = 1 << 20;
constexpr std::int64_t allocated_growth_bytes_max = 64 << 10;

/// Calls of one instance before the next one is made.
constexpr unsigned reuse = 128;

constexpr std::uint8_t one_and_two[] = {1, 2};
constexpr std::uint8_t five[] = {5};
constexpr std::uint8_t ten[] = {10};
constexpr std::uint8_t counted_handle[] = {6, 'h', 'a', 'n', 'd', 'l', 'e'};
constexpr std::uint8_t two_thousand[] = {0xD0, 0x0F};

struct Guests {
    we_component* http_02;
    we_component* http_03;
    we_component* calculator;
    we_component* doubling;
    we_component* resources;
};

template <typename Call>
void in_reused(const we_component* component, unsigned calls, Call call) {
    while (calls > 0) {
        Guest guest(component);
        for (unsigned i = 0; i < reuse && calls > 0; ++i, --calls) {
            call(guest);
            require(guest.outcome() == WE_OK, "a call fails");
        }
    }
}

void http_02_fresh(const Guests& guests, unsigned calls) {
    for (; calls > 0; --calls) {
        Guest guest(guests.http_02);
        guest.get("/ignore");
        guest.close();
        guest.finish_all();
        require(guest.has_ended() && guest.outcome() == WE_OK, "a request fails");
    }
}

void request(Guest& guest) {
    guest.get("/ignore");
    guest.finish();
}

void http_02_reused(const Guests& guests, unsigned calls) {
    in_reused(guests.http_02, calls, request);
}

void http_03_reused(const Guests& guests, unsigned calls) {
    in_reused(guests.http_03, calls, request);
}

void function(const Guests& guests, unsigned calls) {
    in_reused(guests.calculator, calls, [](Guest& guest) {
        guest.call(0, fixed(one_and_two));
        guest.finish();
    });
}

void import_inline(const Guests& guests, unsigned calls) {
    in_reused(guests.doubling, calls, [](Guest& guest) {
        guest.answer_with(fixed(ten));
        guest.call(0, fixed(five));
        guest.finish();
    });
}

void import_deferred(const Guests& guests, unsigned calls) {
    in_reused(guests.doubling, calls, [](Guest& guest) {
        guest.call(0, fixed(five));
        require(we_import_complete(guest.next_token(), fixed(ten)) == WE_ANSWER_TAKEN, "no guest");
        guest.finish();
    });
}

void trap(const Guests& guests, unsigned calls) {
    for (; calls > 0; --calls) {
        Guest guest(guests.calculator);
        guest.call(1, {});
        guest.finish();
        require(guest.outcome() == WE_TRAP && guest.fault() == WE_TRAP, "it does not trap");
    }
}

/// Half of them by the call, half by the task; the answer comes when the guest is gone.
void cancelled(const Guests& guests, unsigned calls) {
    for (; calls > 0; --calls) {
        we_import* token = nullptr;
        {
            Guest guest(guests.doubling);
            guest.call(0, fixed(five));
            token = guest.next_token();
            if (calls % 2 == 0) guest.give_up();
        }
        require(we_import_complete(token, fixed(ten)) == WE_ANSWER_GUEST_GONE, "a guest is left");
    }
}

/// Memory and table until they are refused, and another guest that takes handles until it is ended.
void hoarder(const Guests& guests, unsigned rounds) {
    constexpr std::uint32_t hoard = 3;
    constexpr std::uint32_t swell_memory = 10;
    constexpr std::uint32_t swell_table = 11;
    auto limits = Guest::defaults();
    limits.memory_bytes_max = 4U << 20U;
    for (; rounds > 0; --rounds) {
        Guest swelling(guests.resources, limits);
        for (const auto function : {swell_memory, swell_table}) {
            swelling.call(function, {});
            swelling.finish();
            require(swelling.outcome() == WE_OK, "a guest does not live with a refusal");
        }
        Guest hoarding(guests.resources, limits);
        hoarding.answer_with(fixed(counted_handle));
        hoarding.call(hoard, fixed(two_thousand));
        hoarding.finish();
        require(hoarding.outcome() == WE_HANDLES, "no limit of handles");
    }
}

struct Kind {
    const char* name;
    unsigned calls;
    unsigned warm_up;
    void (*run)(const Guests&, unsigned);
};

constexpr Kind kinds[] = {
    {"http 0.2, fresh", 30'000, 2'000, http_02_fresh},
    {"http 0.2, reused", 200'000, 5'000, http_02_reused},
    {"http 0.3, reused", 100'000, 5'000, http_03_reused},
    {"function", 250'000, 5'000, function},
    {"import, inline", 200'000, 5'000, import_inline},
    {"import, deferred", 120'000, 5'000, import_deferred},
    {"trap", 50'000, 2'000, trap},
    {"cancelled", 50'000, 2'000, cancelled},
};
constexpr Kind hoarding = {"memory, table, handles", 1'000, 100, hoarder};

void print(const char* name, unsigned calls, Held grown) {
    std::printf("%-24s %8u  resident %+6lld KiB  allocated %+6lld KiB\n", name, calls,
                static_cast<long long>(grown.resident_bytes / 1024),
                static_cast<long long>(grown.allocated_bytes / 1024));
    std::fflush(stdout);
}

void require_no_growth(Held grown) {
    require(grown.resident_bytes < resident_growth_bytes_max, "resident memory grows");
    require(grown.allocated_bytes < allocated_growth_bytes_max, "allocated memory grows");
}

void soak_all(const Machine& machine, const Guests& guests) {
    for (const auto& kind : kinds) kind.run(guests, kind.warm_up);
    machine.require_idle();
    const auto before = Held::now();
    unsigned calls = 0;
    for (const auto& kind : kinds) {
        const auto before_kind = Held::now();
        kind.run(guests, kind.calls);
        machine.require_idle();
        print(kind.name, kind.calls, Held::now() - before_kind);
        calls += kind.calls;
    }
    const auto grown = Held::now() - before;
    print("all", calls, grown);
    require_no_growth(grown);
}

void soak_hoarding(const Machine& machine, const Guests& guests) {
    hoarding.run(guests, hoarding.warm_up);
    const auto before = Held::now();
    hoarding.run(guests, hoarding.calls);
    machine.require_idle();
    const auto grown = Held::now() - before;
    print(hoarding.name, hoarding.calls, grown);
    require_no_growth(grown);
}

}  // namespace

int main() {
    const Machine machine;
    const Guests guests{.http_02 = machine.compile("testguest.wasm"),
                        .http_03 = machine.compile("testguest_p3.wasm"),
                        .calculator = machine.compile("calculator.wasm"),
                        .doubling = machine.compile("doubling.wasm"),
                        .resources = machine.compile("resources.wasm")};
    soak_all(machine, guests);
    soak_hoarding(machine, guests);
}
