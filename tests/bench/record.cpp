// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/record.h"

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/store/recorder.h"
#include "core/store/run_record.h"
#include "tests/support/temp_folder.h"

#include <cmath>
#include <cstdio>
#include <unistd.h>

namespace {

namespace events = core::events;
namespace store = core::store;

constexpr std::int64_t steps = 1000000;
constexpr std::uint16_t names = 4;

// As a small network's: loss, gradient norm and accuracy are born in float32, the rate in double; a step takes about
// a tenth of a millisecond, now and then more.
std::vector<events::ScalarRow> makeRows()
{
    const core::base::Draw draw(1, "record");
    std::vector<events::ScalarRow> rows;
    double time = 1.7e9;
    for (std::int64_t step = 0; step < steps; ++step) {
        const auto i = std::uint64_t(step);
        time += 1e-4 * (1 + draw.uniform(4 * i)) + (draw.below(4 * i + 1, 500) == 0 ? 0.003 : 0);
        const double progress = double(step) / double(steps);
        const float loss = float(std::exp(-3 * progress) * (1 + 0.2 * draw.within(1).normal(i)));
        const float norm = float(0.5 + draw.uniform(4 * i + 2));
        const float accuracy = float(draw.below(4 * i + 3, 33)) / 32;
        const double rate = 0.0005 * (1 + std::cos(3.141592653589793 * progress));
        rows.push_back({step, time, 0, names, {loss, rate, norm, accuracy}});
    }
    return rows;
}

struct Figures {
    double scalarsPerSecond = 0;
    double nanosecondsPerRow = 0;
    double bytesPerScalar = 0;
    double finishSeconds = 0;
};

bool record(const std::filesystem::path& runs, const std::vector<events::ScalarRow>& rows, Figures& figures)
{
    auto run = store::RunFolder::create(runs, "record", core::base::Object{{"name", "record"}});
    if (!run)
        return false;
    auto recorder = store::Recorder::open(*run);
    if (!recorder)
        return false;
    events::RunOpened opened;
    opened.groups = {{"train/loss", "train/lr", "train/grad_norm", "train/accuracy"}};
    (*recorder)->onEvent(opened);
    if (!(*recorder)->sync())
        return false;
    const double start = core::base::steadySeconds();
    for (const events::ScalarRow& row : rows)
        (*recorder)->onScalars(row);
    if (!(*recorder)->sync())
        return false;
    const double synced = core::base::steadySeconds();
    if (!(*recorder)->finish())
        return false;
    const double count = double(rows.size()) * names;
    figures.scalarsPerSecond = count / (synced - start);
    figures.bytesPerScalar = double(std::filesystem::file_size(run->view())) / count;
    figures.finishSeconds = core::base::steadySeconds() - synced;
    const auto back = store::readRun(run->path());
    return back && back->scalars.at("train/loss").values.size() == rows.size() &&
           back->scalars.at("train/loss").values.back() == rows.back().values[0];
}

// What a training thread pays for a row at a training's pace, when the recorder's thread has just been through.
double nanosecondsPerRow(const std::filesystem::path& runs, const std::vector<events::ScalarRow>& rows)
{
    auto run = store::RunFolder::create(runs, "pace", core::base::Object{});
    auto recorder = run ? store::Recorder::open(*run, {false}) : run.error();
    if (!recorder)
        return 0;
    constexpr std::size_t batch = 2000;
    double taken = 0;
    for (std::size_t i = 0; i < 100 * batch; i += batch) {
        const double start = core::base::steadySeconds();
        for (std::size_t k = i; k < i + batch; ++k)
            (*recorder)->onScalars(rows[k]);
        taken += core::base::steadySeconds() - start;
        if (!(*recorder)->sync())
            return 0;
    }
    return 1e9 * taken / (100 * batch);
}

double csvPeer(const std::filesystem::path& file, const std::vector<events::ScalarRow>& rows)
{
    const double start = core::base::steadySeconds();
    std::FILE* output = std::fopen(file.c_str(), "w");
    if (!output)
        return 0;
    for (const events::ScalarRow& row : rows)
        std::fprintf(output, "%lld,%.17g,%.17g,%.17g,%.17g,%.17g\n", static_cast<long long>(row.step), row.time,
                     row.values[0], row.values[1], row.values[2], row.values[3]);
    std::fflush(output);
    ::fdatasync(::fileno(output));
    std::fclose(output);
    return double(rows.size()) * names / (core::base::steadySeconds() - start);
}

}

int runRecordBench(bool json)
{
    const tests::TempFolder folder;
    const std::vector<events::ScalarRow> rows = makeRows();
    Figures figures;
    if (!record(folder.path(), rows, figures)) {
        std::fprintf(stderr, "descent-bench: the run could not be recorded or did not read back\n");
        return 4;
    }
    figures.nanosecondsPerRow = nanosecondsPerRow(folder.path(), rows);
    const double peer = csvPeer(folder.path() / "peer.csv", rows);
    const char* const format =
        json ? "{\"scalars_per_s\": %.0f, \"bytes_per_scalar\": %.3f, \"ns_per_row\": %.1f, \"finish_s\": %.2f, "
               "\"peer_csv_scalars_per_s\": %.0f, \"ratio\": %.2f}\n"
             : "record\n  scalars_per_s  %.0f\n  bytes_per_scalar  %.3f\n  ns_per_row  %.1f\n  finish_s  %.2f\n"
               "  peer_csv_scalars_per_s  %.0f\n  ratio  %.2f\n";
    std::printf(format, figures.scalarsPerSecond, figures.bytesPerScalar, figures.nanosecondsPerRow,
                figures.finishSeconds, peer, figures.scalarsPerSecond / peer);
    return 0;
}
