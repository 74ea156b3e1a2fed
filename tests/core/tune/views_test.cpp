// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/views.h"

#include "core/tune/study.h"
#include "tests/support/tuning.h"

namespace tests::views_test {

using namespace core;

namespace {

const std::string three = R"([{"path": "a", "min": 0, "max": 1}, {"path": "b", "min": 0, "max": 1},
                              {"path": "kind", "values": ["x", "y", "z"]},
                              {"path": "only", "min": 0, "max": 1, "when": {"path": "kind", "values": ["x"]}}])";

tune::Trial ended(std::int64_t number, base::Object point, double value)
{
    tune::Trial trial;
    trial.number = number;
    trial.state = tune::TrialState::Completed;
    trial.parameters = std::move(point);
    trial.values = {value};
    trial.finished = number + 1;
    return trial;
}

tune::StudyState studyWith(std::vector<tune::Trial> trials, const std::string& strategy = "Bayesian")
{
    auto made =
        tune::Study::create("plots", tests::tuning(three, R"("max_jobs": 90, "strategy": ")" + strategy + "\""));
    REQUIRE(made);
    tune::StudyState state = made->state();
    state.trials = std::move(trials);
    return state;
}

std::string problemIn(const base::Error& error)
{
    return base::describe(error);
}

}

TEST_CASE("slices and ranks hold the trials that have the parameter, equals at one rank")
{
    auto state = studyWith(
        {ended(0, {{"a", 0.25}, {"b", 0.5}, {"kind", "x"}, {"only", 0.75}}, 3),
         ended(1, {{"a", 0.5}, {"b", 0.5}, {"kind", "y"}}, 1), ended(2, {{"a", 0.75}, {"b", 0.5}, {"kind", "z"}}, 3),
         ended(3, {{"a", 7.0}, {"b", 0.5}, {"kind", "z"}}, 9), ended(4, {{"a", 1.0}, {"b", 0.5}, {"kind", "z"}}, 4)});
    state.trials.push_back({.number = 5, .state = tune::TrialState::Failed, .parameters = {{"a", 0.1}}});

    const auto slice = tune::sliceOf(state, "a");
    REQUIRE(slice);
    std::vector<std::tuple<std::int64_t, double, double, double>> seen;
    for (const auto& point : slice->points)
        seen.emplace_back(point.trial, point.x, point.value, point.rank);
    CHECK(seen == decltype(seen){{0, 0.25, 3, 0.5}, {1, 0.5, 1, 0}, {2, 0.75, 3, 0.5}, {4, 1, 4, 1}});

    const auto few = tune::sliceOf(state, "only");
    REQUIRE(few);
    REQUIRE(few->points.size() == 1);
    CHECK(few->points[0].xValue == base::Value(0.75));

    const auto ranks = tune::rankOf(state, "kind", "a");
    REQUIRE(ranks);
    REQUIRE(ranks->points.size() == 4);
    CHECK(ranks->points[1].x == Approx(0.5));
    CHECK(ranks->points[1].yValue == base::Value(0.5));

    CHECK(tune::edfOf(state) == std::vector<tune::EdfStep>{{1, 0.2}, {3, 0.6}, {4, 0.8}, {9, 1}});
    CHECK(tune::edfOf(state, 1).empty());
    const auto wrong = tune::sliceOf(state, "knd");
    REQUIRE_FALSE(wrong);
    CHECK(problemIn(wrong.error()).find("Did you mean \"kind\"?") != std::string::npos);
    CHECK_FALSE(tune::rankOf(state, "a", "b", 1));
}

