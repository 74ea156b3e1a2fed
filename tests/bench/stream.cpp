// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/rng.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "core/train/engine.h"
#include "tests/bench/bench.h"
#include "tests/support/temp_folder.h"

#include <cstdio>
#include <fstream>

namespace bench {

using core::base::Object;
using core::base::Result;

namespace {

constexpr int streamColumns = 20, warmUp = 200, streamRounds = 5;

std::filesystem::path writeRows(const tests::TempFolder& folder, int rows)
{
    const std::filesystem::path file = folder.path() / "rows.csv";
    std::ofstream out(file, std::ios::binary);
    for (int c = 0; c < streamColumns; ++c)
        out << (c ? ",c" : "c") << c;
    out << '\n';
    const core::base::Draw draw(1, "bench/stream");
    for (int row = 0; row < rows; ++row) {
        std::string line;
        for (int c = 0; c < streamColumns; ++c) {
            char cell[32];
            std::snprintf(cell, sizeof cell, "%.5f,", draw.normal(std::uint64_t(row) * streamColumns + std::uint64_t(c)));
            line += cell;
        }
        line.back() = '\n';
        out << line;
    }
    return file;
}

struct Streamed {
    double steps = 0, waiting = 0, firstStep = 0, heldMegabytes = 0; ///< a second, share of time, seconds
};

// A whole epoch but for its beginning, so that groups of blocks come and go.
Result<Streamed> train(const std::filesystem::path& file, const std::string& mode)
{
    CORE_TRY(tree, core::base::parseJson(R"({"data": {"source": ")" + file.string() + R"(", "mode": ")" + mode +
                                         R"("}, "train": {"batch_size": 64, "epochs": 2}})"));
    const core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    const double begin = core::base::steadySeconds();
    CORE_TRY(engine, core::train::Engine::make(checked.value, "cpu", nullptr, 1));
    engine->advance();
    Streamed result;
    result.firstStep = core::base::steadySeconds() - begin;
    for (int step = 0; step < warmUp; ++step)
        engine->advance();
    const std::int64_t steps = engine->timeline().plan().stepsPerEpoch - warmUp - 1;
    const double start = core::base::steadySeconds(), waited = engine->waitedForData();
    for (std::int64_t step = 0; step < steps; ++step)
        engine->advance();
    const double seconds = core::base::steadySeconds() - start;
    result.steps = double(steps) / seconds;
    result.waiting = (engine->waitedForData() - waited) / seconds;
    result.heldMegabytes = double(engine->data().streamBytes()) / 1e6;
    return result;
}

}

Result<Object> stream()
{
    const tests::TempFolder folder;
    Object figures;
    for (const auto& [name, rows] : {std::pair("small", 200'000), std::pair("large", 800'000)}) {
        const auto file = writeRows(folder, rows);
        std::vector<double> waiting, waitingOfFile, ratio, first, firstOfFile;
        Streamed pipe;
        for (int round = 0; round < streamRounds; ++round) {
            CORE_TRY(streamed, train(file, "pipe"));
            CORE_TRY(whole, train(file, "file"));
            waiting.push_back(100 * streamed.waiting);
            ratio.push_back(streamed.steps / whole.steps);
            first.push_back(streamed.firstStep);
            firstOfFile.push_back(whole.firstStep);
            waitingOfFile.push_back(100 * whole.waiting);
            pipe = streamed;
        }
        figures.set(name, Object{{"megabytes", 1e-6 * double(std::filesystem::file_size(file))},
                                 {"waiting_percent", median(waiting)},
                                 {"waiting_percent_file", median(waitingOfFile)},
                                 {"steps_ratio_to_file", median(ratio)},
                                 {"first_step_seconds", median(first)},
                                 {"first_step_seconds_file", median(firstOfFile)},
                                 {"rows_held_megabytes", pipe.heldMegabytes}});
    }
    return figures;
}

}
