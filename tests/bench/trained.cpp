// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/trained.h"

#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "tests/support/temp_folder.h"

#include <pthread.h>
#include <time.h>

namespace bench {

using core::base::Object;
using core::base::Result;

namespace {

constexpr int trainedRounds = 9;

// A run is opened on its training thread; rows may come from another one.
class TrainerClock final : public core::events::EventSink {
public:
    void onScalars(const core::events::ScalarRow& row) override
    {
        if (m_first < 0) {
            m_first = row.step;
            m_began = seconds();
        }
        if (row.step > m_last) {
            m_last = row.step;
            m_ended = seconds();
        }
    }
    void onEvent(const core::events::Event& event) override
    {
        if (std::holds_alternative<core::events::RunOpened>(event))
            pthread_getcpuclockid(pthread_self(), &m_clock);
    }
    double secondsPerStep() const { return m_last > m_first ? (m_ended - m_began) / double(m_last - m_first) : 0; }

private:
    std::int64_t m_first = -1, m_last = -1;
    double m_began = 0, m_ended = 0;
    clockid_t m_clock = CLOCK_THREAD_CPUTIME_ID;

    double seconds() const
    {
        timespec now{};
        clock_gettime(m_clock, &now);
        return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
    }
};

}

const char* const smallMlp =
    R"({"data": {"source": "two-moons", "rows": 4570}, "model": {"kind": "mlp", "hidden": [16, 16], "activation": "tanh"},
    "train": {"steps": 20000, "batch_size": 32, "optimizer": "adamw", "threads": 1}})";
const char* const smallCnn =
    R"({"data": {"source": "fashion-mnist", "rows": 12000}, "split": {"train": 0.85, "validation": 0.1},
    "model": {"kind": "cnn", "channels": [16, 32], "hidden": [], "activation": "relu"},
    "train": {"steps": 300, "batch_size": 64, "optimizer": "adamw", "threads": 1}})";

Result<Trained> trained(const char* experiment, const Object& settings)
{
    CORE_TRY(tree, core::base::parseJson(experiment));
    for (const auto& [path, value] : settings)
        CORE_CHECK(tree.setAt(path, value));
    core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    const tests::TempFolder folder;
    CORE_TRY(run, core::session::Session::create(checked.value, {folder.path(), "cpu"}));
    TrainerClock clock;
    const core::events::EventHub::Subscription watching = run->events().subscribe(clock);
    run->start();
    const core::events::RunFinished& result = run->wait();
    if (!result.error.message.empty())
        return result.error;
    return Trained{result.trainSeconds / double(result.steps), clock.secondsPerStep(),
                   double(std::filesystem::file_size(run->folder() / "run.h5")) / double(result.steps), result.digest};
}

core::base::Status cost(const std::string& name, const char* experiment, const Object& with, const Object& without,
                        Object& figures)
{
    std::vector<double> seconds[2], shares, trainers, bytes;
    bool sameBits = true;
    for (int round = 0; round < trainedRounds; ++round) {
        Trained both[2];
        for (const bool has : {round % 2 == 0, round % 2 != 0}) {
            CORE_TRY(measured, trained(experiment, has ? with : without));
            seconds[has].push_back(1e6 * measured.secondsPerStep);
            both[has] = std::move(measured);
        }
        shares.push_back(both[1].secondsPerStep / both[0].secondsPerStep - 1);
        trainers.push_back(both[1].trainerSecondsPerStep / both[0].trainerSecondsPerStep - 1);
        bytes.push_back(both[1].bytesPerStep - both[0].bytesPerStep);
        sameBits = sameBits && both[0].digest == both[1].digest;
    }
    figures.set(name + "_step_us", median(seconds[1]));
    figures.set(name + "_step_us_without", median(seconds[0]));
    figures.set(name + "_share_of_a_step", median(shares));
    figures.set(name + "_share_of_the_trainer", median(trainers));
    figures.set(name + "_bytes_per_step", median(bytes));
    figures.set(name + "_same_bits", sameBits);
    return {};
}

Result<Object> costs(const Object& with, const Object& without)
{
    Object figures;
    CORE_CHECK(cost("cnn", smallCnn, with, without, figures));
    CORE_CHECK(cost("mlp", smallMlp, with, without, figures));
    return figures;
}

}
