// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/events/codec.h"

#include "core/base/json.h"
#include "core/base/rng.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace tests::codec_test {

using namespace core::events;
using core::base::Array;
using core::base::ErrorKind;
using core::base::Object;
using core::base::Value;

namespace {

// Through the value, its text and back, as through a journal or a pipe.
template <class E>
E again(const E& event)
{
    const auto parsed = core::base::parseJson(core::base::writeJson(toValue(event)));
    REQUIRE(parsed);
    const auto back = fromValue(*parsed);
    REQUIRE(back);
    REQUIRE(std::holds_alternative<E>(*back));
    return std::get<E>(*back);
}

}

TEST_CASE("a run's opening survives the codec")
{
    const RunOpened opened{"moons-0001",
                           "/runs/moons-0001",
                           Object{{"train", Object{{"lr", 0.1}, {"seed", 7}}}},
                           {{"train/loss", "train/lr"}, {"validation/loss"}},
                           40,
                           22,
                           660,
                           700,
                           150,
                           150,
                           2,
                           "cuda:0",
                           "2.11.0",
                           "moons-0000",
                           20,
                           {"one", "two"},
                           354};
    const RunOpened back = again(opened);
    CHECK(back.id == opened.id);
    CHECK(back.folder == opened.folder);
    CHECK(back.spec == opened.spec);
    CHECK(back.groups == opened.groups);
    CHECK(back.firstStep == 40);
    CHECK(back.stepsPerEpoch == 22);
    CHECK(back.totalSteps == 660);
    CHECK(back.trainRows == 700);
    CHECK(back.validationRows == 150);
    CHECK(back.testRows == 150);
    CHECK(back.threads == 2);
    CHECK(back.device == "cuda:0");
    CHECK(back.torch == "2.11.0");
    CHECK(back.parent == "moons-0000");
    CHECK(back.parentStep == 20);
    CHECK(back.classes == opened.classes);
    CHECK(back.parameters == 354);
    CHECK(stepOf(back) == 40);
}

TEST_CASE("small events survive the codec")
{
    const StateChanged state = again(StateChanged{RunState::EarlyStopped, 9, "patience"});
    CHECK(state.state == RunState::EarlyStopped);
    CHECK(state.step == 9);
    CHECK(state.reason == "patience");

    const Progress progress = again(Progress{100, 2, 1.5, 3000, 12.25, 0.03});
    CHECK(progress.step == 100);
    CHECK(progress.epoch == 2);
    CHECK(progress.trainSeconds == 1.5);
    CHECK(progress.samplesPerSecond == 3000);
    CHECK(progress.secondsLeft == 12.25);
    CHECK(progress.dataWait == 0.03);

    const BestChanged best = again(BestChanged{"validation/loss", 1.0 / 3, 44, 2});
    CHECK(best.metric == "validation/loss");
    CHECK(best.value == 1.0 / 3);
    CHECK(best.step == 44);
    CHECK(best.epoch == 2);

    const CheckpointWritten checkpoint =
        again(CheckpointWritten{44, "step-000000000044.safetensors", 0.02, std::uint64_t(1) << 40});
    CHECK(checkpoint.step == 44);
    CHECK(checkpoint.file == "step-000000000044.safetensors");
    CHECK(checkpoint.seconds == 0.02);
    CHECK(checkpoint.bytes == std::uint64_t(1) << 40);

    const Edited edited = again(Edited{45, "train.optimizer.lr", 0.1, nullptr});
    CHECK(edited.step == 45);
    CHECK(edited.path == "train.optimizer.lr");
    CHECK(edited.before == Value(0.1));
    CHECK(edited.after.isNull());

    const Notice notice = again(Notice{46, {ErrorKind::Resource, "full", "/runs", "free some"}});
    CHECK(notice.step == 46);
    CHECK(notice.error == core::base::Error{ErrorKind::Resource, "full", "/runs", "free some"});

    const PatienceChanged patience = again(PatienceChanged{47, 3, 2, 5});
    CHECK(patience.step == 47);
    CHECK(patience.epoch == 3);
    CHECK(patience.waited == 2);
    CHECK(patience.patience == 5);
}

TEST_CASE("frames survive the codec")
{
    SurfaceFrame surface{10, 1, 3, 2, -1, 1, -2, 2, {}, 2};
    for (int i = 0; i < 12; ++i)
        surface.values.push_back(float(i) / 11);
    const SurfaceFrame back = again(surface);
    CHECK(back.step == 10);
    CHECK(back.epoch == 1);
    CHECK(back.width == 3);
    CHECK(back.height == 2);
    CHECK(back.left == -1);
    CHECK(back.right == 1);
    CHECK(back.bottom == -2);
    CHECK(back.top == 2);
    CHECK(back.classes == 2);
    REQUIRE(back.values.size() == 12);
    for (std::size_t i = 0; i < 12; ++i)
        CHECK(std::abs(back.values[i] - surface.values[i]) <= 1.0f / 510 + 1e-6f);
    CHECK(again(back).values == back.values);

    const ConfusionFrame confusion = again(ConfusionFrame{10, 1, 2, {40, 3, 5, 52}});
    CHECK(confusion.classes == 2);
    CHECK(confusion.counts == std::vector<std::int64_t>{40, 3, 5, 52});

    const PredictionFrame predictions =
        again(PredictionFrame{10, 1, {{17, 1, 0, 0.9, std::numeric_limits<double>::infinity()}}});
    REQUIRE(predictions.rows.size() == 1);
    CHECK(predictions.rows[0].row == 17);
    CHECK(predictions.rows[0].truth == 1);
    CHECK(predictions.rows[0].predicted == 0);
    CHECK(predictions.rows[0].confidence == 0.9);
    CHECK(predictions.rows[0].loss == std::numeric_limits<double>::infinity());
}

