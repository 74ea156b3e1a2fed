// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace core::store {

/// The tensors themselves that a run keeps, in `raw.bin` of its folder: record behind record as they come, each with
/// its CRC. They go into `run.h5` when the run ends, and stay here for whoever computes other statistics of them.
std::filesystem::path rawFile(const std::filesystem::path& run);

/// Where a tensor lies, as it was at a step.
struct RawEntry {
    std::int64_t step = 0;
    std::vector<std::int64_t> shape;
    std::uint64_t place = 0, count = 0; ///< of its values in the file; how many
};
/// By name, steps rising.
using RawIndex = std::map<std::string, std::vector<RawEntry>>;

/// Appends. One writer at a time: the caller holds the run's lock. What could not be written is told once.
class RawWriter {
public:
    /// Goes on behind what lies before `step`; what lies at or behind it, or is torn, is cut off.
    static base::Result<std::unique_ptr<RawWriter>> open(const std::filesystem::path& run, std::int64_t step,
                                                         std::uint64_t mostBytes = std::uint64_t(4) << 30);
    RawWriter(const RawWriter&) = delete;
    ~RawWriter();

    /// An error, and nothing written, if the file would become larger than it may, or the disk is full.
    base::Status add(const std::string& name, std::int64_t step, const std::vector<std::int64_t>& shape,
                     std::span<const float> values);
    /// Safe from a power cut.
    base::Status sync();
    std::uint64_t bytes() const { return m_end; }

private:
    RawWriter() = default;
    std::filesystem::path m_path;
    std::uint64_t m_end = 0, m_most = 0;
    int m_file = -1;
    bool m_unsynced = false;
};

/// Reads a file that may come from anywhere and may be written to meanwhile.
class RawReader {
public:
    /// An error if there is none, or if it is no such file. What is torn at its end does not count.
    static base::Result<RawReader> open(const std::filesystem::path& run);
    RawReader(RawReader&& other) noexcept;
    RawReader& operator=(RawReader&&) = delete;
    ~RawReader();

    const RawIndex& index() const { return m_index; }
    /// An error if its bytes are not those that were written.
    base::Result<std::vector<float>> read(const RawEntry& entry) const;
    /// Where the last whole record ends.
    std::uint64_t end() const { return m_end; }
    /// Where the first record at or behind `step` begins.
    std::uint64_t endBefore(std::int64_t step) const;

private:
    RawReader() = default;
    base::Status walk();
    std::filesystem::path m_path;
    RawIndex m_index;
    std::map<std::uint64_t, std::pair<std::uint64_t, std::int64_t>> m_records; ///< by place of the values: begin, step
    std::uint64_t m_size = 0, m_end = 0;
    int m_file = -1;
};

/// What `from` kept before `step`, as the past of `to`; nothing if it kept none.
base::Status copyRaw(const std::filesystem::path& from, const std::filesystem::path& to, std::int64_t step);

}