TEST_CASE("a contour keeps the trials' values and is harmonic between them")
{
    // Held at two opposite edges alone, the surface between them is a plane.
    std::vector<tune::Trial> edges;
    for (int i = 0; i <= 10; ++i)
        for (const double side : {0.0, 1.0})
            edges.push_back(
                ended(std::int64_t(edges.size()), {{"a", side}, {"b", i / 10.0}, {"kind", "y"}}, 2 + 6 * side));
    const auto plane = tune::contourOf(studyWith(edges), "a", "b", 0, 11);
    REQUIRE(plane);
    REQUIRE(plane->grid.cells.size() == 121);
    for (std::size_t r = 0; r < 11; ++r)
        for (std::size_t c = 0; c < 11; ++c)
            CHECK(plane->grid.at(c, r) == Approx(2 + 0.6 * double(c)).margin(1e-4));

    const auto mixed =
        tune::contourOf(studyWith({ended(0, {{"a", 0.0}, {"kind", "x"}}, 1), ended(1, {{"a", 0.0}, {"kind", "x"}}, 3),
                                   ended(2, {{"a", 1.0}, {"kind", "z"}}, 6)}),
                        "kind", "a", 0, 5);
    REQUIRE(mixed);
    CHECK(mixed->grid.x.size() == 3);
    CHECK(mixed->grid.at(0, 0) == 2);
    CHECK(mixed->grid.at(2, 4) == 6);
    for (const double cell : mixed->grid.cells)
        CHECK((cell >= 2 && cell <= 6));

    const auto alone = tune::contourOf(studyWith({ended(0, {{"a", 0.5}, {"b", 0.5}, {"kind", "y"}}, 1)}), "a", "b");
    REQUIRE(alone);
    CHECK(alone->grid.cells.empty());
}

TEST_CASE("a timeline has as many lanes as trials ran at once")
{
    std::vector<tune::Trial> trials;
    const auto add = [&](double started, double stopped, tune::TrialState state) {
        tune::Trial trial;
        trial.number = std::int64_t(trials.size());
        trial.state = state;
        trial.started = started;
        trial.ended = stopped;
        trials.push_back(trial);
    };
    add(100, 110, tune::TrialState::Completed);
    add(101, 104, tune::TrialState::Stopped);
    add(104, 120, tune::TrialState::Failed);
    add(112, 0, tune::TrialState::Running);
    add(0, 0, tune::TrialState::Waiting);
    add(5, 9, tune::TrialState::Completed);
    trials.back().source = "warm_start";
    const auto state = studyWith(trials);
    using enum tune::TrialState;
    CHECK(tune::timelineOf(state, 130) == std::vector<tune::TimelineBar>{{0, Completed, 100, 110, 0},
                                                                         {1, Stopped, 101, 104, 1},
                                                                         {2, Failed, 104, 120, 1},
                                                                         {3, Running, 112, 130, 0}});
}

TEST_CASE("a surrogate's view goes through the best trial and shows where it will look next")
{
    std::vector<tune::Trial> trials;
    for (int i = 0; i <= 10; ++i) {
        const double a = i / 10.0, b = (i * 7 % 11) / 10.0;
        trials.push_back(ended(i, {{"a", a}, {"b", b}, {"kind", i % 2 ? "y" : "z"}}, 40 * (a - 0.3) * (a - 0.3) + b));
    }
    const auto state = studyWith(trials);
    const auto line = tune::surrogateView(state, "a");
    REQUIRE(line);
    CHECK(line->mean.cells.size() == 101);
    CHECK(line->deviation.cells.size() == 101);
    CHECK(line->acquisition.cells.size() == 101);
    CHECK(line->fixed == state.history().best()->parameters);
    const auto lowest = std::ranges::min_element(line->mean.cells) - line->mean.cells.begin();
    CHECK(std::abs(double(lowest) - 30) <= 10);
    CHECK(line->mean.cells[100] > line->mean.cells[30] + 10);
    for (const double deviation : line->deviation.cells)
        CHECK(deviation >= 0);

    const auto plane = tune::surrogateView(state, "a", "kind", 9);
    REQUIRE(plane);
    CHECK(plane->mean.cells.size() == 27);
    CHECK(plane->points.size() == 11);

    // Of a value that brings a parameter along, it stands at its middle.
    CHECK(tune::surrogateView(state, "kind"));
    CHECK_FALSE(tune::surrogateView(state, "only"));
    CHECK_FALSE(tune::surrogateView(state, "a", "a"));
    CHECK_FALSE(tune::surrogateView(studyWith({}), "a"));
    const auto none = tune::surrogateView(studyWith(trials, "Random"), "a");
    REQUIRE_FALSE(none);
    CHECK(problemIn(none.error()).find("Random has no model") != std::string::npos);
}

}
