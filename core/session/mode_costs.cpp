// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/mode_costs.h"

#include "core/base/clock.h"
#include "core/data/loader.h"
#include "core/spec/experiment.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace core::session {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t loadedAtMost = std::uint64_t(200)
                                       << 20; ///< bytes of files that are loaded to see how long it takes
constexpr std::int64_t readAtMost = 64;       ///< blocks that are read to see how long that takes
constexpr double longWait = 5;                ///< seconds

std::uint64_t availableMemory()
{
    std::ifstream in("/proc/meminfo");
    std::string key;
    std::uint64_t kilobytes = 0;
    for (std::string rest; in >> key >> kilobytes; std::getline(in, rest))
        if (key == "MemAvailable:")
            return kilobytes << 10;
    return 0;
}

std::uint64_t bytesOf(const std::string& path)
{
    std::error_code failed;
    if (fs::is_regular_file(path, failed))
        return std::uint64_t(fs::file_size(path, failed));
    std::uint64_t bytes = 0;
    for (fs::recursive_directory_iterator entry(path, failed), end; !failed && entry != end; entry.increment(failed))
        if (std::error_code ignored; entry->is_regular_file(ignored))
            bytes += std::uint64_t(entry->file_size(ignored));
    return bytes;
}

std::uint64_t bytesOnDisk(const spec::DataSpec& data)
{
    const base::Value* path = data.source.params.object().find("path");
    return (path && path->isText() ? bytesOf(path->text()) : 0) + bytesOf(data.channels.validation) +
           bytesOf(data.channels.test);
}

std::uint64_t rowBytes(const data::DataModule& data, std::int64_t row)
{
    const data::Batch batch = data.gather({&row, 1});
    return batch.input.nbytes() + (batch.target.defined() ? batch.target.nbytes() : 0);
}

class Measuring {
public:
    Measuring(spec::Experiment experiment, const std::function<bool()>& stopped)
        : m_experiment(std::move(experiment)),
          m_stopped(stopped)
    {
        m_costs.disk = bytesOnDisk(m_experiment.data);
        m_costs.available = availableMemory();
    }

    base::Result<ModeCosts> measure()
    {
        CORE_CHECK(pipe());
        CORE_CHECK(goOn());
        CORE_CHECK(file());
        suggest();
        return std::move(m_costs);
    }

private:
    spec::Experiment m_experiment;
    const std::function<bool()>& m_stopped;
    ModeCosts m_costs;
    double m_secondsPerRow = 0;   // of reading a row and making its numbers
    std::uint64_t m_rowBytes = 0; // of those
    bool m_table = false;

    base::Status goOn() const
    {
        if (m_stopped && m_stopped())
            return base::Error{base::ErrorKind::Run, "was stopped", {}, {}};
        return {};
    }

    base::Result<double> untilFirstBatch(const data::DataModule& data, double start) const
    {
        data::LoaderOptions options{.batchSize = std::max<std::int64_t>(1, m_experiment.train.batchSize.toInt(32)),
                                    .shuffle = m_experiment.train.shuffle,
                                    .seed = std::uint64_t(m_experiment.train.seed),
                                    .augment = m_experiment.augment};
        CORE_TRY(loader, data::DataLoader::make(data, data::SplitName::Train, options));
        loader->get(0, 0);
        return base::steadySeconds() - start;
    }

    base::Status pipe()
    {
        spec::Experiment experiment = m_experiment;
        experiment.data.mode = "pipe";
        const double start = base::steadySeconds();
        auto opened = data::DataModule::open(experiment);
        if (!opened && opened.error().where == "/data/mode") {
            m_costs.pipeRefused = opened.error().message;
            return {};
        }
        if (!opened)
            return opened.error();
        const data::DataModule& data = *opened;
        CORE_TRY(first, untilFirstBatch(data, start));
        m_costs.pipe.firstStep = first;
        m_costs.pipe.measured = true;
        m_costs.rows = data.size();
        m_table = data.info().modality == data::Modality::Table;
        const data::RowSet& train = data.rows(data::SplitName::Train);
        m_rowBytes = rowBytes(data, train[0]);
        CORE_CHECK(goOn());
        m_secondsPerRow = data.streamed() ? secondsPerBlockRow(data) : secondsPerDecoded(data);
        const double share = double(train.size()) / double(std::max<std::int64_t>(1, data.size()));
        m_costs.pipe.epoch = m_secondsPerRow * double(train.size());
        m_costs.pipe.readPerEpoch = std::uint64_t(double(m_costs.disk) * share);
        const std::int64_t held = data.streamed() ? 2 * std::max(m_experiment.data.shuffleBuffer, data.blockRows())
                                                  : 2 * m_experiment.train.batchSize.toInt(32);
        m_costs.pipe.memory = m_rowBytes * std::uint64_t(std::min(held, data.size()));
        return {};
    }

