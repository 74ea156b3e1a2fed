// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace bench {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Object;
using core::base::Result;
using core::base::Value;

namespace {

constexpr int stepRounds = 5;

Result<Value> experiment(const std::string& text)
{
    CORE_TRY(tree, core::base::parseJson(text));
    core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    return std::move(checked.value);
}

/// When each step that counts was recorded.
class Clock final : public core::events::EventSink {
public:
    explicit Clock(std::int64_t first) : m_first(first) {}
    void onScalars(const core::events::ScalarRow& row) override
    {
        if (row.group == 0 && row.step >= m_first)
            times.push_back(row.time);
    }
    void onEvent(const core::events::Event&) override {}

    std::vector<double> times;

private:
    std::int64_t m_first;
};

}

// The ordinary path: a session with its recorder, as the command line runs it. From a tenth of the steps to the last
// one, as the peers count; what the end of a run costs is left out.
Result<std::vector<double>> stepSeconds(const std::string& text, const std::string& device)
{
    CORE_TRY(resolved, experiment(text));
    const tests::TempFolder folder;
    CORE_TRY(run, core::session::Session::create(resolved, {folder.path(), device}));
    Clock clock(resolved["train"]["steps"].toInt() / 10);
    const auto watching = run->events().subscribe(clock);
    run->start();
    const core::events::RunFinished& result = run->wait();
    if (!result.error.message.empty())
        return result.error;
    std::vector<double> seconds;
    for (std::size_t i = 1; i < clock.times.size(); ++i)
        seconds.push_back(clock.times[i] - clock.times[i - 1]);
    return seconds;
}

double perSecond(const std::vector<double>& seconds)
{
    return double(seconds.size()) / std::max(1e-9, std::accumulate(seconds.begin(), seconds.end(), 0.0));
}

Result<double> stepsPerSecond(const std::string& text, const std::string& device)
{
    CORE_TRY(seconds, stepSeconds(text, device));
    return perSecond(seconds);
}

namespace {

// `bare` may be nullptr.
Result<Object> compare(const std::string& name, const std::string& text, double (*bare)(int), int bareSteps)
{
    std::vector<double> ours, bares, peers, overPeer, overBare;
    // In turns: a shared machine's speed drifts, the ratio of neighbours drifts less.
    for (int round = 0; round < stepRounds; ++round) {
        CORE_TRY(speed, stepsPerSecond(text, "cpu"));
        ours.push_back(speed);
        if (bare) {
            bares.push_back(bare(bareSteps));
            overBare.push_back(speed / bares.back());
        }
        if (const auto other = peer(name, bareSteps)) {
            peers.push_back(*other);
            overPeer.push_back(speed / *other);
        }
    }
    Object figures{{"steps_per_s", median(ours)}};
    if (bare) {
        figures.set("libtorch_steps_per_s", median(bares));
        figures.set("ratio_to_libtorch", median(overBare));
    }
    if (peers.empty()) {
        figures.set("peer", "no Python with torch found; name one in DESCENT_PEER_PYTHON");
        return figures;
    }
    figures.set("pytorch_steps_per_s", median(peers));
    figures.set("ratio_to_pytorch", median(overPeer));
    return figures;
}

}

double median(std::vector<double> values)
{
    std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(values.size() / 2), values.end());
    return values[values.size() / 2];
}

Result<double> peer(const std::string& name, int steps)
{
    const char* python = std::getenv("DESCENT_PEER_PYTHON");
    const std::string command = std::string(python ? python : "python3") + " " + DESCENT_SOURCE_DIR +
                                "/tests/bench/peer.py " + name + " " + std::to_string(steps) + " 2>/dev/null";
    FILE* pipe = ::popen(command.c_str(), "r");
    if (!pipe)
        return Error{ErrorKind::Run, "cannot start Python", command, {}};
    double figure = 0;
    const int read = std::fscanf(pipe, "%lf", &figure);
    ::pclose(pipe);
    if (read != 1 || figure < 0)
        return Error{ErrorKind::Run, "Python has no torch", command, {}};
    return figure;
}

Result<Object> stepMlp()
{
    return compare(
        "step-mlp",
        R"({"data": {"source": "two-moons", "rows": 4570}, "split": {"train": 0.7, "validation": 0.15, "test": 0.15},
        "model": {"kind": "mlp", "hidden": [16, 16], "activation": "tanh"},
        "train": {"steps": 20000, "batch_size": 32, "optimizer": "adamw", "threads": 1}})",
        bareMlpStepsPerSecond, 8000);
}

Result<Object> stepCnn()
{
    return compare("step-cnn",
                   R"({"data": {"source": "fashion-mnist", "rows": 12000}, "split": {"train": 0.85, "validation": 0.1},
        "model": {"kind": "cnn", "channels": [16, 32], "hidden": [], "activation": "relu"},
        "train": {"steps": 300, "batch_size": 64, "optimizer": "adamw", "threads": 1}})",
                   bareCnnStepsPerSecond, 150);
}

namespace {

// Steps of a network of pictures 28×28, or 3×32×32, of which a step costs much more than what is around it.
Result<Object> deep(const std::string& name, const std::string& model, const std::string& image, int steps)
{
    const std::string text = R"({"data": {"source": "fashion-mnist", "rows": 3000, "image": )" + image +
                             R"(}, "split": {"train": 0.9, "validation": 0.05}, "model": )" + model +
                             R"(, "train": {"steps": )" + std::to_string(steps) +
                             R"(, "batch_size": 64, "optimizer": "adamw", "threads": 1}})";
    return compare(name, text, nullptr, steps);
}

}

Result<Object> stepResnet()
{
    return deep("step-resnet", R"({"kind": "resnet", "stem": "small"})", R"({"size": 32, "channels": "rgb"})", 6);
}

Result<Object> stepLstm()
{
    return deep("step-lstm", R"({"kind": "rnn", "hidden_size": 128})", "{}", 100);
}

Result<Object> stepTransformer()
{
    return deep("step-transformer", R"({"kind": "transformer"})", "{}", 60);
}

Result<Object> start()
{
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "descent";
    if (!std::filesystem::exists(program))
        return Error{ErrorKind::Usage, "the desktop program is not built", program.string(),
                     "Build with DESCENT_UI on"};
    const tests::TempFolder folder;
    const std::string command = "QT_QPA_PLATFORM=offscreen DESCENT_RUNS=" + folder.path().string() +
                                " XDG_CONFIG_HOME=" + folder.path().string() + " " + program.string() +
                                " --page start --screenshot " + (folder.path() / "window.png").string() +
                                " --after 0 >/dev/null 2>&1";
    std::vector<double> seconds;
    for (int round = 0; round < stepRounds; ++round) {
        const double begin = core::base::steadySeconds();
        if (std::system(command.c_str()) != 0)
            return Error{ErrorKind::Run, "the window did not start", command, {}};
        seconds.push_back(core::base::steadySeconds() - begin);
    }
    return Object{{"window_s", median(seconds)},
                  {"includes", "start of the process, first paint, writing the picture, end"}};
}

}
