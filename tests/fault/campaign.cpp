// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fault/campaign.h"

#include "core/base/clock.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace fault {

namespace fs = std::filesystem;
using core::store::RunRecord;
using core::store::Series;

Campaign::Campaign(int argc, char** argv, std::map<std::string, long> numbers)
    : m_numbers(std::move(numbers)),
      m_started(core::base::steadySeconds())
{
    // Campaigns run beside other work, and their programs do without a second start.
    ::setenv("OMP_WAIT_POLICY", "passive", 0);
    ::setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 0);
    m_numbers.try_emplace("seed", 1);
    for (int i = 1; i < argc; ++i) {
        const std::string name = std::strncmp(argv[i], "--", 2) == 0 ? argv[i] + 2 : "";
        const auto number = m_numbers.find(name);
        if (name == "again" && i + 1 < argc) {
            m_again = argv[++i];
        } else if (number != m_numbers.end() && i + 1 < argc) {
            number->second = std::atol(argv[++i]);
        } else {
            std::fprintf(stderr, "usage: %s [--again FOLDER]", argv[0]);
            for (const auto& [known, value] : m_numbers)
                std::fprintf(stderr, " [--%s %ld]", known.c_str(), value);
            std::fprintf(stderr, "\n");
            std::exit(2);
        }
    }
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed()));
    std::fflush(stdout);
}

Campaign::~Campaign()
{
    if (m_failures == 0)
        return;
    std::error_code ignored;
    const fs::path kept = m_folder.path().string() + "-failed";
    fs::rename(m_folder.path(), kept, ignored);
    std::printf("kept in %s, for --again\n", kept.c_str());
}

double Campaign::seconds() const
{
    return core::base::steadySeconds() - m_started;
}

bool Campaign::check(bool holds, const std::string& what)
{
    ++m_checks;
    if (!holds && ++m_failures <= 50) {
        std::printf("FAILED: %s: %s\n", m_doing.c_str(), what.c_str());
        std::fflush(stdout);
    }
    return holds;
}

int Campaign::end(const std::string& summary)
{
    std::printf("%s; %ld checks, %ld failed, %.1f s\n", summary.c_str(), m_checks, m_failures, seconds());
    return m_failures == 0 ? 0 : 1;
}

std::string tinyExperiment()
{
    return R"({"name": "tiny", "data": {"source": "two-moons", "rows": 120},
    "model": {"kind": "mlp", "hidden": [8], "dropout": 0.1},
    "train": {"epochs": 6, "batch_size": 16, "optimizer": {"kind": "adamw", "lr": 0.01}, "schedule": "cosine",
              "threads": 1, "seed": 3, "checkpoint": {"every_steps": 10}}})";
}

std::string pictureExperiment()
{
    return R"({"name": "pictures", "data": {"source": "fashion-mnist", "rows": 256},
    "augment": [{"kind": "RandomHorizontalFlip", "p": 0.5}],
    "model": {"kind": "cnn", "channels": [4, 8], "hidden": [16], "norm": "batch", "dropout": 0.2},
    "train": {"epochs": 6, "batch_size": 16, "optimizer": {"kind": "adam", "lr": 0.002}, "schedule": "cosine",
              "threads": 1, "seed": 5, "checkpoint": {"every_steps": 5}}})";
}

std::string tableExperiment()
{
    return R"({"name": "table", "data": {"source": "spirals", "rows": 400},
    "model": {"kind": "mlp", "hidden": [32, 32], "dropout": 0.1},
    "train": {"epochs": 24, "batch_size": 16, "optimizer": {"kind": "adamw", "lr": 0.004}, "schedule": "cosine",
              "early_stopping": {"patience": 1000}, "threads": 1, "seed": 7, "checkpoint": {"every_steps": 20}}})";
}

std::string largeExperiment(long mb)
{
    // Weights and Adam's two moments are three floats a weight; nearly all of them lie between the two layers. No
    // checkpoint of its own: what is there after a signal, the signal wrote.
    long width = 100;
    while (width * width * 12 < mb * 1000000)
        width += 20;
    const std::string w = std::to_string(width);
    return R"({"name": "large", "data": {"source": "two-moons", "rows": 100}, "model": {"kind": "mlp", "hidden": [)" +
           w + ", " + w +
           R"(]}, "train": {"steps": 16, "batch_size": 8, "optimizer": "adam", "threads": 2, "seed": 3,
    "checkpoint": {"every_seconds": 3600}}})";
}

std::vector<std::string> cliWith(const std::map<std::string, std::string>& environment,
                                 const std::vector<std::string>& arguments)
{
    std::vector<std::string> command{"env"};
    for (const auto& [name, value] : environment)
        command.push_back(name + '=' + value);
    const auto rest = tests::cliCommand(arguments);
    command.insert(command.end(), rest.begin(), rest.end());
    return command;
}

