// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/rng.h"
#include "core/session/inspect.h"
#include "core/session/rewinder.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "core/store/checkpoint.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace bench {

using core::base::Object;
using core::base::Result;
using core::base::Value;

namespace {

constexpr const char* mlp =
    R"({"data": {"source": "two-moons", "rows": 4570}, "model": {"kind": "mlp", "hidden": [16, 16], "activation": "tanh"},
    "train": {"batch_size": 32, "optimizer": "adamw", "threads": 1}})";
constexpr const char* cnn =
    R"({"data": {"source": "fashion-mnist", "rows": 12000}, "split": {"train": 0.85, "validation": 0.1},
    "model": {"kind": "cnn", "channels": [16, 32], "hidden": [], "activation": "relu"},
    "train": {"batch_size": 64, "optimizer": "adamw", "threads": 1}})";

Result<Value> experiment(const char* text, std::int64_t steps, std::int64_t keyframesMb)
{
    CORE_TRY(tree, core::base::parseJson(text));
    CORE_CHECK(tree.setAt("train.steps", steps));
    CORE_CHECK(tree.setAt("train.checkpoint", Object{{"keyframes_mb", keyframesMb}}));
    core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    return std::move(checked.value);
}

Result<std::filesystem::path> train(const Value& spec, const std::filesystem::path& runs, double& stepsPerSecond)
{
    CORE_TRY(run, core::session::Session::create(spec, {runs, "cpu"}));
    run->start();
    const core::events::RunFinished& result = run->wait();
    if (!result.error.message.empty())
        return result.error;
    stepsPerSecond = double(result.steps) / result.trainSeconds;
    return run->folder();
}

// The share of the time that keyframes take: pairs with and without them, in turns.
Result<double> overhead(const char* text, std::int64_t steps)
{
    std::vector<double> shares;
    for (int round = 0; round < 7; ++round) {
        double speed[2] = {};
        for (const int with : {round % 2, 1 - round % 2}) {
            const tests::TempFolder folder;
            CORE_TRY(spec, experiment(text, steps, with ? 256 : 0));
            if (const auto run = train(spec, folder.path(), speed[with]); !run)
                return run.error();
        }
        shares.push_back(1 - speed[1] / speed[0]);
    }
    return median(shares);
}

/// Seeks and waits for both answers.
class Seeker {
public:
    explicit Seeker(const std::filesystem::path& run)
        : m_rewinder(run, [this](Result<core::session::Moment> moment) {
              const std::lock_guard lock(m_mutex);
              const double now = core::base::steadySeconds();
              if (m_first < 0)
                  m_first = now;
              if (!moment || moment->exact)
                  m_exact = now;
              m_changed.notify_all();
          })
    {
    }

    /// Milliseconds until something is shown, and until the step itself is.
    std::pair<double, double> seek(std::int64_t step)
    {
        std::unique_lock lock(m_mutex);
        m_first = m_exact = -1;
        const double start = core::base::steadySeconds();
        m_rewinder.seek(step);
        m_changed.wait(lock, [&] { return m_exact >= 0; });
        return {1e3 * (m_first - start), 1e3 * (m_exact - start)};
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    double m_first = -1, m_exact = -1;
    core::session::Rewinder m_rewinder; ///< last: its thread uses the rest
};

core::base::Status addSeeks(Object& figures, const std::string& name, const char* text, std::int64_t steps)
{
    const tests::TempFolder folder;
    CORE_TRY(spec, experiment(text, steps, 256));
    double speed = 0;
    CORE_TRY(run, train(spec, folder.path(), speed));
    Seeker seeker(run);
    // The first one opens the data, once for a run.
    const double opening = seeker.seek(0).second;
    std::vector<double> nearest, exact;
    const core::base::Draw draw(1, "seek");
    for (std::uint64_t i = 0; i < 60; ++i) {
        const auto [first, last] = seeker.seek(std::int64_t(draw.below(i, std::uint64_t(steps))));
        nearest.push_back(first);
        exact.push_back(last);
    }
    figures.set(name + "_steps", steps);
    figures.set(name + "_keyframes", std::int64_t(core::store::listCheckpoints(run / "checkpoints").size()));
    figures.set(name + "_open_ms", opening);
    figures.set(name + "_nearest_ms", median(nearest));
    figures.set(name + "_nearest_max_ms", *std::ranges::max_element(nearest));
    figures.set(name + "_exact_ms", median(exact));
    figures.set(name + "_exact_max_ms", *std::ranges::max_element(exact));
    return {};
}

}

Result<Object> keyframe()
{
    CORE_TRY(small, overhead(mlp, 60000));
    CORE_TRY(large, overhead(cnn, 600));
    return Object{{"mlp_overhead", small}, {"cnn_overhead", large}};
}

Result<Object> seek()
{
    Object figures;
    CORE_CHECK(addSeeks(figures, "mlp", mlp, 10000));
    CORE_CHECK(addSeeks(figures, "cnn", cnn, 10000));
    return figures;
}

}