TEST_CASE("digests and changed plans survive the codec; digests that do not fill their rows are refused")
{
    const StepTrace trace =
        again(StepTrace{7, 32, 0.5, 0.75, 2, 1, 0.1, 3, 0.01, 0.4, 1e-5, 2e-5, 3e-6, {{"0.weight", 3, 1, 0.01}}});
    CHECK(trace.lossAfter == 0.4);
    CHECK(trace.layers.at(0).name == "0.weight");
    CHECK(trace.layers.at(0).update == 0.01);
    const WeightDigests digests = again(WeightDigests{8, 4, 2, {0, 1, 0xffffffffu, 0x80000000u}});
    CHECK(digests.step == 8);
    CHECK(digests.every == 4);
    CHECK(digests.count() == 2);
    CHECK(digests.values == std::vector<std::uint32_t>{0, 1, 0xffffffffu, 0x80000000u});
    const PlanChanged plan = again(PlanChanged{40, 5.5, 12, 120});
    CHECK(plan.epochs == 5.5);
    CHECK(plan.stepsPerEpoch == 12);
    CHECK(plan.totalSteps == 120);
    for (const char* values : {"0123456789", "zzzzzzzz0123abcd", "0123abcd"}) {
        core::base::Value broken = toValue(WeightDigests{8, 4, 2, {0, 1}});
        broken.object().set("values", values);
        CHECK_FALSE(fromValue(broken));
    }
}

TEST_CASE("a run's end survives the codec, with a loss that is not a number")
{
    const RunFinished finished =
        again(RunFinished{RunState::Failed,
                          50,
                          2,
                          1.25,
                          {{"train/loss", std::nan("")}, {"validation/accuracy", 0.5}},
                          "validation/loss",
                          -std::numeric_limits<double>::infinity(),
                          1,
                          22,
                          "0123",
                          {ErrorKind::Run, "the loss is not a number", "step 50", "lower the rate"}});
    CHECK(finished.state == RunState::Failed);
    CHECK(finished.steps == 50);
    CHECK(finished.epochs == 2);
    CHECK(finished.trainSeconds == 1.25);
    REQUIRE(finished.metrics.size() == 2);
    CHECK(finished.metrics[0].first == "train/loss");
    CHECK(std::isnan(finished.metrics[0].second));
    CHECK(finished.metrics[1] == std::pair<std::string, double>{"validation/accuracy", 0.5});
    CHECK(finished.bestMetric == "validation/loss");
    CHECK(finished.bestValue == -std::numeric_limits<double>::infinity());
    CHECK(finished.bestEpoch == 1);
    CHECK(finished.bestStep == 22);
    CHECK(finished.digest == "0123");
    CHECK(finished.error.kind == ErrorKind::Run);
    CHECK(finished.error.advice == "lower the rate");
    CHECK(stepOf(finished) == 50);
}

TEST_CASE("every kind of event has a name of its own and comes back as itself")
{
    std::vector<std::string> names;
    const auto check = [&](auto event) {
        again(event);
        const std::string name(kindOf(event));
        CHECK(std::find(names.begin(), names.end(), name) == names.end());
        names.push_back(name);
    };
    [&]<std::size_t... I>(std::index_sequence<I...>)
    {
        (check(std::variant_alternative_t<I, Event>{}), ...);
    }
    (std::make_index_sequence<std::variant_size_v<Event>>{});
    CHECK(names.size() == std::variant_size_v<Event>);
}

TEST_CASE("values that are no event are refused with what is wrong")
{
    CHECK(fromValue(Object{}).error().kind == ErrorKind::Data);
    CHECK(fromValue(Object{{"event", "exploded"}}).error().message.find("exploded") != std::string::npos);
    CHECK(fromValue(Object{{"event", "state_changed"}, {"state", "asleep"}}).error().message.find("state") !=
          std::string::npos);
    CHECK_FALSE(fromValue(Object{{"event", "progress"}, {"step", "many"}}));
    CHECK_FALSE(fromValue(Object{{"event", "confusion"}, {"classes", 3}, {"counts", Array{1, 2, 3, 4}}}));
    CHECK_FALSE(fromValue(Object{{"event", "confusion"}, {"classes", std::int64_t(1) << 62}, {"counts", Array{}}}));
    CHECK_FALSE(fromValue(Object{{"event", "predictions"}, {"rows", Array{Array{1, 2}}}}));
    SurfaceFrame surface{1, 1, 1, 1, 0, 1, 0, 1, {0.5f, 0.5f}, 2};
    Value value = toValue(surface);
    value.object().set("width", 2);
    CHECK_FALSE(fromValue(value));
    CHECK(fromValue(Object{{"event", "state_changed"}}));
}

