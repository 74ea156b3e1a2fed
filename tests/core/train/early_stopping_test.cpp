// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/early_stopping.h"

#include "tests/support/golden.h"

#include <sstream>

namespace tests::early_stopping {

using namespace core;

// Feeds the figures of one epoch after the other; the first epoch after which it says stop, and the best one.
std::string story(const std::string& figures, spec::EarlyStoppingSpec spec)
{
    train::EarlyStopping stopping(spec);
    std::istringstream in(figures);
    std::string figure;
    for (std::int64_t epoch = 0; in >> figure; ++epoch) {
        stopping.update(figure == "nan" ? std::nan("") : std::stod(figure), epoch);
        if (stopping.shouldStop())
            return "stops after " + std::to_string(epoch) + ", best " + std::to_string(stopping.bestEpoch());
    }
    return "goes on, best " + std::to_string(stopping.bestEpoch());
}

TEST_CASE("patience counts epochs without an improvement")
{
    CHECK(story("5 4 3 3 3", {.patience = 2}) == "stops after 4, best 2");
    CHECK(story("5 4 3 3 2 3 3", {.patience = 2}) == "stops after 6, best 4");
    CHECK(story("5 4 3 2 1", {.patience = 1}) == "goes on, best 4");
    CHECK(story("1 2", {.patience = 1}) == "stops after 1, best 0");
}

TEST_CASE("better means better by more than min_delta")
{
    CHECK(story("5 4.5 4 3.5", {.patience = 2, .minDelta = 0.5}) == "goes on, best 2");
    CHECK(story("5 4.6 4.5", {.patience = 2, .minDelta = 0.5}) == "stops after 2, best 0");
}

TEST_CASE("the metric's name says which way is better")
{
    CHECK(story("0.1 0.2 0.3", {.metric = "validation/accuracy", .patience = 2}) == "goes on, best 2");
    CHECK(story("0.1 0.2 0.3", {.metric = "validation/loss", .patience = 2}) == "stops after 2, best 0");
    CHECK(story("0.1 0.2 0.3", {.metric = "validation/r2", .patience = 2}) == "goes on, best 2");
    CHECK(story("0.1 0.2 0.3", {.metric = "validation/mae", .patience = 2}) == "stops after 2, best 0");
    CHECK(story("0.1 0.2 0.3", {.metric = "validation/accuracy", .mode = "min", .patience = 2}) ==
          "stops after 2, best 0");
    CHECK(story("0.3 0.2 0.1", {.metric = "validation/loss", .mode = "max", .patience = 2}) == "stops after 2, best 0");
}

TEST_CASE("what is not a number never improves")
{
    CHECK(story("nan 3 nan 2", {.patience = 3}) == "goes on, best 3");
    CHECK(story("3 nan nan nan", {.patience = 3}) == "stops after 3, best 0");
    CHECK(story("nan nan", {.patience = 2}) == "stops after 1, best -1");
    CHECK(story("-inf 3 2", {.patience = 3}) == "goes on, best 2");
}

TEST_CASE("waiting begins at start_epoch, the best is known before")
{
    CHECK(story("1 2 2 2 2", {.patience = 2, .startEpoch = 3}) == "stops after 4, best 0");
}

TEST_CASE("the count goes on from its saved state")
{
    for (const std::string figures : {"5 4 3 3", "nan", ""}) {
        train::EarlyStopping first({.patience = 3});
        std::istringstream in(figures);
        std::string figure;
        for (std::int64_t epoch = 0; in >> figure; ++epoch)
            first.update(figure == "nan" ? std::nan("") : std::stod(figure), epoch);
        const auto text = base::parseJson(base::writeJson(first.state()));
        REQUIRE(text);
        train::EarlyStopping second({.patience = 3});
        second.load(*text);
        for (std::int64_t epoch = 4; epoch < 8; ++epoch) {
            CHECK(first.update(3, epoch) == second.update(3, epoch));
            CHECK(first.shouldStop() == second.shouldStop());
            CHECK(first.bestEpoch() == second.bestEpoch());
        }
    }
}

TEST_CASE("patience may change on the way")
{
    train::EarlyStopping stopping({.patience = 10});
    for (std::int64_t epoch = 0; epoch < 5; ++epoch)
        stopping.update(1, epoch);
    CHECK(stopping.waited() == 4);
    CHECK_FALSE(stopping.shouldStop());
    stopping.edit({.patience = 4});
    CHECK(stopping.shouldStop());
}

}