std::map<std::string, std::string> shimOn(const fs::path& folder, const std::map<std::string, std::string>& variables)
{
    std::map<std::string, std::string> all{{"LD_PRELOAD", FAULT_SHIM}, {"FAULT_FOLDER", folder.string()}};
    all.insert(variables.begin(), variables.end());
    return all;
}

Reference train(Campaign& campaign, const fs::path& experiment, const fs::path& runs)
{
    campaign.doing("the undisturbed run");
    Reference reference;
    const double start = core::base::steadySeconds();
    const tests::Ended ended = tests::cli({"train", experiment, "--runs", runs, "--json"}, 600);
    reference.seconds = core::base::steadySeconds() - start;
    const core::base::Value object = ended.json();
    auto record = core::store::readRun(object["run"].text());
    if (!campaign.check(ended.status == 0 && record, ended.err))
        std::exit(campaign.end("no run to compare with"));
    reference.digest = object["digest"].text();
    reference.steps = object["steps"].toInt();
    reference.record = std::move(*record);
    return reference;
}

namespace {

bool sameRows(const Series& a, const Series& b, std::size_t count)
{
    return std::equal(a.steps.begin(), a.steps.begin() + std::ptrdiff_t(count), b.steps.begin()) &&
           std::memcmp(a.values.data(), b.values.data(), count * sizeof(double)) == 0;
}

}

std::string falseRows(const RunRecord& record, const RunRecord& reference)
{
    for (const auto& [name, series] : record.scalars) {
        const auto known = reference.scalars.find(name);
        if (known == reference.scalars.end())
            return "a series that there is not: " + name;
        if (series.steps.size() > known->second.steps.size() || series.values.size() != series.steps.size() ||
            !sameRows(series, known->second, series.steps.size()))
            return name + " has rows that were never recorded, or a hole, in " + std::to_string(series.steps.size()) +
                   " rows";
    }
    for (const auto& [name, series] : record.tensors) {
        const auto known = reference.tensors.find(name);
        if (known == reference.tensors.end())
            return "statistics of a tensor that there is not: " + name;
        for (const auto& [statistic, values] : series.columns) {
            const auto column = known->second.columns.find(statistic);
            if (column == known->second.columns.end() || values.size() > column->second.size() ||
                !std::equal(series.steps.begin(), series.steps.end(), known->second.steps.begin()) ||
                std::memcmp(values.data(), column->second.data(), values.size() * sizeof(double)) != 0)
                return statistic + " of " + name + " has rows that were never recorded, or a hole";
        }
    }
    return {};
}

std::string missing(const RunRecord& record, const RunRecord& reference)
{
    if (std::string wrong = falseRows(record, reference); !wrong.empty())
        return wrong;
    for (const auto& [name, series] : reference.scalars) {
        const auto found = record.scalars.find(name);
        const std::size_t rows = found == record.scalars.end() ? 0 : found->second.steps.size();
        if (rows != series.steps.size())
            return name + " has " + std::to_string(rows) + " of " + std::to_string(series.steps.size()) + " rows";
    }
    for (const auto& [name, series] : reference.tensors) {
        const auto found = record.tensors.find(name);
        const std::size_t rows = found == record.tensors.end() ? 0 : found->second.steps.size();
        if (rows != series.steps.size())
            return "the statistics of " + name + " have " + std::to_string(rows) + " of " +
                   std::to_string(series.steps.size()) + " rows";
    }
    return record.problem;
}

std::int64_t rowsOf(const RunRecord& record)
{
    const auto loss = record.scalars.find("train/loss");
    return loss == record.scalars.end() ? 0 : std::int64_t(loss->second.steps.size());
}

void resumeToTheEnd(Campaign& campaign, const fs::path& experiment, const fs::path& runs, const Reference& reference)
{
    const tests::Ended ended = tests::cli({"train", experiment, "--runs", runs, "--json", "--resume", "auto"}, 600);
    const core::base::Value object = ended.json();
    if (!campaign.check(ended.status == 0, "resuming ends with " + std::to_string(ended.status) + ": " + ended.err))
        return;
    campaign.check(object["digest"].text() == reference.digest,
                   "the resumed run ends in " + object["digest"].text() + ", not " + reference.digest);
    const auto record = core::store::readRun(object["run"].text());
    if (campaign.check(bool(record), "the resumed run cannot be read"))
        campaign.check(missing(*record, reference.record).empty(),
                       "the resumed run: " + missing(*record, reference.record));
}

}
