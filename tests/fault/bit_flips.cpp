// SPDX-License-Identifier: GPL-3.0-or-later
// Flips single bits in what a run leaves on the disk: every one of a checkpoint and of a journal, and of run.h5 as
// many as are asked for. Each must be found, but for those of a journal's last mark, which says nothing; the reader
// names the file, of a checkpoint the blob as well, and the checkpoint before is taken instead.
#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/events/codec.h"
#include "core/store/checkpoint.h"
#include "core/store/recorder.h"
#include "core/store/safetensors.h"
#include "tests/fault/campaign.h"

#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace fault;
namespace fs = std::filesystem;
namespace store = core::store;
namespace events = core::events;

namespace {

// One bit of a file that is the other way round while the object lives.
class Flipped {
public:
    Flipped(const fs::path& file, std::uint64_t bit) : m_file(::open(file.c_str(), O_RDWR | O_CLOEXEC)), m_bit(bit)
    {
        flip();
    }
    ~Flipped()
    {
        flip();
        ::close(m_file);
    }

private:
    int m_file;
    std::uint64_t m_bit;

    void flip() const
    {
        unsigned char byte = 0;
        if (::pread(m_file, &byte, 1, off_t(m_bit / 8)) != 1)
            std::abort();
        byte ^= static_cast<unsigned char>(1u << (m_bit % 8));
        if (::pwrite(m_file, &byte, 1, off_t(m_bit / 8)) != 1)
            std::abort();
    }
};

std::string textOf(const store::RunRecord& record)
{
    std::string text = core::base::writeJson(record.spec);
    for (const auto& [name, series] : record.scalars) {
        text += name;
        text.append(reinterpret_cast<const char*>(series.steps.data()), series.steps.size() * 8);
        text.append(reinterpret_cast<const char*>(series.values.data()), series.values.size() * 8);
        text.append(reinterpret_cast<const char*>(series.times.data()), series.times.size() * 8);
    }
    for (std::size_t i = 0; i < record.events.size(); ++i)
        text += std::to_string(record.eventTimes[i]) + core::base::writeJson(events::toValue(record.events[i]));
    return text + std::string(events::name(record.state));
}

void flipCheckpoints(Campaign& campaign, const fs::path& folder)
{
    const float weights[24] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const double moments[8] = {0.5, 0.25};
    const auto write = [&](std::int64_t step) {
        const core::base::Object best{{"metric", "validation/loss"}, {"value", 0.5}, {"step", 1}};
        return store::writeCheckpoint(folder, step, core::base::Object{{"step", step}, {"best", best}},
                                      {{"model/0.weight", "F32", {4, 6}, weights, sizeof weights},
                                       {"optimizer/0.weight/exp_avg", "F64", {8}, moments, sizeof moments},
                                       {"model/0.bias", "F32", {2}, weights + 3, 8}});
    };
    campaign.doing("writing checkpoints");
    const auto older = write(1), newer = write(2);
    if (!campaign.check(older && newer, "a checkpoint cannot be written"))
        return;
    const auto reader = store::TensorReader::open(newer->file);
    const store::TensorHeader& header = reader->header();
    const std::uint64_t bits = 8 * newer->bytes;
    long named = 0;
    for (std::uint64_t bit = 0; bit < bits; ++bit) {
        campaign.doing("bit " + std::to_string(bit) + " of a checkpoint");
        const Flipped flipped(newer->file, bit);
        const auto damaged = store::readCheckpoint(newer->file);
        if (!campaign.check(!damaged, "it is not found"))
            continue;
        campaign.check(damaged.error().where.find(newer->file.filename().string()) != std::string::npos,
                       "the file is not named: " + describe(damaged.error()));
        for (const store::TensorEntry& entry : header.tensors)
            if (bit / 8 >= header.start + entry.begin && bit / 8 < header.start + entry.end) {
                campaign.check(damaged.error().message.find('"' + entry.name + '"') != std::string::npos,
                               "the blob is not named: " + describe(damaged.error()));
                ++named;
            }
        const auto instead = store::newestWhole(folder);
        campaign.check(instead && instead->step == 1, "the checkpoint before is not taken");
    }
    std::printf("checkpoint: %llu bits, all of them; %ld in blobs\n", static_cast<unsigned long long>(bits), named);
}

// A run of two groups of scalars and some events, as a training records it, not ended.
store::RunFolder recordedRun(const fs::path& runs)
{
    auto run = store::RunFolder::create(runs, "flips", core::base::Object{{"name", "flips"}});
    auto recorder = store::Recorder::open(*run, {false, 1e6, 1e6, 0});
    events::RunOpened opened;
    opened.id = run->id();
    opened.spec = core::base::Object{{"name", "flips"}};
    opened.groups = {{"train/loss", "train/lr"}, {"validation/loss"}};
    opened.totalSteps = 24;
    (*recorder)->onEvent(opened);
    for (std::int64_t step = 0; step < 24; ++step) {
        (*recorder)->onScalars({step, 1.7e9 + double(step), 0, 2, {1.0 / double(step + 1), 0.1}});
        if (step % 8 == 7) {
            (*recorder)->onScalars({step + 1, 1.7e9 + double(step), 1, 1, {2.0 / double(step + 1)}});
            (*recorder)->onEvent(events::BestChanged{"validation/loss", 2.0 / double(step + 1), step + 1, step / 8});
            (void)(*recorder)->sync();
        }
    }
    return std::move(*run);
}

void flipJournal(Campaign& campaign, const store::RunFolder& run)
{
    const auto whole = store::readRun(run.path());
    const fs::path segment = run.journal() / "seg-000001.log";
    const std::string before = textOf(*whole);
    const std::uint64_t bits = 8 * fs::file_size(segment);
    long unread = 0;
    for (std::uint64_t bit = 0; bit < bits; ++bit) {
        campaign.doing("bit " + std::to_string(bit) + " of a journal");
        const Flipped flipped(segment, bit);
        const auto read = store::readRun(run.path());
        const bool told = !read || !read->problem.empty();
        // Behind the last sync stands a mark that says so; nothing is lost with it.
        const bool same = read && textOf(*read) == before;
        unread += !told && same;
        campaign.check(told || same, "it changes what is read, and nobody is told");
        if (told) {
            const std::string problem = read ? read->problem : describe(read.error());
            campaign.check(problem.find("seg-000001.log") != std::string::npos, "the segment is not named: " + problem);
        }
        if (read)
            campaign.check(falseRows(*read, *whole).empty() || !read->problem.empty(), "rows that never were");
    }
    // Only bits of that last mark, and what a writer has not synced, may go unnoticed.
    campaign.check(unread <= 8 * 40, std::to_string(unread) + " bits change nothing, more than a mark has");
    std::printf("journal: %llu bits, all of them; %ld lie in a mark that nothing hangs on\n",
                static_cast<unsigned long long>(bits), unread);
}

void flipView(Campaign& campaign, const fs::path& run, std::uint64_t samples)
{
    const auto whole = store::readRun(run);
    if (!campaign.check(whole && whole->finished, "the run has not ended"))
        return;
    const fs::path view = run / "run.h5";
    const core::base::Draw draw(campaign.seed(), "view");
    const std::uint64_t bits = 8 * fs::file_size(view);
    double slowest = 0;
    for (std::uint64_t i = 0; i < std::min(samples, bits); ++i) {
        const std::uint64_t bit = samples >= bits ? i : draw.below(i, bits);
        campaign.doing("bit " + std::to_string(bit) + " of run.h5");
        const Flipped flipped(view, bit);
        const double start = core::base::steadySeconds();
        const auto read = store::readRun(run);
        slowest = std::max(slowest, core::base::steadySeconds() - start);
        if (campaign.check(!read, "it is not found"))
            campaign.check(read.error().where.find("run.h5") != std::string::npos,
                           "the file is not named: " + describe(read.error()));
    }
    campaign.check(slowest < 20, "reading a damaged file took " + std::to_string(slowest) + " s");
    std::printf("run.h5: %llu of %llu bits, slowest %.2f s\n", static_cast<unsigned long long>(std::min(samples, bits)),
                static_cast<unsigned long long>(bits), slowest);
}

}

int main(int argc, char** argv)
{
    Campaign campaign(argc, argv, {{"view", 5000}});
    flipCheckpoints(campaign, campaign.folder() / "checkpoints");
    {
        const store::RunFolder run = recordedRun(campaign.folder());
        flipJournal(campaign, run);
    }
    std::ofstream(campaign.folder() / "tiny.experiment.json") << tinyExperiment();
    const Reference reference =
        train(campaign, campaign.folder() / "tiny.experiment.json", campaign.folder() / "ended");
    flipView(campaign, reference.record.folder, std::uint64_t(campaign["view"]));
    return campaign.end("bit flips");
}