    // Blocks that nobody has asked for yet.
    static double secondsPerBlockRow(const data::DataModule& data)
    {
        const auto blocks = data.rows(data::SplitName::Train).runs();
        const std::size_t count = std::min<std::size_t>(blocks.size(), readAtMost);
        std::vector<std::int64_t> some(blocks.end() - std::ptrdiff_t(count), blocks.end());
        std::int64_t rows = 0;
        for (const std::int64_t block : some)
            rows += data.rowsOfBlock(block);
        const double start = base::steadySeconds();
        data.load(std::move(some));
        return (base::steadySeconds() - start) / double(std::max<std::int64_t>(1, rows));
    }

    static double secondsPerDecoded(const data::DataModule& data)
    {
        const std::vector<std::int64_t> rows = data.rows(data::SplitName::Train).some(0, readAtMost);
        const double start = base::steadySeconds();
        data.gather(rows);
        return (base::steadySeconds() - start) / double(std::max<std::size_t>(1, rows.size()));
    }

    base::Status file()
    {
        spec::Experiment experiment = m_experiment;
        experiment.data.mode = "file";
        if (m_costs.pipeRefused.empty() && m_costs.disk > loadedAtMost) {
            m_costs.file.firstStep = m_secondsPerRow * double(m_costs.rows);
            m_costs.file.memory = m_rowBytes * std::uint64_t(m_costs.rows) + tableBytes();
            return {};
        }
        const double start = base::steadySeconds();
        CORE_TRY(data, data::DataModule::open(experiment));
        CORE_TRY(first, untilFirstBatch(data, start));
        m_costs.file.firstStep = first;
        m_costs.file.measured = true;
        m_costs.rows = data.size();
        m_rowBytes = rowBytes(data, data.rows(data::SplitName::Train)[0]);
        m_costs.file.memory = m_rowBytes * std::uint64_t(data.size()) + tableBytes();
        return {};
    }

    // The text of a table is in memory while it is read.
    std::uint64_t tableBytes() const { return m_table ? m_costs.disk : 0; }

    void suggest()
    {
        const auto gigabytes = [](std::uint64_t bytes) {
            char text[32];
            std::snprintf(text, sizeof text, bytes < (1u << 30) ? "%.0f MB" : "%.1f GB",
                          double(bytes) / (bytes < (1u << 30) ? 1 << 20 : 1 << 30));
            return std::string(text);
        };
        m_costs.suggested = "file";
        if (!m_costs.pipeRefused.empty()) {
            m_costs.rule = m_costs.pipeRefused;
        } else if (m_costs.available > 0 && m_costs.file.memory > m_costs.available / 2) {
            m_costs.suggested = "pipe";
            m_costs.rule = "all rows take " + gigabytes(m_costs.file.memory) + ", more than half of the " +
                           gigabytes(m_costs.available) + " that are free";
        } else if (m_costs.file.firstStep > longWait && m_costs.file.firstStep > 2 * m_costs.pipe.firstStep) {
            m_costs.suggested = "pipe";
            char text[96];
            std::snprintf(text, sizeof text, "training starts after %.1f s instead of %.1f s", m_costs.pipe.firstStep,
                          m_costs.file.firstStep);
            m_costs.rule = text;
        } else {
            m_costs.rule = "all rows fit into memory (" + gigabytes(m_costs.file.memory) + " of " +
                           gigabytes(m_costs.available) + "), where no epoch reads them again";
        }
    }
};

}

base::Result<ModeCosts> measureModes(const base::Value& resolved, const std::function<bool()>& stopped)
{
    try {
        return Measuring(spec::read(resolved), stopped).measure();
    } catch (const std::exception& error) {
        return base::Error{base::ErrorKind::Data, error.what(), "/data", {}};
    }
}

}
