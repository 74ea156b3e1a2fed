// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/events/hub.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <string>
#include <thread>

namespace tests::hub_test {

using namespace core::events;

namespace {

// Notes what it is told, in the order in which it is told; sinks are never called by two threads at once.
class Notebook final : public EventSink {
public:
    void onScalars(const ScalarRow& row) override { text += " row" + std::to_string(row.step); }
    void onEvent(const Event& event) override
    {
        text += " " + std::get<Notice>(event).error.message;
        by.push_back(std::this_thread::get_id());
    }

    std::string text;
    std::vector<std::thread::id> by;
};

Event said(const std::string& message)
{
    return Notice{0, {core::base::ErrorKind::Run, message, {}, {}}};
}

ScalarRow row(std::int64_t step)
{
    return {step, 0, 0, 1, {1}};
}

}

TEST_CASE("hub: what follows work that was put off waits behind it")
{
    EventHub hub;
    Notebook notes;
    const EventHub::Subscription reading = hub.subscribe(notes);
    hub.publish(row(1));
    CHECK(notes.text == " row1");
    std::promise<void> begin;
    hub.later(
        [&, ready = begin.get_future().share()](const EventHub::Tell& tell) {
            ready.wait();
            tell(said("found"));
        },
        0);
    hub.publish(row(2));
    hub.publish(said("after"));
    hub.later([](const EventHub::Tell& tell) { tell(said("more")); }, 0);
    hub.publish(row(3));
    CHECK(notes.text == " row1"); // nothing could be told yet
    begin.set_value();
    hub.settle();
    CHECK(notes.text == " row1 found row2 after more row3");
    CHECK(notes.by.front() != std::this_thread::get_id());
    hub.publish(said("again"));
    CHECK(notes.by.back() == std::this_thread::get_id());
}

TEST_CASE("hub: steps and their statistics keep their order, however much is put off")
{
    EventHub hub;
    Notebook notes;
    const EventHub::Subscription reading = hub.subscribe(notes);
    std::string expected;
    for (int step = 0; step < 2000; ++step) {
        if (step % 3 != 0) {
            hub.later([step](const EventHub::Tell& tell) { tell(said("s" + std::to_string(step))); },
                      step % 100 == 0 ? 80 << 20 : 1000);
            expected += " s" + std::to_string(step);
        }
        hub.publish(row(step));
        expected += " row" + std::to_string(step);
        if (step % 500 == 0) {
            hub.settle();
            CHECK(notes.text == expected);
        }
    }
    hub.settle();
    CHECK(notes.text == expected);
}

TEST_CASE("hub: no more is put off than there is room for")
{
    EventHub hub;
    std::atomic<int> held = 0, most = 0;
    for (int i = 0; i < 300; ++i) {
        const int now = ++held;
        most = std::max(most.load(), now);
        hub.later([&](const EventHub::Tell&) { --held; }, 0);
    }
    hub.settle();
    CHECK(held == 0);
    CHECK(most <= 34);
}

TEST_CASE("hub: whoever has left hears nothing of what was put off, and a hub may end with it")
{
    Notebook notes;
    std::promise<void> begin;
    {
        EventHub hub;
        EventHub::Subscription reading = hub.subscribe(notes);
        hub.later(
            [&, ready = begin.get_future().share()](const EventHub::Tell& tell) {
                ready.wait();
                tell(said("late"));
            },
            0);
        reading.reset();
        begin.set_value();
        hub.publish(row(1));
    }
    CHECK(notes.text.empty());
}

}