TEST_CASE("events of mutated text are errors or events, never more")
{
    const std::string text = core::base::writeJson(toValue(SurfaceFrame{1, 1, 2, 1, 0, 1, 0, 1, {0.5f, 2, 3, -1}, 2}));
    for (std::uint64_t round = 0; round < 3000; ++round) {
        const core::base::Draw draw(5, "text", round);
        std::string mutated = text;
        mutated[draw.below(0, mutated.size())] = text[draw.below(1, text.size())];
        if (const auto parsed = core::base::parseJson(mutated))
            if (const auto event = fromValue(*parsed))
                if (const auto* surface = std::get_if<SurfaceFrame>(&*event))
                    REQUIRE(std::int64_t(surface->values.size()) ==
                            surface->width * surface->height * surface->classes);
    }
}

TEST_CASE("statistics of tensors and frames of weights survive the codec, NaN included")
{
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    const TensorsNamed named = again(TensorsNamed{7, 2, {"0.weight", "gradient/0.weight"}, {"mean", "std"}});
    CHECK(named.step == 7);
    CHECK(named.set == 2);
    CHECK(named.tensors == std::vector<std::string>{"0.weight", "gradient/0.weight"});
    CHECK(named.statistics == std::vector<std::string>{"mean", "std"});
    const TensorStats stats = again(TensorStats{8, 2, {0.1, nan, -inf, 1e-300}});
    CHECK(stepOf(stats) == 8);
    CHECK(stats.set == 2);
    REQUIRE(stats.values.size() == 4);
    CHECK(stats.values[0] == 0.1);
    CHECK(std::isnan(stats.values[1]));
    CHECK(stats.values[2] == -inf);
    CHECK(stats.values[3] == 1e-300);
    CHECK(again(TensorStats{}).values.empty());
    CHECK_FALSE(fromValue(Object{{"event", "tensor_stats"}, {"values", "AAAA"}}));
    const TensorHistograms spreads = again(TensorHistograms{
        12, true, {{"update/0.weight", -0.5, 1e300, {0, 7, 4000000000u}}, {"activation/output", 0, 0, {}}}});
    CHECK(stepOf(spreads) == 12);
    CHECK(spreads.kept);
    REQUIRE(spreads.tensors.size() == 2);
    CHECK(spreads.tensors[0] == TensorHistograms::Spread{"update/0.weight", -0.5, 1e300, {0, 7, 4000000000u}});
    CHECK(spreads.tensors[1].counts.empty());
    for (const char* counts : {"1 x", "1,2", "-1", "99999999999"})
        CHECK_FALSE(fromValue(Object{{"event", "tensor_histograms"},
                                     {"step", 1},
                                     {"kept", true},
                                     {"tensors", Array{Array{"0.weight", 0.0, 1.0, counts}}}}));

    const WeightsFrame frame = again(WeightsFrame{
        9, 1, true, {{"0.weight", {2, 1}, -1, 0.5, nan, 0.25, 2, 1, 0, 0, -1, 0.5, {1, 0, 1}, {-1, 0.5}}}});
    CHECK(frame.step == 9);
    CHECK(frame.epoch == 1);
    CHECK(frame.kept);
    REQUIRE(frame.layers.size() == 1);
    const WeightsFrame::Layer& layer = frame.layers[0];
    CHECK(layer.name == "0.weight");
    CHECK(layer.count() == 2);
    CHECK(layer.min == -1);
    CHECK(std::isnan(layer.mean));
    CHECK(layer.std == 0.25);
    CHECK(layer.l2 == 2);
    CHECK(layer.zeros == 1);
    CHECK(layer.counts == std::vector<std::int64_t>{1, 0, 1});
    CHECK(layer.values.size() == 2);
    // Values that are too few or too many for the shape.
    const WeightsFrame wrong{9, 1, true, {{"0.weight", {3, 1}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {}, {-1, 0.5}}}};
    CHECK_FALSE(fromValue(toValue(wrong)));
}

TEST_CASE("how long steps took is told to a hundredth of a percent, a stall beside steps of microseconds")
{
    StepTimes times{40, 4, 1.7e9};
    times.phases = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    times.durations = {9e-5f, 1e-4f, 3.5f, 9.1e-5f};
    const auto back = fromValue(toValue(Event(times)));
    REQUIRE(back);
    const auto& read = std::get<StepTimes>(*back);
    CHECK(read.phases == times.phases);
    REQUIRE(read.durations.size() == 4);
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(read.durations[i] == Approx(times.durations[i]).epsilon(1e-4));
}

}
